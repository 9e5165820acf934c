/** Notices as words: a line in the conversation, and a shorter one in the list. */
import type { Notice } from '../../../src-shared/contract/views.ts';
import type { Translate } from '../../app/i18n/translate.ts';

export function noticeText(t: Translate, notice: Notice, name: string): string {
  if (notice.type !== 'unreadable') return t(`notice.${notice.type}`, { name });
  return t(notice.outcome === 'waiting' ? 'notice.unreadableWaiting' : 'notice.unreadableGivenUp', { name });
}

export function noticePreview(t: Translate, notice: Notice): string {
  return t(`preview.${notice.type}`);
}
