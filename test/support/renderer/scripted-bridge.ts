/** `window.kith` for development and tests of the interface: the contract over a scripted world. */
import type { Answer, KithBridge } from '../../../src-shared/contract/bridge.ts';
import type { KithEvent } from '../../../src-shared/contract/events.ts';
import { engineRequests, shellRequests } from '../../../src-shared/contract/requests.ts';
import { KithError, serializeError } from '../../../src-shared/errors.ts';
import { createEngine, type Engine } from './engine.ts';
import { createHandlers, type ScriptedHandlers } from './handlers.ts';
import type { World } from './world.ts';

/** What a test holds in its hand beside the bridge. */
export interface Script {
  readonly world: World;
  readonly engine: Engine;
  /** Publishes an event as the engine or the shell would. */
  readonly publish: (event: KithEvent) => void;
  /** Lets requests of this name wait until `resume`. */
  readonly pause: (name: string) => void;
  readonly resume: (name: string) => void;
}

interface Gate {
  readonly opened: Promise<undefined>;
  readonly open: () => void;
}

export function createScriptedBridge(world: World): { readonly bridge: KithBridge; readonly script: Script } {
  const listeners = new Set<(event: KithEvent) => void>();
  const publish = (event: KithEvent): void => {
    for (const listener of listeners) listener(structuredClone(event));
  };
  const engine = createEngine(world, publish);
  const handlers = createHandlers(world, engine, publish);

  const gates = new Map<string, Gate>();

  const bridge: KithBridge = {
    platform: 'linux',
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // Like the real bridge: answers come later than the call, as copies, and never as a rejection.
    async request(name, params) {
      world.calls.push({ name, params: structuredClone(params) });
      await gates.get(name)?.opened;
      return structuredClone(await answer(world, handlers, name, params));
    },
  };
  return {
    bridge,
    script: {
      world,
      engine,
      publish,
      pause(name) {
        const { promise, resolve } = Promise.withResolvers<undefined>();
        gates.set(name, {
          opened: promise,
          open: () => {
            resolve(undefined);
          },
        });
      },
      resume(name) {
        gates.get(name)?.open();
        gates.delete(name);
      },
    },
  };
}

const requests = { ...engineRequests, ...shellRequests };

async function answer(
  world: World,
  handlers: ScriptedHandlers,
  name: string,
  params: unknown,
): Promise<Answer> {
  try {
    const failure = world.failures.get(name);
    if (failure !== undefined) {
      world.failures.delete(name);
      throw new KithError(failure, 'as the test wished');
    }
    if (!isRequest(name)) throw new KithError('invalid-request', `no such request: ${name}`);
    const parsed = requests[name].params.safeParse(params);
    if (!parsed.success) throw new KithError('invalid-request', `${name}: ${parsed.error.message}`);
    // The name decides the type of the parameters, which the schema has just checked.
    const handler = handlers[name] as (params: unknown) => unknown;
    return { ok: true, value: await handler(parsed.data) };
  } catch (error) {
    return { ok: false, error: serializeError(error) };
  }
}

function isRequest(name: string): name is keyof typeof requests {
  return Object.hasOwn(requests, name);
}
