/** A disk that cannot give back a page while mail is read: that is no fault of the mail. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger, type Logger } from '../../../src-main/engine/log.ts';
import { acquaintances, type Person } from '../../support/engine/person.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const PAGE_BYTES = 4096;

/** Where the rows of a table begin in the file. */
function rootPage(person: Person, table: string): number {
  const row = person.database.read
    .prepare<[string], { page: number }>('SELECT rootpage AS page FROM sqlite_schema WHERE name = ?')
    .get(table);
  if (row === undefined) throw new Error(`there is no table ${table}`);
  return row.page;
}

/** Overwrites a page and returns what was there. */
function replacePage(path: string, page: number, content: Uint8Array): Uint8Array {
  const file = openSync(path, 'r+');
  const before = new Uint8Array(PAGE_BYTES);
  const at = (page - 1) * PAGE_BYTES;
  readSync(file, before, 0, PAGE_BYTES, at);
  writeSync(file, content, 0, PAGE_BYTES, at);
  closeSync(file);
  return before;
}

function watchedLog(): { readonly log: Logger; next(event: string): Promise<void> } {
  const waiting = new Map<string, () => void>();
  const take = (event: string): void => {
    waiting.get(event)?.();
  };
  return {
    log: { ...silentLogger, warn: take, error: take },
    next: (event) =>
      new Promise((resolve) => {
        waiting.set(event, resolve);
      }),
  };
}

describe('a page that cannot be read while mail is decrypted', () => {
  it.each(['sessions', 'identities'])(
    'stops the batch when it holds %s: nothing is acknowledged or put aside, and all is read once it can be',
    async (table) => {
      const relay = await cleanup.relay();
      const watched = watchedLog();
      const [ada, ben] = await acquaintances(cleanup, relay.url, { ben: { log: watched.log } });
      const page = rootPage(ben, table);
      await ben.close();
      const texts = ['one', 'two', 'three'];
      for (const text of texts) {
        const messageId = await ada.send('ben', text);
        await ada.event('accepted', (event) => event.messageId === messageId);
      }
      const whole = replacePage(ben.databasePath, page, new Uint8Array(PAGE_BYTES).fill(0x5a));
      ben.open();
      await watched.next('receive.batch-failed');
      // Tried again, and still nothing is done with what could not be read.
      await watched.next('receive.batch-failed');
      expect((await ben.engine.request('diagnostics.get', {})).parked).toEqual({
        waiting: 0,
        recovered: 0,
        'given-up': 0,
      });
      replacePage(ben.databasePath, page, whole);
      for (const text of texts) await ben.received(text);
      expect(await ben.texts('ada')).toEqual(['hello', ...texts]);
      const messages = await ben.messages('ada');
      expect(messages.every((message) => message.body.type === 'text')).toBe(true);
    },
  );
});
