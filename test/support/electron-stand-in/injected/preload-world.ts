import type { createBridgePeer } from './bridge.ts';
import type { Codec } from './codec.ts';

/** What the main process says about the machine, for the `process` of a sandboxed preload. */
export interface PreloadProcess {
  readonly platform: string;
  readonly arch: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
}

export interface PreloadWorldOptions {
  readonly meeting: string;
  /** Name of the DevTools binding that carries text to the main process. */
  readonly binding: string;
  /** Name under which the main process finds the function that takes its messages. */
  readonly receiver: string;
  readonly process: PreloadProcess;
}

type Listener = (event: object, ...args: unknown[]) => void;
type Preload = (require: (name: string) => unknown, module: object, exports: object, process: object) => void;

/** Runs in the isolated world: gives the preload its `require('electron')`, then runs it. */
export function startPreloadWorld(
  codec: Codec,
  createPeer: typeof createBridgePeer,
  options: PreloadWorldOptions,
  preload: Preload | null,
): void {
  if (window.top !== window) return;
  const world = globalThis as unknown as Record<string, unknown>;
  const post = world[options.binding] as (text: string) => void;
  Reflect.deleteProperty(world, options.binding);
  const tell = (message: Record<string, unknown>): void => post(codec.encode(message));

  const strict = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get: (object, key, self) => {
        if (key in object || typeof key === 'symbol' || key === 'then' || key === 'toJSON') {
          return Reflect.get(object, key, self) as unknown;
        }
        throw new Error(`not in the stand-in: ${name}.${key}`);
      },
    });

  const listeners = new Map<string, { listener: Listener; once: boolean }[]>();
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;

  const addListener = (channel: string, listener: Listener, once: boolean): void => {
    listeners.set(channel, [...(listeners.get(channel) ?? []), { listener, once }]);
  };
  const removeListener = (channel: string, listener: Listener): void => {
    const list = [...(listeners.get(channel) ?? [])];
    const index = list.findLastIndex((entry) => entry.listener === listener);
    if (index >= 0) list.splice(index, 1);
    listeners.set(channel, list);
  };

  const ipcRenderer = strict('ipcRenderer', {
    invoke: (channel: string, ...args: unknown[]) =>
      new Promise<unknown>((resolve, reject) => {
        const id = ++lastId;
        tell({ kind: 'invoke', id, channel, args });
        waiting.set(id, { resolve, reject });
      }),
    send: (channel: string, ...args: unknown[]) => tell({ kind: 'send', channel, args }),
    on(channel: string, listener: Listener) {
      addListener(channel, listener, false);
      return ipcRenderer;
    },
    once(channel: string, listener: Listener) {
      addListener(channel, listener, true);
      return ipcRenderer;
    },
    off(channel: string, listener: Listener) {
      removeListener(channel, listener);
      return ipcRenderer;
    },
    removeListener(channel: string, listener: Listener) {
      removeListener(channel, listener);
      return ipcRenderer;
    },
    removeAllListeners(channel?: string) {
      if (channel === undefined) listeners.clear();
      else listeners.delete(channel);
      return ipcRenderer;
    },
  });

  const receive = (text: string): void => {
    const message = codec.decode(text) as
      | { kind: 'reply'; id: number; ok: boolean; value: unknown }
      | { kind: 'event'; channel: string; args: unknown[] };
    if (message.kind === 'reply') {
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.ok) call?.resolve(message.value);
      else call?.reject(new Error(String(message.value)));
      return;
    }
    for (const { listener, once } of [...(listeners.get(message.channel) ?? [])]) {
      if (once) removeListener(message.channel, listener);
      try {
        listener({ sender: ipcRenderer, ports: [] }, ...message.args);
      } catch (error) {
        // One listener that throws must not keep the message from the others.
        reportError(error);
      }
    }
  };
  Object.defineProperty(world, options.receiver, { value: receive });

  window.addEventListener('contextmenu', (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const target = event.composedPath()[0];
    const element = target instanceof Element ? target : null;
    const field = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
    tell({
      kind: 'context-menu',
      x: event.clientX,
      y: event.clientY,
      isEditable: field || (element instanceof HTMLElement && element.isContentEditable),
      selectionText: String(getSelection() ?? ''),
      linkURL: element?.closest('a')?.href ?? '',
      srcURL: element instanceof HTMLImageElement ? element.currentSrc : '',
    });
  });
  window.addEventListener(
    'keydown',
    ({ key, code, shiftKey, ctrlKey, altKey, metaKey, repeat, defaultPrevented }) =>
      tell({ kind: 'key', key, code, shiftKey, ctrlKey, altKey, metaKey, repeat, defaultPrevented }),
  );

  // DevTools tells the title of a new document only now and then.
  document.addEventListener('DOMContentLoaded', () => {
    const tellTitle = (): void => tell({ kind: 'title', title: document.title });
    tellTitle();
    new MutationObserver(tellTitle).observe(document.head, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  });

  const runPreload = (hub: EventTarget): void => {
    tell({ kind: 'hello' });
    if (!preload) return;
    const peer = createPeer(hub, 'preload', 'page');
    const electron = strict('electron (preload)', {
      ipcRenderer,
      contextBridge: strict('contextBridge', {
        exposeInMainWorld: (name: string, api: unknown) => peer.expose(name, api),
      }),
      webUtils: strict('webUtils', {}),
    });
    const require = (name: string): unknown => {
      if (name === 'electron' || name === 'electron/renderer') return electron;
      throw new Error(`module not found: ${name} (a sandboxed preload has electron only)`);
    };
    const sandboxed = {
      ...options.process,
      type: 'renderer',
      contextIsolated: true,
      sandboxed: true,
      env: {},
      argv: [],
    };
    const module = { exports: {} };
    try {
      preload(require, module, module.exports, strict('process (preload)', sandboxed));
    } catch (error) {
      tell({ kind: 'preload-error', error: error instanceof Error ? error : new Error(String(error)) });
    }
  };
  window.addEventListener(
    options.meeting,
    (event) => {
      const hub = (event as FocusEvent).relatedTarget;
      if (hub) runPreload(hub);
    },
    { once: true, capture: true },
  );
}
