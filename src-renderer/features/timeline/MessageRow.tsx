import clsx from 'clsx';
import { ShieldAlert } from 'lucide-react';
import { memo } from 'react';
import type { MessageView } from '../../../src-shared/contract/views.ts';
import { useServices } from '../../app/context.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { DeliveryLine } from './DeliveryLine.tsx';
import css from './MessageRow.module.css';
import { MessageText } from './MessageText.tsx';
import { MessageTools } from './MessageTools.tsx';

interface MessageRowProps {
  readonly message: MessageView;
  readonly text: string;
  readonly authorName: string;
  readonly isGroupStart: boolean;
  readonly showsDelivery: boolean;
  /** True for the one row that Tab goes to. */
  readonly isActive: boolean;
}

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, text, authorName, isGroupStart, showsDelivery, isActive } = props;
  const { t, formats } = useServices();
  const name = message.isOwn ? t('timeline.you') : authorName;
  const time = formats.time(message.sentAtMs);
  const when = <time dateTime={new Date(message.sentAtMs).toISOString()}>{time}</time>;
  return (
    <article
      className={clsx(css['row'], isGroupStart && css['first'])}
      aria-label={`${name}, ${time}`}
      tabIndex={isActive ? 0 : -1}
    >
      <div className={css['side']}>
        {isGroupStart ? (
          <Avatar accountId={message.authorId} name={authorName} isOwn={message.isOwn} />
        ) : (
          <span className={css['sideTime']}>{when}</span>
        )}
      </div>
      <div className={css['body']}>
        {isGroupStart && (
          <div className={css['head']}>
            <bdi className={css['name']}>{name}</bdi>
            <span className={css['time']}>{when}</span>
          </div>
        )}
        <MessageText text={text} />
        {message.isSuspicious && (
          <p className={css['suspicious']}>
            <ShieldAlert size={13} aria-hidden="true" />
            {t('message.suspicious')}
          </p>
        )}
        {message.delivery !== null && (
          <DeliveryLine messageId={message.messageId} delivery={message.delivery} isShown={showsDelivery} />
        )}
      </div>
      <MessageTools messageId={message.messageId} roomId={message.roomId} text={text} />
    </article>
  );
});
