/** Named states of the whole application, chosen by `?scenario=` in the address. */
import type { ConversationView, MessageView } from '../../../src-shared/contract/views.ts';
import { contact, emptyConversation } from './people.ts';
import { history, iSay, says, type Line } from './room-script.ts';
import { emptyWorld, openState, ownAccount, type World } from './world.ts';

const DAY = 24 * 60;

type RoomOptions = Partial<Pick<ConversationView, 'state' | 'isPinned' | 'isMuted' | 'draft'>>;

function addRoom(
  world: World,
  number: number,
  conversation: ConversationView,
  lines: readonly Line[],
  options: RoomOptions = {},
): void {
  const messages = history(number, lines, Date.now());
  const last = messages.at(-1);
  world.messages.set(conversation.roomId, messages);
  world.conversations.set(conversation.roomId, {
    ...conversation,
    ...options,
    unreadCount: messages.filter((message) => message.isUnread).length,
    lastMessage: last === undefined ? null : lastMessage(last),
    lastActivityMs: last?.sentAtMs ?? Date.now(),
  });
}

export function lastMessage(message: MessageView): ConversationView['lastMessage'] {
  const { messageId, authorId, isOwn, body, sentAtMs, delivery } = message;
  return { messageId, authorId, isOwn, body, sentAtMs, delivery };
}

function mainWorld(): World {
  const world = emptyWorld();
  const noor = contact(1, 'Noor Osei', 'noor', 'verified');
  addRoom(
    world,
    1,
    emptyConversation(1, noor),
    [
      says('Are we still going up at the weekend?', DAY + 400),
      iSay('Yes, the hut has room for four', DAY + 396),
      says(
        'Found the hut video, the last climb starts at minute 6: https://example.org/watch?v=traverse',
        DAY + 300,
      ),
      says('Booking closes Thursday', DAY + 299),
      iSay('I can drive, there is space for three and the tent', 300),
      iSay('Shall I ask Jonas about the stove?', 299),
      says('🔥🏔️', 240),
      says('Route as GPX, checked against the map:\nhttps://example.org/traverse.gpx', 30),
      says('Can you confirm the four beds? I’ll bring the stove', 12, { isUnread: true }),
      says('And a rope, if you still have the long one', 11, { isUnread: true }),
      iSay('Beds are confirmed, I have the mail', 4, { state: 'read' }),
      iSay('The rope is drying on the balcony', 3, { state: 'delivered' }),
      iSay('See you at the station', 2, { state: 'accepted' }),
    ],
    { isPinned: true },
  );
  addRoom(world, 2, emptyConversation(2, contact(2, 'Jonas Berg', 'jonas.berg')), [
    says('How is the chapter?', 3 * DAY),
    iSay('sent the draft', 92, { state: 'delivered' }),
  ]);
  addRoom(
    world,
    3,
    emptyConversation(3, contact(3, 'Ines Vidal', 'ines')),
    [says('Friday works for me', 2 * DAY)],
    { draft: 'about Friday… could we start at nine?' },
  );
  addRoom(
    world,
    4,
    emptyConversation(4, contact(4, 'Bread lab', 'bread-lab')),
    [says('The rye is back on the shelf', 4 * DAY, { isUnread: true })],
    { isMuted: true },
  );
  addRoom(world, 5, emptyConversation(5, contact(5, 'Tomás Rey', 'tomas', 'changed')), [
    says('New laptop, finally', 5 * DAY),
    { from: 'them', body: { type: 'notice', notice: { type: 'identity-changed' } }, agoMinutes: 5 * DAY - 1 },
    {
      from: 'them',
      body: { type: 'notice', notice: { type: 'unreadable', outcome: 'waiting' } },
      agoMinutes: 5 * DAY - 2,
    },
    iSay('Congratulations!', 5 * DAY - 3, { state: 'failed', reason: 'identity-changed' }),
  ]);
  addRoom(
    world,
    6,
    emptyConversation(6, contact(6, 'Priya Raman', 'priya.r')),
    [says('Hello, Noor gave me your name. Is there a place left in the car?', 50, { isUnread: true })],
    { state: 'request' },
  );
  addRoom(
    world,
    7,
    emptyConversation(7, contact(7, 'Old Acquaintance', 'old.one')),
    [says('hey', 40 * DAY)],
    {
      state: 'blocked',
    },
  );
  addRoom(world, 8, emptyConversation(8, contact(8, 'Lena Fischer', 'lena')), [
    says('Thank you for the photos!', 20 * DAY, { isSuspicious: true }),
  ]);
  return world;
}

