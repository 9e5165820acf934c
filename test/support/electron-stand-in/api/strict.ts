import { EventEmitter } from 'node:events';

/** A part of Electron that the stand-in does not have: better a loud end than `undefined` that looks like an answer. */
export class NotInStandIn extends Error {
  override readonly name = 'NotInStandIn';

  constructor(member: string) {
    super(`not in the stand-in: ${member}`);
  }
}

/** Names that the language, the module loader and inspectors ask any object for. */
const ASKED_OF_ANY_OBJECT = new Set([
  'then',
  'toJSON',
  '__esModule',
  'module.exports',
  'default',
  'nodeType',
  'asymmetricMatch',
]);

/** The same object, except that reading a member it does not have throws. Tests may still replace members. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get: (object, key, self) => {
      if (typeof key === 'string' && !(key in object) && !ASKED_OF_ANY_OBJECT.has(key)) {
        throw new NotInStandIn(`${name}.${key}`);
      }
      return Reflect.get(object, key, self) as unknown;
    },
  });
}

/** An event emitter whose missing members throw; `new` gives the guarded object itself, so `this` is guarded too. */
export class StrictEmitter extends EventEmitter {
  constructor(name: string) {
    super();
    return strict(name, this);
  }
}

export interface PreventableEvent {
  readonly defaultPrevented: boolean;
  preventDefault(): void;
}

/** The first argument of an Electron event whose default a listener may prevent. */
export function preventable<T extends object>(fields: T): T & PreventableEvent {
  let prevented = false;
  const event = {
    preventDefault: () => {
      prevented = true;
    },
  };
  const whole = Object.assign(event, fields);
  Object.defineProperty(whole, 'defaultPrevented', { get: () => prevented, enumerable: true });
  return whole as T & PreventableEvent & typeof whole;
}
