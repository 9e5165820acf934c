import type { Readable } from 'node:stream';
import { KithError } from '../../src-shared/errors.ts';

/** A line that is longer is skipped and reported: it is no operation, and must not fill the memory. */
const MAX_LINE_BYTES = 1024 * 1024;

/** Lines of a stream, until it ends or `signal` aborts. A line that is too long comes as an error. */
export async function* readLines(stream: Readable, signal: AbortSignal): AsyncGenerator<string | KithError> {
  let rest = Buffer.alloc(0);
  let isSkipping = false;
  for await (const chunk of chunks(stream, signal)) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      const line = rest.subarray(0, end);
      rest = rest.subarray(end + 1);
      if (isSkipping) isSkipping = false;
      else yield line.length > MAX_LINE_BYTES ? tooLong() : line.toString('utf8');
    }
    if (rest.length > MAX_LINE_BYTES) {
      rest = Buffer.alloc(0);
      if (!isSkipping) yield tooLong();
      isSkipping = true;
    }
  }
  if (rest.length > 0 && !isSkipping) yield rest.toString('utf8');
}

function tooLong(): KithError {
  return new KithError('invalid-request', `A line has at most ${String(MAX_LINE_BYTES)} bytes.`);
}

async function* chunks(stream: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  const ended = Promise.withResolvers<null>();
  signal.addEventListener('abort', () => {
    ended.resolve(null);
  });
  // The signal may have come before anybody listened.
  if (signal.aborted) return;
  const iterator = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), ended.promise]);
    if (next === null || next.done === true) return;
    const chunk: unknown = next.value;
    yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
  }
}
