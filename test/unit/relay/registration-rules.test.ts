import { v4 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { decideRegistration } from '../../../src-relay/services/accounts/rules.ts';
import type { AccountRecord, Registration } from '../../../src-relay/services/accounts/storage.ts';
import { parseDeviceId, parseId } from '../../../src-shared/ids.ts';

const registration: Registration = {
  accountId: parseId(v4()),
  deviceId: parseDeviceId(1),
  registrationId: 7,
  username: 'ada',
  identityKey: Buffer.from('ada'),
  preKeys: { oneTimePreKeys: [], oneTimeKyberPreKeys: [], oneTimeKeys: 'add' },
  installation: 'first',
};
const account: AccountRecord = {
  accountId: registration.accountId,
  username: 'ada',
  identityKey: Buffer.from('ada'),
  devices: new Map([[parseDeviceId(1), 7]]),
};
const other: AccountRecord = { ...account, accountId: parseId(v4()) };

describe('a registration', () => {
  it.each([
    ['creates an account', {}, undefined, undefined, 'open', 'create-account'],
    ['needs a name for a new account', { username: '' }, undefined, undefined, 'open', 'username-missing'],
    ['cannot have a name that is taken', {}, undefined, other, 'open', 'username-taken'],
    ['is refused for a new account when closed', {}, undefined, undefined, 'closed', 'closed'],
    ['is repeated, even when closed', {}, account, account, 'closed', 'repeat'],
    ['is repeated without a name', { username: '' }, account, undefined, 'open', 'repeat'],
    ['adds a device', { deviceId: parseDeviceId(2) }, account, account, 'closed', 'add-device'],
    [
      'of another device under its id conflicts',
      { registrationId: 8 },
      account,
      account,
      'open',
      'device-conflict',
    ],
    [
      'of a reinstalled device replaces it, even when closed',
      { registrationId: 8, installation: 'replacing' },
      account,
      account,
      'closed',
      'reinstall',
    ],
    [
      'of a reinstalled device is repeated',
      { installation: 'replacing' },
      account,
      account,
      'open',
      'repeat',
    ],
    [
      'of a reinstalled device that the relay lost adds it',
      { deviceId: parseDeviceId(2), installation: 'replacing' },
      account,
      account,
      'closed',
      'add-device',
    ],
    [
      'of a reinstalled device by another identity is refused',
      { registrationId: 8, installation: 'replacing', identityKey: Buffer.from('eve') },
      account,
      account,
      'open',
      'other-identity',
    ],
    ['under another name is refused', { username: 'bob' }, account, other, 'open', 'other-username'],
    [
      'by another identity is refused',
      { identityKey: Buffer.from('eve') },
      account,
      account,
      'open',
      'other-identity',
    ],
  ] as const)('%s', (_what, changes, known, usernameOwner, newAccounts, expected) => {
    const facts = { account: known, usernameOwner, newAccounts };
    expect(decideRegistration({ ...registration, ...changes }, facts)).toBe(expected);
  });
});
