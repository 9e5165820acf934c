/** When the hosted relay is started again, and when not; that it is killed for real stands in `test/e2e/desktop.test.ts`. */
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HostedRelayView } from '../../../src-shared/contract/views.ts';
import { KithError, serializeError } from '../../../src-shared/errors.ts';
import { silentLogger } from '../../../src-main/engine/log.ts';
import { HostedRelay } from '../../../src-main/shell/hosted-relay/hosted-relay.ts';
import type { FromRelay, ToRelay } from '../../../src-main/shell/hosted-relay/messages.ts';
import { PreferencesFile } from '../../../src-main/shell/preferences/preferences-file.ts';
import { ManualTime } from '../../support/relay/manual-time.ts';

const RUNNING: FromRelay = {
  type: 'running',
  port: 5484,
  url: 'http://127.0.0.1:5484',
  joinLink: 'kith://relay',
};
const FAILED: FromRelay = { type: 'failed', error: serializeError(new KithError('disk-full', 'full')) };

/** A process that answers its start as the test wishes, and ends when it is asked to or when the test says so. */
class ScriptedProcess extends EventEmitter {
  readonly #answer: FromRelay;

  constructor(answer: FromRelay) {
    super();
    this.#answer = answer;
  }

  postMessage(message: ToRelay): void {
    if (message.type === 'start') this.emit('message', this.#answer);
    else this.emit('exit', 0);
  }

  kill(): boolean {
    return this.emit('exit', 137);
  }
}

let folder: string;
let time: ManualTime;
let processes: ScriptedProcess[];
let answer: FromRelay;
let states: HostedRelayView['state'][];
let restarts: number;
let relay: HostedRelay;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-hosted-'));
  time = new ManualTime();
  processes = [];
  answer = RUNNING;
  states = [];
  restarts = 0;
  relay = new HostedRelay({
    modulePath: 'relay.js',
    dataDirectory: folder,
    preferences: new PreferencesFile(join(folder, 'shell.json'), silentLogger),
    log: silentLogger,
    onChange: ({ state }) => states.push(state),
    onRestarted: () => (restarts += 1),
    utilityProcess: {
      fork: () => {
        const child = new ScriptedProcess(answer);
        processes.push(child);
        return child as never;
      },
    },
    clock: time,
    timers: time,
  });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const killIt = (): void => void processes.at(-1)?.kill();

/** Lets the wait before a restart pass; resolves when what it began is done. */
async function pass(ms: number): Promise<void> {
  time.advance(ms);
  await new Promise(setImmediate);
}

test('a relay that ends by itself runs again after a short wait, and that is told', async () => {
  await relay.start();
  killIt();
  expect(relay.view.state).toBe('starting');
  await pass(499);
  expect(processes).toHaveLength(1);
  await pass(1);
  expect(relay.view.state).toBe('running');
  expect(states).toEqual(['starting', 'running', 'starting', 'running']);
  expect(restarts).toBe(1);
});

test('one that keeps ending is given up, until a person starts it', async () => {
  await relay.start();
  for (const waitMs of [500, 2_000, 8_000, 30_000]) {
    killIt();
    await pass(waitMs);
    expect(relay.view.state).toBe('running');
  }
  killIt();
  expect(relay.view.state).toBe('failed');
  await pass(3_600_000);
  expect(processes).toHaveLength(5);

  await relay.start();
  killIt();
  await pass(500);
  expect(relay.view.state).toBe('running');
});

test('one that cannot start any more is given up as well', async () => {
  await relay.start();
  answer = FAILED;
  killIt();
  for (const waitMs of [500, 2_000, 8_000, 30_000]) await pass(waitMs);
  expect(relay.view.state).toBe('failed');
  expect(processes).toHaveLength(5);
  expect(restarts).toBe(0);
});

test('the first start by a person fails at once, with its reason', async () => {
  answer = FAILED;
  expect(await relay.start()).toMatchObject({ state: 'failed', error: { code: 'disk-full' } });
  await pass(3_600_000);
  expect(processes).toHaveLength(1);
});

test('one that is stopped in the wait stays stopped', async () => {
  await relay.start();
  killIt();
  expect(await relay.stop()).toEqual({ state: 'stopped' });
  await pass(3_600_000);
  expect(processes).toHaveLength(1);
  expect(relay.view).toEqual({ state: 'stopped' });
});

test('one that a person starts in the wait runs at once, and only once', async () => {
  await relay.start();
  killIt();
  expect((await relay.start()).state).toBe('running');
  await pass(3_600_000);
  expect(processes).toHaveLength(2);
});
