import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { contactRepository } from '../../../src-main/engine/contacts/repository.ts';
import { systemIds } from '../../../src-main/engine/ids.ts';
import { openDatabase } from '../../../src-main/engine/store/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'kith-contacts-'));
const database = openDatabase(join(folder, 'kith.db'), randomBytes(32));
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a username stays with the account it was first seen with, whatever a relay says later', () => {
  const contacts = contactRepository(database.write);
  const [ben, stranger] = [systemIds.accountId(), systemIds.accountId()];
  contacts.remember(ben, 'ben');
  contacts.remember(stranger, 'ben');
  contacts.remember(stranger, 'ben');
  expect(contacts.byUsername('ben')?.accountId).toBe(ben);
  expect(contacts.get(stranger)?.username).toBe('ben (another account)');
  contacts.remember(ben, 'ben');
  expect(contacts.get(ben)?.username).toBe('ben');
  contacts.remember(stranger, 'stranger');
  expect(contacts.byUsername('stranger')?.accountId).toBe(stranger);
});
