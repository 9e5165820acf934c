/** Which conversations stand where in the list. */
import type { ConversationView } from '../../../src-shared/contract/views.ts';
import type { RoomId } from '../../../src-shared/ids.ts';

export type SectionName = 'pinned' | 'requests' | 'direct';

export interface Section {
  readonly name: SectionName;
  /** Never empty; newest first. */
  readonly conversations: readonly ConversationView[];
}

const ORDER: readonly SectionName[] = ['pinned', 'requests', 'direct'];

/** Sections that have something in them, of conversations whose name or username matches `query`. */
export function conversationSections(
  conversations: ReadonlyMap<RoomId, ConversationView>,
  query: string,
): readonly Section[] {
  const sorted = [...conversations.values()]
    .filter((conversation) => matches(conversation, query))
    .sort((a, b) => b.lastActivityMs - a.lastActivityMs || (a.roomId < b.roomId ? -1 : 1));
  return ORDER.map((name) => ({
    name,
    conversations: sorted.filter((conversation) => sectionOf(conversation) === name),
  })).filter((section) => section.conversations.length > 0);
}

function sectionOf(conversation: ConversationView): SectionName {
  // A stranger's request never stands among what the person pinned.
  if (conversation.state === 'request') return 'requests';
  return conversation.isPinned ? 'pinned' : 'direct';
}

/** Every word of the query begins or continues somewhere in the name or the username; accents are the same. */
function matches(conversation: ConversationView, query: string): boolean {
  const words = fold(query)
    .split(/\s+/u)
    .filter((word) => word !== '');
  if (words.length === 0) return true;
  const text = `${fold(conversation.peer.displayName)} ${fold(conversation.peer.username)}`;
  return words.every((word) => text.includes(word.replace(/^@/u, '')));
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
