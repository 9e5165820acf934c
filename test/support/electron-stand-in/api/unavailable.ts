import { NotInStandIn, strict } from './strict.ts';

/** A part of Electron none of which is in the stand-in: any use throws. */
export function unavailable(name: string): object {
  return strict(name, Object.create(null) as object);
}

/** A class none of which is in the stand-in: making one throws. */
export function unavailableClass(name: string): new () => object {
  const refuse = (): never => {
    throw new NotInStandIn(`new ${name}`);
  };
  return new Proxy(EventTarget, { construct: refuse, get: refuse });
}
