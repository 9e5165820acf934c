/** The list as rows of known heights, for virtualisation and the arrow keys. */
import type { ConversationView } from '../../../src-shared/contract/views.ts';
import type { Section, SectionName } from './sections.ts';

export type ListRow =
  | { readonly type: 'section'; readonly key: string; readonly name: SectionName }
  | { readonly type: 'conversation'; readonly key: string; readonly conversation: ConversationView };

export const SECTION_HEIGHT_PX = 32;
export const CONVERSATION_HEIGHT_PX = 52;

export function listRows(sections: readonly Section[]): readonly ListRow[] {
  return sections.flatMap(({ name, conversations }): readonly ListRow[] => [
    { type: 'section', key: name, name },
    ...conversations.map((conversation) => ({
      type: 'conversation' as const,
      key: conversation.roomId,
      conversation,
    })),
  ]);
}

/** The next conversation in a direction, past headings; the same row at either end. */
export function stepRow(rows: readonly ListRow[], from: number, offset: 1 | -1): number {
  for (let index = from + offset; index >= 0 && index < rows.length; index += offset) {
    if (rows[index]?.type === 'conversation') return index;
  }
  return from;
}

export function edgeRow(rows: readonly ListRow[], edge: 'first' | 'last'): number {
  const isConversation = (row: ListRow): boolean => row.type === 'conversation';
  return edge === 'first' ? rows.findIndex(isConversation) : rows.findLastIndex(isConversation);
}
