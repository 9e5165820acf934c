/** Contents and the bytes that travel: encode and sign, parse and verify. */
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { createHash } from 'node:crypto';
import type { PrivateKey, PublicKey } from '@signalapp/libsignal-client';
import {
  idFromBytes,
  idToBytes,
  parseDeviceId,
  type AccountId,
  type DeviceAddress,
  type MessageId,
  type RoomId,
} from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { contentTranscript } from '../../../src-shared/protocol/transcripts.ts';
import type { ChainClaim } from './author-chain.ts';
import type { HybridTime } from './hybrid-clock.ts';
import type { SignedBytes } from './packet.ts';

export type ContentBody = NonNullable<MessageInitShape<typeof wire.ContentSchema>['body']>;
export type ParsedBody = Exclude<wire.Content['body'], { case: undefined }>;

export interface ContentHeader {
  readonly messageId: MessageId;
  readonly roomId: RoomId;
  readonly author: DeviceAddress;
  /** Null in a room of several. */
  readonly recipientId: AccountId | null;
  readonly time: HybridTime;
  /** Null where a content changes no state of the conversation. */
  readonly chain: ChainClaim | null;
}

export interface ParsedContent extends ContentHeader {
  readonly body: ParsedBody;
  readonly signed: SignedBytes;
}

const ROOM_ID_PURPOSE = 'kith-direct-room-v1';
const HASH_BYTES = 32;
/** The last moment that JavaScript has a date for (ECMA-262, section 21.4.1.1). */
const MAX_DATE_MS = 8.64e15;

/** Every content names its room, and most name the same few. */
const MAX_REMEMBERED_ROOMS = 1_000;
const roomIds = new Map<string, RoomId>();

/** Both sides, and all their devices, find the same id for a conversation of two. */
export function directRoomId(one: AccountId, other: AccountId): RoomId {
  const pair = one < other ? `${one} ${other}` : `${other} ${one}`;
  const known = roomIds.get(pair);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(ROOM_ID_PURPOSE);
  for (const id of [one, other].sort()) hash.update(idToBytes(id));
  const roomId = idFromBytes<RoomId>(hash.digest().subarray(0, 16));
  if (roomIds.size >= MAX_REMEMBERED_ROOMS) roomIds.clear();
  roomIds.set(pair, roomId);
  return roomId;
}

/** Receipts and typing change nothing that could be disputed later; all else is signed. */
export function needsSignature(body: { readonly case?: string | undefined }): boolean {
  return body.case !== 'receipt' && body.case !== 'typing';
}

/** Contents that everybody in the room gets; only these can be linked without leaving gaps for some. */
export function isChained(body: { readonly case?: string | undefined }): boolean {
  return body.case !== undefined && CHAINED.has(body.case);
}

const CHAINED: ReadonlySet<string> = new Set([
  'text',
  'profile',
  'edit',
  'delete',
  'reaction',
  'pin',
  'timer',
]);

export function encodeContent(header: ContentHeader, body: ContentBody, identity: PrivateKey): SignedBytes {
  const content = toBinary(
    wire.ContentSchema,
    create(wire.ContentSchema, {
      messageId: idToBytes(header.messageId),
      roomId: idToBytes(header.roomId),
      authorAccountId: idToBytes(header.author.accountId),
      authorDeviceId: header.author.deviceId,
      recipientAccountId: header.recipientId === null ? new Uint8Array() : idToBytes(header.recipientId),
      hlcMs: BigInt(header.time.ms),
      hlcCounter: header.time.counter,
      chainIndex: BigInt(header.chain?.index ?? 0),
      previousHash: header.chain === null ? new Uint8Array() : new Uint8Array(header.chain.previousHash),
      chainEpoch: header.chain?.epoch ?? 0,
      body,
    }),
  );
  const signature = needsSignature(body) ? identity.sign(contentTranscript(content)) : new Uint8Array();
  return { content, signature };
}

/** Throws for bytes that are no content, or one whose fields contradict each other. */
export function parseContent(signed: SignedBytes): ParsedContent {
  const content = fromBinary(wire.ContentSchema, signed.content);
  if (content.body.case === undefined) throw new RangeError('a content of a kind this version does not know');
  const author = {
    accountId: idFromBytes<AccountId>(content.authorAccountId),
    deviceId: parseDeviceId(content.authorDeviceId),
  };
  const recipientId =
    content.recipientAccountId.length === 0 ? null : idFromBytes<AccountId>(content.recipientAccountId);
  const roomId = idFromBytes<RoomId>(content.roomId);
  if (recipientId !== null && roomId !== directRoomId(author.accountId, recipientId)) {
    throw new RangeError('the room is not the one of these two accounts');
  }
  return {
    messageId: idFromBytes<MessageId>(content.messageId),
    roomId,
    author,
    recipientId,
    time: { ms: parseTime(content.hlcMs), counter: content.hlcCounter },
    chain: parseChain(content),
    body: content.body,
    signed,
  };
}

/** The predecessor that a stored content names. */
export function previousHashOf(content: Uint8Array): Uint8Array {
  return fromBinary(wire.ContentSchema, content).previousHash;
}

function parseChain(content: wire.Content): ChainClaim | null {
  const index = safeNumber(content.chainIndex);
  if (index > 0 !== isChained(content.body)) throw new RangeError('the chain holds what everybody gets');
  if (index === 0) {
    if (content.chainEpoch !== 0) throw new RangeError('what is in no chain has no epoch');
    return null;
  }
  if (content.previousHash.length !== (index === 1 ? 0 : HASH_BYTES)) {
    throw new RangeError('the chain does not name its previous content');
  }
  return { epoch: content.chainEpoch, index, previousHash: content.previousHash };
}

function parseTime(value: bigint): number {
  const ms = safeNumber(value);
  if (ms > MAX_DATE_MS) throw new RangeError('a time that no calendar has');
  return ms;
}

function safeNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('a number is out of range');
  return Number(value);
}

export function verifyContent(signed: SignedBytes, author: PublicKey): boolean {
  try {
    return author.verify(contentTranscript(signed.content), new Uint8Array(signed.signature));
  } catch {
    // A signature of the wrong length is as wrong as one that does not match.
    return false;
  }
}
