/** The second line of a conversation in the list. */
import type { ConversationView, Delivery } from '../../../src-shared/contract/views.ts';
import type { Translate } from '../../app/i18n/translate.ts';
import { noticePreview, quietLine } from '../timeline/notice-text.ts';

export type Preview =
  | { readonly type: 'typing' }
  | { readonly type: 'draft'; readonly text: string }
  | {
      readonly type: 'message';
      readonly isOwn: boolean;
      readonly text: string;
      readonly delivery: Delivery['state'] | null;
    }
  | { readonly type: 'quiet'; readonly text: string };

/** Characters that can be seen of a preview at any width; the rest would only cost layout. */
const PREVIEW_CHARACTERS = 160;

interface Situation {
  readonly isTyping: boolean;
  /** The conversation in front needs no reminder of its own draft. */
  readonly isOpen: boolean;
}

export function previewOf(t: Translate, conversation: ConversationView, situation: Situation): Preview {
  const { lastMessage, draft, state } = conversation;
  if (state === 'blocked') return { type: 'quiet', text: t('list.blocked') };
  if (situation.isTyping) return { type: 'typing' };
  if (draft.trim() !== '' && !situation.isOpen) return { type: 'draft', text: oneLine(draft) };
  if (lastMessage === null) {
    return { type: 'quiet', text: state === 'request' ? t('list.request') : t('list.noMessages') };
  }
  const { body, isOwn, delivery } = lastMessage;
  if (body.type !== 'text') return { type: 'quiet', text: noticePreview(t, quietLine(body)) };
  return { type: 'message', isOwn, text: oneLine(body.text), delivery: delivery?.state ?? null };
}

function oneLine(text: string): string {
  return text
    .slice(0, PREVIEW_CHARACTERS * 2)
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(0, PREVIEW_CHARACTERS);
}
