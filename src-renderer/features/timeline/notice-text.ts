/** Lines that are no message, as words: in the conversation, and shorter in the list. */
import type { MessageBody, Notice } from '../../../src-shared/contract/views.ts';
import type { Translate } from '../../app/i18n/translate.ts';

/** A notice, or the mark that a deleted message leaves. */
export type QuietLine = Notice | { readonly type: 'deleted' };

export function quietLine(body: Exclude<MessageBody, { type: 'text' }>): QuietLine {
  return body.type === 'notice' ? body.notice : { type: 'deleted' };
}

export function noticeText(t: Translate, line: QuietLine, name: string): string {
  switch (line.type) {
    case 'unreadable':
      return t(line.outcome === 'waiting' ? 'notice.unreadableWaiting' : 'notice.unreadableGivenUp', {
        name,
      });
    case 'timer':
      return t(line.seconds === 0 ? 'notice.timerOff' : 'notice.timerOn');
    case 'room':
      return t('notice.room');
    case 'deleted':
      return t('notice.deleted');
    case 'identity-changed':
      return t('notice.identity-changed', { name });
  }
}

export function noticePreview(t: Translate, line: QuietLine): string {
  return t(`preview.${line.type}`);
}
