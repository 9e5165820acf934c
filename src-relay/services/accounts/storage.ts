import type { AccountId, DeviceId } from '../../../src-shared/ids.ts';
import type { Installation } from '../../../src-shared/protocol/transcripts.ts';
import type { PreKeyCounts, PreKeyUpload } from '../pre-keys/storage.ts';
import type { NewAccounts, RegistrationEffect, RegistrationRefusal } from './rules.ts';

export interface AccountRecord {
  readonly accountId: AccountId;
  readonly username: string;
  /** 33-byte serialized public key. */
  readonly identityKey: Uint8Array;
  /** Registration ids by device. */
  readonly devices: ReadonlyMap<DeviceId, number>;
}

/** A registration whose signatures were checked. */
export interface Registration {
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly registrationId: number;
  /** Empty where a device joins an account without knowing its name. */
  readonly username: string;
  readonly identityKey: Uint8Array;
  readonly preKeys: PreKeyUpload;
  readonly installation: Installation;
}

export type RegistrationOutcome =
  | {
      readonly kind: 'registered';
      readonly effect: RegistrationEffect;
      readonly account: AccountRecord;
      readonly preKeyCounts: PreKeyCounts;
    }
  | { readonly kind: RegistrationRefusal };

/** What a driver has to keep about accounts. Every method is atomic and durable when its promise resolves. */
export interface AccountStore {
  byId(accountId: AccountId): Promise<AccountRecord | undefined>;
  byUsername(username: string): Promise<AccountRecord | undefined>;
  /**
   * Applies `decideRegistration` to what is stored, and its decision, in one transaction: two devices
   * that claim a username at once cannot both have it. A reinstalled device keeps its mailbox; its
   * registration id and all its prekeys are those of the new installation from then on.
   */
  register(
    registration: Registration,
    newAccounts: NewAccounts,
    maxStoredPreKeys: number,
    nowMs: number,
  ): Promise<RegistrationOutcome>;
}
