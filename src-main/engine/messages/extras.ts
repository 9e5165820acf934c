/** What a text carries besides its words: parsed from the wire, kept with the message as JSON. */
import { create } from '@bufbuild/protobuf';
import type { MentionView } from '../../../src-shared/contract/views.ts';
import { idFromBytes, idToBytes, type AccountId, type MessageId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { firstCharacters } from '../../../src-shared/text.ts';
import { MAX_MENTIONS, MAX_QUOTE_CHARACTERS, MAX_TEXT_BYTES } from '../../../src-shared/protocol/limits.ts';

/** `room` speaks to everybody in the conversation. */
export type Mention = MentionView;

export interface Quote {
  readonly messageId: MessageId;
  readonly authorId: AccountId;
  /** The beginning of the original, as whoever quoted it saw it. */
  readonly text: string;
}

export interface Extras {
  readonly mentions?: readonly Mention[];
  readonly quote?: Quote;
  readonly isForwarded?: true;
}

/** A text message as the engine works with it. */
export interface MessageText {
  readonly text: string;
  readonly extras: Extras;
  readonly threadRoot: MessageId | null;
  /** A reply in a thread stands in the room only where its author said so. */
  readonly place: 'room' | 'thread' | 'thread-and-room';
  /** Null stays. */
  readonly expiresAfterS: number | null;
}

/** Reads leniently: what is malformed in the extras is left out, the words are never lost. */
export function textFromWire(message: wire.Text): MessageText {
  const text = fitText(message.text);
  const threadRoot = optionalId(message.threadRoot);
  const mentions = mentionsFromWire(message.mentions, text);
  const quote = quoteFromWire(message.quote);
  return {
    text,
    extras: {
      ...(mentions.length === 0 ? {} : { mentions }),
      ...(quote === null ? {} : { quote }),
      ...(message.isForwarded ? { isForwarded: true as const } : {}),
    },
    threadRoot,
    place: threadRoot === null ? 'room' : message.alsoToRoom ? 'thread-and-room' : 'thread',
    expiresAfterS: message.expiresAfterSeconds === 0 ? null : message.expiresAfterSeconds,
  };
}

export function textToWire(message: MessageText): wire.Text {
  const { text, extras, threadRoot, place, expiresAfterS } = message;
  return create(wire.TextSchema, {
    text,
    mentions: mentionsToWire(extras.mentions ?? []),
    ...(extras.quote === undefined
      ? {}
      : {
          quote: {
            messageId: idToBytes(extras.quote.messageId),
            authorAccountId: idToBytes(extras.quote.authorId),
            text: extras.quote.text,
          },
        }),
    threadRoot: threadRoot === null ? new Uint8Array() : idToBytes(threadRoot),
    alsoToRoom: place === 'thread-and-room',
    expiresAfterSeconds: expiresAfterS ?? 0,
    isForwarded: extras.isForwarded === true,
  });
}

/** Longer than any honest client sends: cut at a whole character. */
export function fitText(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_TEXT_BYTES) return text;
  return new TextDecoder().decode(bytes.subarray(0, MAX_TEXT_BYTES), { stream: true });
}

/** Keeps the ranges that lie inside the text, in order, none over another. */
export function mentionsFromWire(mentions: readonly wire.Mention[], text: string): readonly Mention[] {
  const parsed = mentions.slice(0, MAX_MENTIONS).flatMap((mention): Mention[] => {
    const { start, length, whom } = mention;
    if (length === 0 || start + length > text.length) return [];
    if (whom.case === 'room') return whom.value ? [{ start, length, whom: 'room' }] : [];
    if (whom.case !== 'accountId' || whom.value.length !== 16) return [];
    return [{ start, length, whom: idFromBytes<AccountId>(whom.value) }];
  });
  return withoutOverlaps(parsed);
}

export function withoutOverlaps(mentions: readonly Mention[]): readonly Mention[] {
  const kept: Mention[] = [];
  let end = 0;
  for (const mention of mentions.toSorted((a, b) => a.start - b.start)) {
    if (mention.start < end) continue;
    kept.push(mention);
    end = mention.start + mention.length;
  }
  return kept;
}

export function mentionsToWire(mentions: readonly Mention[]): wire.Mention[] {
  return mentions.map(({ start, length, whom }) =>
    create(wire.MentionSchema, {
      start,
      length,
      whom: whom === 'room' ? { case: 'room', value: true } : { case: 'accountId', value: idToBytes(whom) },
    }),
  );
}

export function quoteText(text: string): string {
  return firstCharacters(text, MAX_QUOTE_CHARACTERS);
}

function quoteFromWire(quote: wire.Quote | undefined): Quote | null {
  if (quote?.messageId.length !== 16 || quote.authorAccountId.length !== 16) return null;
  return {
    messageId: idFromBytes<MessageId>(quote.messageId),
    authorId: idFromBytes<AccountId>(quote.authorAccountId),
    text: quoteText(quote.text),
  };
}

export function optionalId(bytes: Uint8Array): MessageId | null {
  return bytes.length === 16 ? idFromBytes<MessageId>(bytes) : null;
}

export function mentionsAccount(extras: Extras, accountId: AccountId): boolean {
  return (extras.mentions ?? []).some(({ whom }) => whom === 'room' || whom === accountId);
}

/** Written by this engine only: the store is encrypted and authenticated. */
export function extrasFromJson(json: string | null): Extras {
  return json === null ? {} : (JSON.parse(json) as Extras);
}

export function extrasToJson(extras: Extras): string | null {
  return Object.keys(extras).length === 0 ? null : JSON.stringify(extras);
}
