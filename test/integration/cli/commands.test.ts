/** `kith send`, `kith history`, and the ways a profile does not open. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kith } from '../../support/engine/cli.ts';
import { Person } from '../../support/engine/person.ts';
import { SessionProcess } from '../../support/processes/session-process.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterAll(() => cleanup.run());

const PASSPHRASE = 'correct horse';
const WITH_PASSPHRASE = { KITH_PASSPHRASE: PASSPHRASE };
let relay: Awaited<ReturnType<Cleanup['relay']>>;
let mara: Person;
/** The profile of Noor, who has an account. */
let data: string;
let passphraseFile: string;

beforeAll(async () => {
  relay = await cleanup.relay();
  mara = await Person.join(cleanup, relay.url, 'mara');
  data = join(cleanup.folder(), 'noor');
  passphraseFile = join(cleanup.folder(), 'passphrase');
  writeFileSync(passphraseFile, `${PASSPHRASE}\r\nsecond line\n`);
});

describe('kith send', () => {
  it('makes the account where it is asked to, sends, and prints the id when the relay has it', async () => {
    const args = ['send', '--data', data, '--relay', relay.url, '--register', 'noor', 'mara', 'On my way'];
    const run = await kith(args, WITH_PASSPHRASE);
    expect(run.code).toBe(0);
    const { message } = await mara.received('On my way');
    expect(run.stdout).toBe(`${message.messageId}\n`);
  });

  it('needs no more than the folder and the passphrase from then on, also from a file', async () => {
    const run = await kith([
      'send',
      '--data',
      data,
      '--passphrase-file',
      passphraseFile,
      'mara',
      'Nearly there',
    ]);
    expect(run.code).toBe(0);
    await mara.received('Nearly there');
  });

  it.each([
    [['nobody-here', 'x'], 'username-unknown'],
    [['mara', ' '], 'message-empty'],
  ])('says why it did not: %j', async (message, code) => {
    const run = await kith(['send', '--data', data, ...message], WITH_PASSPHRASE);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(new RegExp(`^kith: .+ \\(${code}\\)\n$`));
  });

  it('says when the relay did not confirm it in time; it is queued', async () => {
    const far = join(cleanup.folder(), 'far');
    const own = await cleanup.relay();
    const args = ['send', '--data', far, '--relay', own.url, '--register', 'far'];
    await Person.join(cleanup, own.url, 'near');
    expect(await kith([...args, 'near', 'first'], WITH_PASSPHRASE)).toMatchObject({ code: 0 });
    await own.close();
    const late = await kith(['send', '--data', far, '--timeout', '1', 'near', 'second'], WITH_PASSPHRASE);
    expect(late).toMatchObject({ code: 1, stdout: '' });
    expect(late.stderr).toContain('(timed-out)');
    const history = await kith(['history', '--data', far, '--json', 'near'], WITH_PASSPHRASE);
    expect(history.stdout).toContain('"second"');
  });
});

describe('kith history', () => {
  it('prints a conversation for people and for programs', async () => {
    const forPeople = await kith(['history', '--data', data, 'mara'], WITH_PASSPHRASE);
    expect(forPeople.code).toBe(0);
    const lines = forPeople.stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/^\S+/, 'when'))).toEqual([
      'when  noor: On my way',
      'when  noor: Nearly there',
    ]);
    const forPrograms = await kith(
      ['history', '--data', data, '--limit', '1', '--json', 'mara'],
      WITH_PASSPHRASE,
    );
    expect(JSON.parse(forPrograms.stdout)).toMatchObject({ text: 'Nearly there', from: 'noor', own: true });
  });
});

describe('a profile', () => {
  it.each([
    ['without a passphrase', [], {}, 'wrong-passphrase'],
    ['with a wrong one', [], { KITH_PASSPHRASE: 'wrong horse' }, 'wrong-passphrase'],
    [
      'with a passphrase file that is not there',
      ['--passphrase-file', '/nowhere/at/all'],
      {},
      'invalid-request',
    ],
    [
      'of somebody else',
      ['--register', 'lena', '--relay', 'http://127.0.0.1:9'],
      WITH_PASSPHRASE,
      'already-registered',
    ],
  ])('%s does not open', async (_, options, environment, code) => {
    const run = await kith(['history', '--data', data, ...options, 'mara'], environment);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(new RegExp(`^kith: .+ \\(${code}\\)\n$`));
  });

  it('that is not there yet says how to make it', async () => {
    const run = await kith(['send', '--data', cleanup.folder(), 'mara', 'x'], WITH_PASSPHRASE);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/--register.*\(store-absent\)/s);
  });

  it('is for one process at a time; the other is told, and the first is not disturbed', async () => {
    const first = new SessionProcess({ dataFolder: data, relayUrl: relay.url, username: 'noor' });
    cleanup.add(() => first.kill());
    await first.ready();
    const second = new SessionProcess({ dataFolder: data, relayUrl: relay.url, username: 'noor' });
    expect(await second.waitFor((event) => event.event === 'error')).toMatchObject({ code: 'store-in-use' });
    expect(await second.exited).toBe(1);
    expect(await first.ask({ op: 'status' })).toMatchObject({ event: 'status' });
    await first.quit();
  });

  it('that a session cannot open is an error event and an exit code', async () => {
    const options = { dataFolder: data, relayUrl: relay.url, username: 'noor', passphrase: 'wrong horse' };
    const session = new SessionProcess(options);
    expect(await session.waitFor((event) => event.event === 'error')).toMatchObject({
      code: 'wrong-passphrase',
    });
    expect(await session.exited).toBe(1);
    expect(session.stderr).toBe('');
  });
});

describe('--help', () => {
  it.each(['session', 'send', 'history'])('of %s has an example', async (command) => {
    const { stdout } = await kith([command, '--help']);
    expect(stdout).toMatch(new RegExp(`Example:\n[^]*\\$ kith ${command} --data `));
  });

  it('is shown after a mistake, and lists the commands', async () => {
    const run = await kith(['sned'], WITH_PASSPHRASE);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/unknown command[^]*Usage: kith/);
    for (const command of ['session', 'send', 'history']) {
      expect(run.stderr).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });
});
