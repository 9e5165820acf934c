import type { ContactView } from '../../../src-shared/contract/views.ts';
import { useNow, useServices, useT } from '../../app/context.ts';
import { daysBetween } from '../../app/formats.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { noticeText, type QuietLine } from './notice-text.ts';
import css from './TimelineLines.module.css';

const MINUTE_MS = 60_000;

export function DayLine({ dayStartMs }: { readonly dayStartMs: number }) {
  const { t, formats } = useServices();
  const nowMs = useNow(MINUTE_MS);
  const age = daysBetween(dayStartMs, nowMs);
  const words = age === 0 ? t('day.today') : age === 1 ? t('day.yesterday') : formats.day(dayStartMs, nowMs);
  return <p className={css['day']}>{words}</p>;
}

export function UnreadLine() {
  const t = useT();
  return <p className={css['unread']}>{t('timeline.newMessages')}</p>;
}

interface NoticeLineProps {
  readonly notice: QuietLine;
  readonly name: string;
  readonly isActive: boolean;
}

export function NoticeLine({ notice, name, isActive }: NoticeLineProps) {
  const t = useT();
  return (
    <p className={css['notice']} dir="auto" tabIndex={isActive ? 0 : -1}>
      {noticeText(t, notice, name)}
    </p>
  );
}

export function BeginningLine({ peer }: { readonly peer: ContactView }) {
  const t = useT();
  return (
    <div className={css['beginning']}>
      <Avatar accountId={peer.accountId} name={peer.displayName} size="large" />
      <p className={css['beginningTitle']} dir="auto">
        {t('conversation.startOf', { name: peer.displayName })}
      </p>
      <p>{t('conversation.sealed')}</p>
    </div>
  );
}
