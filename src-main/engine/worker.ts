/** The engine in its worker thread: the contract over a message port. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import type { Answer } from '../../src-shared/contract/bridge.ts';
import { engineRequests, type EngineRequestName } from '../../src-shared/contract/requests.ts';
import { KithError, serializeError } from '../../src-shared/errors.ts';
import type { Engine } from './engine.ts';
import { errorFields, type Logger, type LogFields } from './log.ts';
import { openProfile } from './open-profile.ts';
import { openDataFolder, type DataFolder } from './store/data-folder.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

const port = parentPort;
if (port === null) throw new Error('the engine worker runs in a worker thread');
const post = (message: FromWorker): void => {
  port.postMessage(message);
};

const { dataFolder } = z.object({ dataFolder: z.string() }).parse(workerData);
let folder: DataFolder | null = null;
let engine: Engine | null = null;

port.on('message', (message: ToWorker) => {
  handle(message).catch((error: unknown) => {
    log.error('worker.failed', errorFields(error));
  });
});

async function handle(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'open':
      open(message.key);
      return;
    case 'request':
      post({ type: 'answer', id: message.id, answer: await answer(message.name, message.params) });
      return;
    case 'network':
      engine?.setNetwork(message.state);
      return;
    case 'wake':
      engine?.wake();
      return;
    case 'close':
      await engine?.close();
      folder?.release();
      post({ type: 'closed' });
      port?.close();
      return;
  }
}

function open(key: Uint8Array): void {
  try {
    folder ??= openDataFolder(dataFolder);
    engine = openProfile(folder, key, log);
    engine.subscribe((event) => {
      post({ type: 'event', event });
    });
    post({ type: 'opened' });
  } catch (error) {
    log.error('worker.open-failed', errorFields(error));
    post({ type: 'open-failed', error: serializeError(error) });
  }
}

async function answer(name: string, params: unknown): Promise<Answer> {
  try {
    if (engine === null) throw new KithError('store-locked', 'The store is not open.');
    if (!isEngineRequest(name)) throw new KithError('invalid-request', `There is no request "${name}".`);
    // The engine parses the parameters; until then they are anything.
    return { ok: true, value: await engine.request(name, params as never) };
  } catch (error) {
    if (!(error instanceof KithError)) log.error('worker.request-failed', { name, ...errorFields(error) });
    return { ok: false, error: serializeError(error) };
  }
}

function isEngineRequest(name: string): name is EngineRequestName {
  return Object.hasOwn(engineRequests, name);
}

const log: Logger = {
  debug: (event, fields) => {
    forward('debug', event, fields);
  },
  info: (event, fields) => {
    forward('info', event, fields);
  },
  warn: (event, fields) => {
    forward('warn', event, fields);
  },
  error: (event, fields) => {
    forward('error', event, fields);
  },
};

function forward(level: keyof Logger, event: string, fields: LogFields = {}): void {
  post({ type: 'log', level, event, fields });
}
