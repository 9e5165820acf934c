/**
 * Generated histories: people who do things on several devices, a relay that accepts what they send, and
 * lines that delay, repeat and reorder. Steps are plain numbers, so that a failing history shrinks.
 */
import fc from 'fast-check';
import { PrivateKey } from '@signalapp/libsignal-client';
import { KithError } from '../../../src-shared/errors.ts';
import type { AccountId, DeviceId, MessageId } from '../../../src-shared/ids.ts';
import { orderFromMs } from '../../../src-shared/protocol/limits.ts';
import { setDraft, setTimer } from '../../../src-main/engine/conversations/service.ts';
import type { SignedBytes } from '../../../src-main/engine/crypto/packet.ts';
import {
  deleteForEveryone,
  deleteForMe,
  editMessage,
  pinMessage,
  react,
  starMessage,
} from '../../../src-main/engine/messages/change.ts';
import { sendText } from '../../../src-main/engine/messages/send.ts';
import { followThread, setThreadDraft } from '../../../src-main/engine/threads/service.ts';
import { Replica } from '../engine/replica.ts';

/** Devices of each of the two accounts. */
export type Layout = readonly [number, number];
export const LAYOUTS: readonly Layout[] = [
  [1, 1],
  [2, 1],
  [2, 2],
  [3, 2],
];

const YEAR_MS = 365 * 24 * 60 * 60_000;
const START_MS = Date.UTC(2026, 0, 1);
const EMOJI = ['👍', '❤️', '🎉'];

export interface Step {
  readonly act: Act;
  /** Which device, which message, which variant: taken modulo what there is. */
  readonly device: number;
  readonly pick: number;
  readonly variant: number;
  readonly pauseMs: number;
}

const ACTS = [
  ...['say', 'say', 'say', 'reply', 'thread', 'thread', 'edit', 'edit', 'delete', 'hide'],
  ...['react', 'react', 'pin', 'star', 'timer', 'follow', 'draft', 'draft', 'send', 'send', 'send'],
  ...['deliver', 'deliver', 'deliver', 'repeat', 'restart'],
] as const;
export type Act = (typeof ACTS)[number];

export interface Plan {
  readonly layout: Layout;
  /** By how much each device's clock is wrong. */
  readonly skewsMs: readonly number[];
  readonly steps: readonly Step[];
}

export function plans(maxSteps: number): fc.Arbitrary<Plan> {
  const skew = fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    fc.integer({ min: -1_000, max: 1_000 }),
    fc.integer({ min: -YEAR_MS, max: YEAR_MS }),
  );
  return fc.record({
    layout: fc.constantFrom(...LAYOUTS),
    skewsMs: fc.array(skew, { minLength: 5, maxLength: 5 }),
    steps: fc.array(
      fc.record({
        act: fc.constantFrom(...ACTS),
        device: fc.nat(4),
        pick: fc.nat(30),
        variant: fc.nat(11),
        pauseMs: fc.oneof(fc.constant(0), fc.nat(2_000)),
      }),
      { minLength: 1, maxLength: maxSteps, size: 'max' },
    ),
  });
}

interface Waiting {
  readonly signed: SignedBytes;
  readonly order: number;
}

/** Replicas of one layout, used for one history after another. */
export class World {
  readonly replicas: readonly Replica[];
  readonly #queues = new Map<Replica, Waiting[]>();
  readonly #delivered = new Map<Replica, Waiting[]>();
  #trueMs = START_MS;
  #lastOrder = 0;
  operations = 0;

  constructor([devicesOfAda, devicesOfBen]: Layout) {
    const ada = { accountId: uuid(0xa), key: PrivateKey.generate(), username: 'ada', devices: devicesOfAda };
    const ben = { accountId: uuid(0xb), key: PrivateKey.generate(), username: 'ben', devices: devicesOfBen };
    this.replicas = [[ada, ben] as const, [ben, ada] as const].flatMap(([own, peer]) => {
      const ownDeviceIds = Array.from({ length: own.devices }, (_, index) => (index + 1) as DeviceId);
      return ownDeviceIds.map(
        (deviceId) =>
          new Replica({
            accountId: own.accountId,
            deviceId,
            privateKey: own.key,
            username: own.username,
            ownDeviceIds,
            peer: { accountId: peer.accountId, username: peer.username },
          }),
      );
    });
  }

