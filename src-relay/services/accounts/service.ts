import { PublicKey } from '@signalapp/libsignal-client';
import type { Clock } from '../../../src-shared/clock.ts';
import type { AccountId, DeviceAddress } from '../../../src-shared/ids.ts';
import { USERNAME_PATTERN } from '../../../src-shared/protocol/limits.ts';
import {
  authenticationTranscript,
  PROTOCOL_VERSION,
  registrationTranscript,
} from '../../../src-shared/protocol/transcripts.ts';
import type { RelayLimits } from '../../limits.ts';
import { RateLimiter } from '../../rate/rate-limiter.ts';
import { verifyUpload } from '../pre-keys/rules.ts';
import type { PreKeyCounts, PreKeyStore } from '../pre-keys/storage.ts';
import { ErrorCode, Refusal, requireRate } from '../refusal.ts';
import type { NewAccounts, RegistrationEffect, RegistrationRefusal } from './rules.ts';
import type { AccountRecord, AccountStore, Registration } from './storage.ts';

/** What a signature of this connection has to cover, and where the connection comes from. */
export interface Challenge {
  readonly nonce: Uint8Array;
  /** For the registration rate; `undefined` where none applies (loopback). */
  readonly rateLimitedAddress: string | undefined;
}

export interface Session {
  readonly address: DeviceAddress;
  readonly account: AccountRecord;
  readonly preKeyCounts: PreKeyCounts;
  /** What the registration did; null where the device authenticated. */
  readonly registered: RegistrationEffect | null;
}

export interface AuthenticationRequest {
  readonly address: DeviceAddress;
  readonly protocolVersion: number;
  readonly signature: Uint8Array;
}

export interface AccountServiceOptions {
  readonly relayName: string;
  readonly newAccounts: NewAccounts;
  readonly limits: RelayLimits;
  readonly clock: Clock;
}

/** Registers accounts and devices, authenticates devices, looks accounts up. */
export class AccountService {
  readonly #accounts: AccountStore;
  readonly #preKeys: PreKeyStore;
  readonly #options: AccountServiceOptions;
  readonly #registrations: RateLimiter;
  readonly #lookups: RateLimiter;