function longWorld(): World {
  const world = mainWorld();
  const name = 'Maximiliana Konstantinopolitanska-Hagenbeck von und zu Oberunterhausen';
  const paragraph =
    'The path leaves the road behind the mill and climbs through beech and spruce until the trees give way to grass. ';
  addRoom(world, 20, emptyConversation(20, contact(20, name, 'maximiliana.konstantinopolitan')), [
    says(paragraph.repeat(40), 90),
    says('A'.repeat(600), 80),
    iSay(Array.from({ length: 60 }, (_, line) => `${String(line + 1)}. item of a long list`).join('\n'), 70),
    says('مرحبا، هل أنت مستعد للرحلة؟ نلتقي عند المحطة 08:15', 60),
    says('שלום! see https://example.org/a_(b) and https://example.org/path?x=1&y=2.', 59),
    says('👨‍👩‍👧‍👦', 58),
    iSay(paragraph.repeat(3), 50, { state: 'failed', reason: 'message-too-long' }),
    iSay('still on its way', 1, { state: 'queued' }),
  ]);
  return world;
}

const WORDS =
  'stove rope hut ridge train ticket tent map weather morning coffee bread water boots lamp'.split(' ');

/** Texts of one to forty words, the same in every run. */
function filler(index: number): string {
  const length = 1 + ((index * 7919) % 40);
  return Array.from({ length }, (_, word) => WORDS[(index * 31 + word * 17) % WORDS.length]).join(' ');
}

function hugeWorld(): World {
  const world = emptyWorld();
  const lines = Array.from({ length: 10_000 }, (_, index): Line => {
    const agoMinutes = (10_000 - index) * 3;
    const text = `${String(index + 1)} ${filler(index)}`;
    return index % 3 === 0 ? iSay(text, agoMinutes) : says(text, agoMinutes);
  });
  addRoom(world, 1, emptyConversation(1, contact(1, 'Noor Osei', 'noor')), lines);
  addRoom(world, 2, emptyConversation(2, contact(2, 'Jonas Berg', 'jonas')), [says('hi', 5)]);
  return world;
}

function manyWorld(): World {
  const world = emptyWorld();
  for (let number = 1; number <= 2000; number += 1) {
    const person = contact(number, `Person ${String(number)}`, `person.${String(number)}`);
    addRoom(world, number, emptyConversation(number, person), [says(filler(number), number * 30)]);
  }
  return world;
}

function withState(appState: World['appState']): World {
  return { ...emptyWorld(), appState };
}

function locked(details: Partial<Extract<World['appState'], { phase: 'locked' }>>): World {
  return withState({
    phase: 'locked',
    by: 'passphrase',
    recovery: 'possible',
    newProtection: 'passphrase',
    ...details,
  });
}

function withConnection(connection: Partial<World['connection']>): World {
  const world = mainWorld();
  return { ...world, connection: { ...world.connection, latencyMs: null, ...connection } };
}

export const scenarios = {
  main: mainWorld,
  empty: emptyWorld,
  long: longWorld,
  huge: hugeWorld,
  many: manyWorld,
  starting: () => withState({ phase: 'starting' }),
  new: () => withState({ phase: 'new', protection: 'passphrase' }),
  'new-keychain': () => withState({ phase: 'new', protection: 'keychain' }),
  unregistered: () => withState(openState(null)),
  'recovery-key-unconfirmed': () => withState({ ...openState(ownAccount), recoveryKey: 'to-write-down' }),
  keychain: () => withState({ ...openState(ownAccount), protection: 'keychain' }),
  locked: () => locked({}),
  'locked-for-good': () => locked({ by: 'keychain-changed', recovery: 'none' }),
  'keychain-changed': () => locked({ by: 'keychain-changed' }),
  'keychain-reset': () => locked({ by: 'keychain-changed', newProtection: 'keychain' }),
  failed: () =>
    withState({
      phase: 'failed',
      error: {
        code: 'store-corrupt',
        message:
          'The store did not pass its check. It was moved to /home/mara/.config/Kith/store.damaged-2026-03-01.',
      },
    }),
  recovered: () => {
    const world = emptyWorld();
    world.recovery = { atMs: Date.now(), movedTo: '/home/mara/.config/Kith/kith.db.damaged-2026-03-01' };
    return world;
  },
  'list-error': () => {
    const world = mainWorld();
    world.failures.set('conversations.list', 'internal');
    return world;
  },
  waiting: () =>
    withConnection({ state: 'waiting', retryAtMs: Date.now() + 42_000, reason: 'relay-unreachable' }),
  refused: () => withConnection({ state: 'refused', reason: 'relay-changed' }),
  'catching-up': () => withConnection({ catchingUp: { received: 3120, total: 9800 } }),
} as const satisfies Record<string, () => World>;

export type ScenarioName = keyof typeof scenarios;

export function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(scenarios, name);
}