  /** Plays the plan, then lets everything that is still on its way arrive. */
  play(plan: Plan): void {
    this.#reset(plan);
    for (const step of plan.steps) {
      this.#tick(plan, step.pauseMs);
      const replica = this.replicas[step.device % this.replicas.length];
      if (replica !== undefined) this.#take(replica, step);
    }
    for (const replica of this.replicas) while (this.#send(replica));
    for (const replica of this.replicas) while (this.#deliver(replica, 0));
  }

  close(): void {
    for (const replica of this.replicas) replica.close();
  }

  #reset(plan: Plan): void {
    this.#trueMs = START_MS;
    this.#lastOrder = 0;
    for (const replica of this.replicas) {
      replica.reset();
      this.#queues.set(replica, []);
      this.#delivered.set(replica, []);
    }
    this.#tick(plan, 0);
  }

  #tick({ skewsMs }: Plan, pauseMs: number): void {
    this.#trueMs += pauseMs;
    for (const [index, replica] of this.replicas.entries())
      replica.nowMs = this.#trueMs + (skewsMs[index] ?? 0);
  }

  #take(replica: Replica, step: Step): void {
    switch (step.act) {
      case 'send':
        this.#send(replica);
        return;
      case 'deliver':
        this.#deliver(replica, step.pick);
        return;
      case 'repeat':
        this.#repeat(replica, step.pick);
        return;
      case 'restart':
        replica.restart();
        return;
      default:
        this.operations += 1;
        act(replica, step);
    }
  }

  #send(replica: Replica): boolean {
    this.#lastOrder = Math.max(this.#lastOrder + 1, orderFromMs(this.#trueMs));
    const order = this.#lastOrder;
    const sent = replica.send(order);
    if (sent === null) return false;
    for (const other of this.replicas) {
      if (other === replica) continue;
      const isOwn = other.identity.accountId === replica.identity.accountId;
      if (sent.audience === 'own-devices' ? isOwn : sent.audience === 'everyone' || !isOwn) {
        this.#queues.get(other)?.push({ signed: sent.signed, order });
      }
    }
    return true;
  }

  #deliver(replica: Replica, pick: number): boolean {
    const queue = this.#queues.get(replica) ?? [];
    const [next] = queue.splice(queue.length === 0 ? 0 : pick % queue.length, 1);
    if (next === undefined) return false;
    replica.receive(next.signed, next.order);
    this.#delivered.get(replica)?.push(next);
    return true;
  }

  #repeat(replica: Replica, pick: number): void {
    const delivered = this.#delivered.get(replica) ?? [];
    const again = delivered[pick % Math.max(1, delivered.length)];
    if (again !== undefined) replica.receive(again.signed, again.order);
  }
}

/** One thing that a person does. What the engine refuses, a person cannot do. */
function act(replica: Replica, { act: what, pick, variant }: Step): void {
  const { context, roomId } = replica;
  const ids = replica.messageIds();
  const messageId = ids[pick % Math.max(1, ids.length)];
  const state = variant % 2 === 0 ? 'on' : 'off';
  const text = `text ${String(variant)}`;
  try {
    if (what === 'say') sendText(context, roomId, { text });
    else if (what === 'timer') setTimer(context, roomId, ((variant * YEAR_MS) / 1_000 / 100) | 0);
    else if (what === 'draft' && variant < 8) setDraft(context, roomId, variant === 0 ? '' : text);
    else if (messageId !== undefined) actOn(replica, messageId, { what, state, text, variant });
  } catch (error) {
    if (!(error instanceof KithError)) throw error;
  }
}

interface OnMessage {
  readonly what: Act;
  readonly state: 'on' | 'off';
  readonly text: string;
  readonly variant: number;
}

function actOn(
  { context, roomId }: Replica,
  messageId: MessageId,
  { what, state, text, variant }: OnMessage,
): void {
  switch (what) {
    case 'reply':
      sendText(context, roomId, { text, quote: messageId });
      return;
    case 'thread': {
      const place = state === 'on' ? 'thread' : 'thread-and-room';
      sendText(context, roomId, { text: `${text} @ada`, thread: { root: messageId, place } });
      return;
    }
    case 'edit':
      editMessage(context, messageId, { text: `${text} edited` });
      return;
    case 'delete':
      deleteForEveryone(context, messageId);
      return;
    case 'hide':
      deleteForMe(context, messageId);
      return;
    case 'react':
      react(context, messageId, EMOJI[variant % EMOJI.length] ?? '👍', variant < 8 ? 'on' : 'off');
      return;
    case 'pin':
      pinMessage(context, messageId, state);
      return;
    case 'star':
      starMessage(context, messageId, state);
      return;
    case 'follow':
      followThread(context, { roomId, root: messageId }, state);
      return;
    case 'draft':
      setThreadDraft(context, { roomId, root: messageId }, variant === 0 ? '' : text);
      return;
    default:
      return;
  }
}

function uuid(number: number): AccountId {
  return `0000000${number.toString(16)}-0000-4000-8000-000000000000` as AccountId;
}