  constructor(accounts: AccountStore, preKeys: PreKeyStore, options: AccountServiceOptions) {
    this.#accounts = accounts;
    this.#preKeys = preKeys;
    this.#options = options;
    const { limits, clock } = options;
    const perHour = limits.registrationsPerHour / (60 * 60 * 1000);
    this.#registrations = new RateLimiter(
      { capacity: limits.registrationsBurst, tokensPerMs: perHour },
      clock,
      limits.bucketsRemembered,
    );
    this.#lookups = new RateLimiter(
      { capacity: limits.lookupsBurst, tokensPerMs: limits.lookupsPerSecond / 1000 },
      clock,
      limits.bucketsRemembered,
    );
  }

  /**
   * Creates an account, adds a device, reinstalls one, or repeats what took effect before. Throws `BAD_SIGNATURE`,
   * `USERNAME_INVALID`, `USERNAME_TAKEN`, `DEVICE_CONFLICT`, `PRE_KEYS_INVALID`, `REGISTRATION_CLOSED`
   * or `RATE_LIMITED`.
   */
  async register(registration: Registration, signature: Uint8Array, challenge: Challenge): Promise<Session> {
    const { accountId, deviceId } = registration;
    if (challenge.rateLimitedAddress !== undefined) {
      requireRate(this.#registrations.take(challenge.rateLimitedAddress), 'registrations from this address');
    }
    const signed = registrationTranscript({
      ...registration,
      relayName: this.#options.relayName,
      nonce: challenge.nonce,
    });
    const identityKey = requireSignature(registration.identityKey, signed, signature);
    if (registration.username !== '' && !USERNAME_PATTERN.test(registration.username)) {
      throw new Refusal(
        ErrorCode.USERNAME_INVALID,
        'A username is 3 to 32 of a-z, 0-9, dot, hyphen, underscore.',
      );
    }
    verifyUpload(registration.preKeys, identityKey);
    const { newAccounts, limits, clock } = this.#options;
    const outcome = await this.#accounts.register(
      registration,
      newAccounts,
      limits.storedPreKeys,
      clock.now(),
    );
    if (outcome.kind !== 'registered') throw registrationRefusal(outcome.kind);
    const { account, preKeyCounts, effect } = outcome;
    return { address: { accountId, deviceId }, account, preKeyCounts, registered: effect };
  }

  /** Throws `UNSUPPORTED_VERSION`, `ACCOUNT_UNKNOWN`, `BAD_SIGNATURE` or `DEVICE_UNKNOWN`. */
  async authenticate(request: AuthenticationRequest, challenge: Challenge): Promise<Session> {
    const { address } = request;
    if (request.protocolVersion !== PROTOCOL_VERSION) {
      throw new Refusal(
        ErrorCode.UNSUPPORTED_VERSION,
        `This relay speaks protocol version ${String(PROTOCOL_VERSION)}.`,
      );
    }
    const account = await this.#accounts.byId(address.accountId);
    if (account === undefined)
      throw new Refusal(ErrorCode.ACCOUNT_UNKNOWN, 'This account is not registered.');
    const signed = authenticationTranscript({
      ...address,
      relayName: this.#options.relayName,
      nonce: challenge.nonce,
    });
    requireSignature(account.identityKey, signed, request.signature);
    // After the signature: a stranger learns nothing about the devices of an account.
    if (!account.devices.has(address.deviceId)) {
      throw new Refusal(ErrorCode.DEVICE_UNKNOWN, 'This device is not registered.');
    }
    return { address, account, preKeyCounts: await this.#preKeys.counts(address), registered: null };
  }

  /** Throws `ACCOUNT_UNKNOWN` or `RATE_LIMITED`. */
  async lookup(
    requester: DeviceAddress,
    by: { readonly username: string } | { readonly accountId: AccountId },
  ): Promise<AccountRecord> {
    requireRate(this.#lookups.take(requester.accountId), 'lookups');
    const account =
      'username' in by
        ? await this.#accounts.byUsername(by.username)
        : await this.#accounts.byId(by.accountId);
    if (account === undefined) throw new Refusal(ErrorCode.ACCOUNT_UNKNOWN, 'No such account.');
    return account;
  }
}

function requireSignature(
  identityKey: Uint8Array,
  signed: Uint8Array<ArrayBuffer>,
  signature: Uint8Array,
): PublicKey {
  try {
    const key = PublicKey.deserialize(new Uint8Array(identityKey));
    if (key.verify(signed, new Uint8Array(signature))) return key;
  } catch {
    // A key that is no key signs nothing: the same refusal.
  }
  throw new Refusal(
    ErrorCode.BAD_SIGNATURE,
    'The identity key did not sign this request for this connection.',
  );
}

function registrationRefusal(kind: RegistrationRefusal): Refusal {
  switch (kind) {
    case 'other-identity':
      return new Refusal(ErrorCode.BAD_SIGNATURE, 'This account belongs to another identity key.');
    case 'username-taken':
      return new Refusal(ErrorCode.USERNAME_TAKEN, 'Another account has this username.');
    case 'other-username':
      return new Refusal(ErrorCode.USERNAME_INVALID, 'This account is registered under another username.');
    case 'username-missing':
      return new Refusal(ErrorCode.USERNAME_INVALID, 'A new account needs a username.');
    case 'device-conflict':
      return new Refusal(ErrorCode.DEVICE_CONFLICT, 'This device id is in use by another installation.');
    case 'closed':
      return new Refusal(ErrorCode.REGISTRATION_CLOSED, 'This relay takes in no new accounts.');
  }
}
