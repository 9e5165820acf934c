import { PublicKey } from '@signalapp/libsignal-client';
import type { Clock } from '../../../src-shared/clock.ts';
import { parseDeviceId, type AccountId, type DeviceAddress, type DeviceId } from '../../../src-shared/ids.ts';
import type { relay } from '../../../src-shared/protocol/frames.ts';
import type { RelayLimits } from '../../limits.ts';
import { RateLimiter } from '../../rate/rate-limiter.ts';
import type { AccountRecord, AccountStore } from '../accounts/storage.ts';
import { badFrame, ErrorCode, Refusal, requireRate } from '../refusal.ts';
import { parseUpload, verifyUpload } from './rules.ts';
import type { PreKeyBundle, PreKeyCounts, PreKeyStore } from './storage.ts';

export interface FetchedBundles {
  readonly account: AccountRecord;
  readonly devices: readonly PreKeyBundle[];
}

/** Stores, counts and hands out prekeys. */
export class PreKeyService {
  readonly #store: PreKeyStore;
  readonly #accounts: AccountStore;
  readonly #limits: RelayLimits;
  readonly #clock: Clock;
  readonly #fetches: RateLimiter;
  readonly #uploads: RateLimiter;

  constructor(store: PreKeyStore, accounts: AccountStore, limits: RelayLimits, clock: Clock) {
    this.#store = store;
    this.#accounts = accounts;
    this.#limits = limits;
    this.#clock = clock;
    const fetchesPerMs = limits.preKeyFetches / limits.preKeyFetchWindowMs;
    this.#fetches = new RateLimiter(
      { capacity: limits.preKeyFetches, tokensPerMs: fetchesPerMs },
      clock,
      limits.bucketsRemembered,
    );
    this.#uploads = new RateLimiter(
      { capacity: limits.uploadsBurst, tokensPerMs: limits.uploadsPerSecond / 1000 },
      clock,
      limits.bucketsRemembered,
    );
  }

  /** Throws `PRE_KEYS_INVALID` or `RATE_LIMITED`. Returns the counts after the upload. */
  async upload(address: DeviceAddress, message: relay.UploadPreKeys): Promise<PreKeyCounts> {
    requireRate(this.#uploads.take(address.accountId), 'prekey uploads');
    const upload = parseUpload(message, 'signed-keys-optional', this.#limits);
    const account = await this.#accounts.byId(address.accountId);
    if (account === undefined)
      throw new Refusal(ErrorCode.ACCOUNT_UNKNOWN, 'This account is not registered.');
    verifyUpload(upload, PublicKey.deserialize(new Uint8Array(account.identityKey)));
    return this.#store.upload(address, upload, this.#limits.storedPreKeys);
  }

  /**
   * Consumes one bundle for each device. No device ids means all devices, apart from the requesting one:
   * nobody starts a session with himself. Throws `ACCOUNT_UNKNOWN`, `DEVICE_UNKNOWN` when none of the
   * named devices exists, or `RATE_LIMITED`.
   */
  async fetch(
    requester: DeviceAddress,
    target: AccountId,
    deviceIds: readonly number[],
  ): Promise<FetchedBundles> {
    const wanted = parseDeviceIds(deviceIds);
    requireRate(this.#fetches.take(`${requester.accountId}>${target}`), 'prekey fetches for this account');
    const account = await this.#accounts.byId(target);
    if (account === undefined) throw new Refusal(ErrorCode.ACCOUNT_UNKNOWN, 'No such account.');
    const devices = await this.#store.take(
      target,
      wanted.length > 0 ? wanted : otherDevices(account, requester),
      this.#clock.now(),
    );
    if (wanted.length > 0 && devices.length === 0) {
      throw new Refusal(ErrorCode.DEVICE_UNKNOWN, 'The account has none of these devices.');
    }
    return { account, devices };
  }
}

function parseDeviceIds(deviceIds: readonly number[]): readonly DeviceId[] {
  try {
    return [...new Set(deviceIds.map(parseDeviceId))];
  } catch {
    throw badFrame('A device id is 1 to 127.');
  }
}

function otherDevices(account: AccountRecord, requester: DeviceAddress): readonly DeviceId[] {
  const all = [...account.devices.keys()];
  return account.accountId === requester.accountId ? all.filter((id) => id !== requester.deviceId) : all;
}
