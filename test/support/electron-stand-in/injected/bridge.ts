/** What crosses between two worlds; everything under `v` is cloned by Chromium itself. */
type Packed =
  | { readonly k: 'v'; readonly v: unknown }
  | { readonly k: 'f' | 'p'; readonly id: number }
  | { readonly k: 'e'; readonly name: string; readonly message: string; readonly stack: string }
  | { readonly k: 'a'; readonly v: Packed[] }
  | { readonly k: 'o'; readonly v: Record<string, Packed> };

type Outcome = { readonly ok: true; readonly value: Packed } | { readonly ok: false; readonly error: Packed };

export interface BridgePeer {
  /** Offers a value to the other world under a name. */
  expose(name: string, value: unknown): void;
  onExpose(listener: (name: string, value: unknown) => void): void;
}

/**
 * One end of the bridge between the preload's world and the page's. Both ends share `hub`, an EventTarget that
 * no other script can reach; the detail of a CustomEvent is cloned by Chromium when it crosses worlds, and
 * listeners run synchronously, so a call that returns a plain value returns it at once, as in Electron.
 */
export function createBridgePeer(hub: EventTarget, mine: string, theirs: string): BridgePeer {
  const functions = new Map<number, (...args: unknown[]) => unknown>();
  const promises = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  const returned = new Map<number, Outcome>();
  let lastId = 0;

  const tell = (kind: string, detail: unknown): void => {
    hub.dispatchEvent(new CustomEvent(`${theirs}-${kind}`, { detail }));
  };
  const hear = <T>(kind: string, listener: (detail: T) => void): void =>
    hub.addEventListener(`${mine}-${kind}`, (event) => {
      listener((event as CustomEvent<T>).detail);
    });

  // Without this a listener handed over for a single call would be kept for the life of the page.
  const collected = new FinalizationRegistry<number>((id) => tell('release', id));

  const isPlain = (value: object): value is Record<string, unknown> => {
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null;
  };

  const pack = (value: unknown, seen: Map<object, Packed>): Packed => {
    if (typeof value === 'function') {
      const id = ++lastId;
      functions.set(id, value as (...args: unknown[]) => unknown);
      return { k: 'f', id };
    }
    if (typeof value !== 'object' || value === null) {
      if (typeof value === 'symbol') throw new TypeError('An object could not be cloned.');
      return { k: 'v', v: value };
    }
    const earlier = seen.get(value);
    if (earlier) return earlier;
    if (value instanceof Promise) {
      const id = ++lastId;
      value.then(
        (result: unknown) => tell('settle', { id, outcome: outcomeOf(() => result) }),
        (error: unknown) => tell('settle', { id, outcome: failure(error) }),
      );
      return { k: 'p', id };
    }
    if (value instanceof Error) {
      return { k: 'e', name: value.name, message: value.message, stack: value.stack ?? '' };
    }
    if (Array.isArray(value)) {
      const items: Packed[] = [];
      const packed: Packed = { k: 'a', v: items };
      seen.set(value, packed);
      for (const item of value) items.push(pack(item, seen));
      return packed;
    }
    if (isPlain(value)) {
      // No prototype: a key named __proto__ is data like any other.
      const fields = Object.create(null) as Record<string, Packed>;
      const packed: Packed = { k: 'o', v: fields };
      seen.set(value, packed);
      for (const [key, item] of Object.entries(value)) fields[key] = pack(item, seen);
      return packed;
    }
    // Chromium turns an uncloneable detail into null without a word, so ask it first. Buffers always clone.
    if (!(value instanceof ArrayBuffer) && !ArrayBuffer.isView(value)) structuredClone(value);
    return { k: 'v', v: value };
  };

  const unpack = (packed: Packed, seen: Map<Packed, unknown>): unknown => {
    switch (packed.k) {
      case 'v':
        return packed.v;
      case 'f': {
        const { id } = packed;
        const proxy = (...args: unknown[]): unknown => call(id, args);
        collected.register(proxy, id);
        return proxy;
      }
      case 'p':
        return new Promise((resolve, reject) => promises.set(packed.id, { resolve, reject }));
      case 'e': {
        const types: Record<string, new (message: string) => Error> = { TypeError, RangeError, SyntaxError };
        const error = new (types[packed.name] ?? Error)(packed.message);
        if (error.name !== packed.name)
          Object.defineProperty(error, 'name', { value: packed.name, configurable: true });
        Object.defineProperty(error, 'stack', { value: packed.stack, configurable: true, writable: true });
        return error;
      }
      case 'a':
      case 'o': {
        const earlier = seen.get(packed);
        if (earlier !== undefined) return earlier;
        if (packed.k === 'a') {
          const list: unknown[] = [];
          seen.set(packed, list);
          for (const item of packed.v) list.push(unpack(item, seen));
          return list;
        }
        const object: Record<string, unknown> = {};
        seen.set(packed, object);
        for (const [key, item] of Object.entries(packed.v)) {
          const value = unpack(item, seen);
          Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
        }
        return object;
      }
    }
  };

  const failure = (error: unknown): Outcome => ({
    ok: false,
    error: pack(error instanceof Error ? error : new Error(String(error)), new Map()),
  });
  const outcomeOf = (action: () => unknown): Outcome => {
    try {
      return { ok: true, value: pack(action(), new Map()) };
    } catch (error) {
      return failure(error);
    }
  };

  const call = (id: number, args: unknown[]): unknown => {
    const callId = ++lastId;
    tell('call', { id, callId, args: args.map((arg) => pack(arg, new Map())) });
    const outcome = returned.get(callId);
    returned.delete(callId);
    if (!outcome) throw new Error('The other side of the bridge has gone.');
    if (!outcome.ok) throw unpack(outcome.error, new Map());
    return unpack(outcome.value, new Map());
  };

  hear<{ id: number; callId: number; args: Packed[] }>('call', ({ id, callId, args }) => {
    const outcome = outcomeOf(() => functions.get(id)?.(...args.map((arg) => unpack(arg, new Map()))));
    tell('return', { callId, outcome });
  });
  hear<{ callId: number; outcome: Outcome }>('return', ({ callId, outcome }) =>
    returned.set(callId, outcome),
  );
  hear<{ id: number; outcome: Outcome }>('settle', ({ id, outcome }) => {
    const promise = promises.get(id);
    promises.delete(id);
    if (outcome.ok) promise?.resolve(unpack(outcome.value, new Map()));
    else promise?.reject(unpack(outcome.error, new Map()));
  });
  hear<number>('release', (id) => functions.delete(id));

  return {
    expose: (name, value) => {
      const outcome = outcomeOf(() => value);
      if (!outcome.ok) throw unpack(outcome.error, new Map());
      tell('expose', { name, value: outcome.value });
      const refused = returned.get(0);
      returned.delete(0);
      if (refused && !refused.ok) throw unpack(refused.error, new Map());
    },
    onExpose: (listener) =>
      hear<{ name: string; value: Packed }>('expose', ({ name, value }) => {
        const outcome = outcomeOf(() => {
          listener(name, unpack(value, new Map()));
        });
        tell('return', { callId: 0, outcome });
      }),
  };
}
