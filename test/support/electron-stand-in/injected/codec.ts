/*
 * Structured values as JSON text, for the way between the main process and the preload. The functions of this
 * folder are sent to the page as source text, so each must stand alone: no imports that exist at run time.
 */

export interface Codec {
  /** @throws a DataCloneError-like Error for values that structured clone refuses. */
  encode(value: unknown): string;
  decode(text: string): unknown;
}

export interface BytesAsText {
  toText(bytes: Uint8Array): string;
  fromText(text: string): Uint8Array<ArrayBuffer>;
}

/** Primitives that JSON has stand for themselves; everything else is an array that begins with its tag. */
export type Node = null | boolean | string | number | [tag: string, ...rest: unknown[]];

export function createCodec(bytesAsText: BytesAsText): Codec {
  const refuse = (value: unknown): never => {
    const what = typeof value === 'object' ? Object.prototype.toString.call(value) : typeof value;
    const error = new Error(`An object could not be cloned. (${what})`);
    error.name = 'DataCloneError';
    throw error;
  };

  const encodeNode = (value: unknown, seen: Map<object, number>): Node => {
    switch (typeof value) {
      case 'undefined':
        return ['u'];
      case 'boolean':
      case 'string':
        return value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : ['n', Object.is(value, -0) ? '-0' : String(value)];
      case 'bigint':
        return ['b', String(value)];
      case 'object':
        return value === null ? null : encodeObject(value, seen);
      default:
        return refuse(value);
    }
  };

  const encodeObject = (value: object, seen: Map<object, number>): Node => {
    const earlier = seen.get(value);
    if (earlier !== undefined) return ['r', earlier];
    seen.set(value, seen.size);
    if (Array.isArray(value)) return ['a', Array.from(value, (item: unknown) => encodeNode(item, seen))];
    if (value instanceof Date) return ['d', value.getTime()];
    if (value instanceof RegExp) return ['x', value.source, value.flags];
    if (value instanceof ArrayBuffer) return ['y', bytesAsText.toText(new Uint8Array(value))];
    if (ArrayBuffer.isView(value)) {
      // A Node Buffer arrives as a Uint8Array, as it does through structured clone.
      const name = value instanceof Uint8Array ? 'Uint8Array' : value.constructor.name;
      return [
        't',
        name,
        bytesAsText.toText(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
      ];
    }
    if (value instanceof Map) {
      return ['m', Array.from(value, ([key, item]) => [encodeNode(key, seen), encodeNode(item, seen)])];
    }
    if (value instanceof Set) return ['s', Array.from(value, (item) => encodeNode(item, seen))];
    if (value instanceof Error) {
      const cause = 'cause' in value ? [encodeNode(value.cause, seen)] : [];
      return ['e', value.name, value.message, value.stack ?? '', ...cause];
    }
    // Promises, weak maps, nodes and other platform objects have a tag of their own; class instances do not.
    if (Object.prototype.toString.call(value) !== '[object Object]') return refuse(value);
    return ['o', Object.entries(value).map(([key, item]) => [key, encodeNode(item, seen)])];
  };

  const viewTypes: Record<string, new (buffer: ArrayBuffer) => ArrayBufferView> = {
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    DataView,
  };
  const errorTypes: Record<string, new (message: string) => Error> = {
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  };

  const decodeNode = (node: Node, known: unknown[]): unknown => {
    if (!Array.isArray(node)) return node;
    const keep = <T>(value: T): T => {
      known.push(value);
      return value;
    };
    const [tag, first, second, third, ...more] = node;
    switch (tag) {
      case 'u':
        return undefined;
      case 'n':
        return Number(first);
      case 'b':
        return BigInt(first as string);
      case 'r':
        return known[first as number];
      case 'd':
        return keep(new Date((first as number | null) ?? Number.NaN));
      case 'x':
        return keep(new RegExp(first as string, second as string));
      case 'y':
        return keep(bytesAsText.fromText(first as string).buffer);
      case 't': {
        const View = viewTypes[first as string] ?? Uint8Array;
        return keep(new View(bytesAsText.fromText(second as string).buffer));
      }
      case 'a': {
        const list: unknown[] = keep([]);
        for (const item of first as Node[]) list.push(decodeNode(item, known));
        return list;
      }
      case 'm': {
        const map = keep(new Map<unknown, unknown>());
        for (const [key, item] of first as [Node, Node][])
          map.set(decodeNode(key, known), decodeNode(item, known));
        return map;
      }
      case 's': {
        const set = keep(new Set<unknown>());
        for (const item of first as Node[]) set.add(decodeNode(item, known));
        return set;
      }
      case 'e': {
        const error = keep(new (errorTypes[first as string] ?? Error)(second as string));
        if (error.name !== first)
          Object.defineProperty(error, 'name', { value: first, writable: true, configurable: true });
        Object.defineProperty(error, 'stack', { value: third, writable: true, configurable: true });
        if (more.length > 0) error.cause = decodeNode(more[0] as Node, known);
        return error;
      }
      default: {
        const object = keep({});
        for (const [key, item] of first as [string, Node][]) {
          // Defined, not assigned: a key named __proto__ is data and must not change the prototype.
          const value = decodeNode(item, known);
          Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
        }
        return object;
      }
    }
  };

  return {
    encode: (value) => JSON.stringify(encodeNode(value, new Map())),
    decode: (text) => decodeNode(JSON.parse(text) as Node, []),
  };
}
