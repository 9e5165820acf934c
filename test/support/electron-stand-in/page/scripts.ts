import { randomBytes } from 'node:crypto';
import { createBridgePeer } from '../injected/bridge.ts';
import { createCodec, type BytesAsText } from '../injected/codec.ts';
import { startPageWorld } from '../injected/page-world.ts';
import { startPreloadWorld, type PreloadProcess } from '../injected/preload-world.ts';

/** Name of the isolated world, as Electron calls its own. */
export const PRELOAD_WORLD = 'Electron Isolated Context';

export const nodeCodec = createCodec({
  toText: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  // Copied out of Node's shared pool, so that `.buffer` holds exactly these bytes.
  fromText: (text) => Uint8Array.from(Buffer.from(text, 'base64')),
});

/** The page's own way of writing bytes as text; sent as source like everything under `injected/`. */
function pageBytesAsText(): BytesAsText {
  type WithBase64 = Uint8Array & { toBase64(): string };
  type FromBase64 = typeof Uint8Array & { fromBase64(text: string): Uint8Array<ArrayBuffer> };
  return {
    toText: (bytes) => (bytes as WithBase64).toBase64(),
    fromText: (text) => (Uint8Array as FromBase64).fromBase64(text),
  };
}

export interface PageScripts {
  readonly binding: string;
  readonly receiver: string;
  readonly preloadWorld: string;
  readonly pageWorld: string;
}

/** The two scripts that Chromium runs at the start of every document: register `preloadWorld` first, it listens. */
export function pageScripts(preloadSource: string | null, process: PreloadProcess): PageScripts {
  const secret = (): string => `k${randomBytes(12).toString('hex')}`;
  const [meeting, binding, receiver] = [secret(), secret(), secret()];
  const options = JSON.stringify({ meeting, binding, receiver, process });
  // A function around the preload keeps its top-level names to itself; the newline ends a last-line comment.
  const preload =
    preloadSource === null ? 'null' : `(require, module, exports, process) => {${preloadSource}\n}`;
  const strictly = (body: string): string => `(() => { 'use strict'; ${body} })()`;
  const peer = String(createBridgePeer);
  const codec = `(${String(createCodec)})((${String(pageBytesAsText)})())`;
  return {
    binding,
    receiver,
    preloadWorld: strictly(`(${String(startPreloadWorld)})(${codec}, ${peer}, ${options}, ${preload});`),
    pageWorld: strictly(`(${String(startPageWorld)})(${peer}, ${JSON.stringify(meeting)});`),
  };
}
