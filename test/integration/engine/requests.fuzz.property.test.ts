/** The engine answers anything that may cross a process boundary, with a result or with a typed error. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineRequests, type EngineRequestName } from '../../../src-shared/contract/requests.ts';
import { KithError } from '../../../src-shared/errors.ts';
import { acquaintances, Person } from '../../support/engine/person.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterAll(() => cleanup.run());

let ben: Person;
let known: Record<string, unknown>;
beforeAll(async () => {
  const relay = await cleanup.relay();
  const [ada, person] = await acquaintances(cleanup, relay.url);
  ben = person;
  await ada.close();
  const [message] = await ben.messages('ada');
  if (message === undefined) throw new Error('Ada said nothing');
  known = { roomId: message.roomId, messageId: message.messageId, accountId: message.authorId };
});

const names = Object.keys(engineRequests) as EngineRequestName[];

/** As a caller on the other side of a process boundary may call. */
function ask(name: string, params: unknown): Promise<unknown> {
  return ben.engine.request(name as EngineRequestName, params as never);
}

async function outcome(name: string, params: unknown): Promise<KithError | 'answered'> {
  try {
    await ask(name, params);
    return 'answered';
  } catch (error) {
    expect(error, `${name}: ${String(error)}`).toBeInstanceOf(KithError);
    return error as KithError;
  }
}

function storeContents(): string {
  const db = ben.database.read;
  const tables = db
    .prepare<[], { name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
    .all();
  return tables
    .map(({ name }) => `${name} ${JSON.stringify(db.prepare(`SELECT * FROM ${name}`).all())}`)
    .join('\n');
}

const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true });

describe('a request', () => {
  it.each(names)('%s with anything for parameters is refused, and changes nothing', async (name) => {
    const takesNothing = engineRequests[name].params.safeParse({}).success;
    const before = storeContents();
    await fc.assert(
      fc.asyncProperty(anything, async (params) => {
        fc.pre(!engineRequests[name].params.safeParse(params).success);
        const error = await outcome(name, params);
        expect(error).toMatchObject({ code: 'invalid-request' });
      }),
      { numRuns: 60 },
    );
    if (!takesNothing) expect(await outcome(name, {})).toMatchObject({ code: 'invalid-request' });
    expect(storeContents()).toBe(before);
  });

  it('of a name that is none is refused', async () => {
    const inherited = fc.constantFrom(
      'toString',
      '__proto__',
      'constructor',
      'hasOwnProperty',
      '',
      'account',
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), inherited), anything, async (name, params) => {
        fc.pre(!names.includes(name as EngineRequestName));
        expect(await outcome(name, params)).toMatchObject({ code: 'invalid-request' });
      }),
    );
  });

  it('with more than was asked for is refused', async () => {
    expect(await outcome('conversations.get', { roomId: known['roomId'], more: 1 })).toMatchObject({
      code: 'invalid-request',
    });
  });

  /** Values of the right shape, wild in what they say. */
  const field: Record<string, fc.Arbitrary<unknown>> = {
    roomId: fc.uuid(),
    messageId: fc.uuid(),
    accountId: fc.uuid(),
    username: fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }),
      fc.constantFrom('ben', '@BEN', 'ada'),
    ),
    displayName: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }),
    relay: fc.string({ minLength: 1 }),
    text: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', ' \n', '\ud800', '\0', 'é'.repeat(20_000)),
    ),
    upTo: fc.record({ order: fc.maxSafeNat(), row: fc.maxSafeNat() }),
    limit: fc.integer({ min: 1, max: 200 }),
    from: fc.oneof(
      fc.constant({ at: 'newest' }),
      fc.record({
        at: fc.constantFrom('before', 'after', 'around'),
        cursor: fc.record({ order: fc.maxSafeNat(), row: fc.maxSafeNat() }),
      }),
    ),
    state: fc.constantFrom(
      'pinned',
      'unpinned',
      'muted',
      'unmuted',
      'typing',
      'stopped',
      'verified',
      'unverified',
    ),
  };
  const EXPECTED = [
    'invalid-request',
    'not-found',
    'already-registered',
    'username-invalid',
    'username-unknown',
    'cannot-message-self',
    'message-empty',
    'message-too-long',
    'blocked',
    'rate-limited',
    'not-yours',
    'not-allowed',
    'link-invalid',
    'room-unknown',
  ];

  it('of the right shape is answered, or refused for a reason', async () => {
    const shaped = fc.constantFrom(...names).chain((name) => {
      const { params } = engineRequests[name];
      const keys = Object.keys('shape' in params ? params.shape : {});
      const values = Object.fromEntries(keys.map((key) => [key, field[key] ?? fc.boolean()]));
      return fc.record({ name: fc.constant(name), params: fc.record(values), isKnown: fc.boolean() });
    });
    await fc.assert(
      fc.asyncProperty(shaped, async ({ name, params, isKnown }) => {
        const ids = Object.fromEntries(Object.entries(known).filter(([key]) => key in params));
        const result = await outcome(name, isKnown ? { ...params, ...ids } : params);
        if (result !== 'answered') expect(EXPECTED, result.message).toContain(result.code);
      }),
      { numRuns: 300 },
    );
    expect((await ask('conversations.list', {})) as unknown[]).not.toHaveLength(0);
  });

  it('to an engine that is closing is refused as such', async () => {
    const { engine } = ben;
    await ben.close();
    await expect(engine.request('account.get', {})).rejects.toMatchObject({ code: 'shutting-down' });
    ben.open();
  });
});

describe('an engine without an account', () => {
  it('answers every request, or says what is missing', async () => {
    const nobody = new Person({ username: 'nobody', folder: cleanup.folder() });
    nobody.open();
    for (const name of names) {
      const params = Object.keys(known).length > 0 ? { ...known, username: 'ada' } : {};
      for (const candidate of [
        {},
        params,
        { username: 'ada' },
        { displayName: 'x' },
        { roomId: known['roomId'] },
      ]) {
        await nobody.engine.request(name, candidate as never).catch((error: unknown) => {
          expect(error, name).toBeInstanceOf(KithError);
        });
      }
    }
    await nobody.close();
  });
});
