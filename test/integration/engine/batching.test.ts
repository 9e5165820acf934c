/** DESIGN §7: the first leaves at once; what follows within 100 ms travels together, ten at most. */
import { fromBinary } from '@bufbuild/protobuf';
import { afterEach, describe, expect, it } from 'vitest';
import { content } from '../../../src-shared/protocol/frames.ts';
import { acquaintances, Person } from '../../support/engine/person.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** How many texts each envelope carried, in the order they were made. */
function textsPerEnvelope(person: Person): readonly number[] {
  return person.database.read
    .prepare<[], { batch: Buffer }>('SELECT batch FROM envelopes ORDER BY created_at_ms, envelope_id')
    .all()
    .map(({ batch }) =>
      fromBinary(content.ContentBatchSchema, batch).contents.filter(
        (signed) => fromBinary(content.ContentSchema, signed.content).body.case === 'text',
      ),
    )
    .map((texts) => texts.length)
    .filter((count) => count > 0);
}

async function say(person: Person, to: string, texts: readonly string[]): Promise<void> {
  const roomId = await person.room(to);
  await Promise.all(texts.map((text) => person.engine.request('messages.send', { roomId, text })));
}

const numbered = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `number ${String(i)}`);

describe('messages that follow each other closely', () => {
  it('travel as one first, then in tens, in their order', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const before = textsPerEnvelope(ada);
    const texts = numbered(26);
    // Nothing was sent a moment ago by an engine that has just started.
    await ada.reopen();
    await say(ada, 'ben', texts);
    await ben.received('number 25');
    expect(textsPerEnvelope(ada).slice(before.length)).toEqual([1, 10, 10, 5]);
    expect((await ben.texts('ada')).slice(1)).toEqual(texts);
  });

  it('of another conversation are not held up by them', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const cleo = await Person.join(cleanup, relay.url, 'cleo');
    await ada.send('cleo', 'hi cleo');
    await cleo.received('hi cleo');
    await say(ada, 'ben', numbered(5));
    await say(ada, 'cleo', ['at once']);
    await cleo.received('at once');
    await ben.received('number 4');
    expect(await cleo.texts('ada')).toEqual(['hi cleo', 'at once']);
  });

  it('that were written without a connection leave together when it is back', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const before = textsPerEnvelope(ada);
    await relay.close();
    await ada.nextEvent('connection', (event) => event.connection.state !== 'online');
    await say(ada, 'ben', numbered(15));
    await cleanup.relay({ dataDirectory: relay.dataDirectory, port: Number(new URL(relay.url).port) });
    for (const person of [ada, ben]) await person.engine.request('connection.retry', {});
    await ben.received('number 14');
    expect(textsPerEnvelope(ada).slice(before.length)).toEqual([10, 5]);
    expect((await ben.texts('ada')).slice(1)).toEqual(numbered(15));
  });
});
