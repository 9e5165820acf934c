import type { Delivery } from '../../../src-shared/contract/views.ts';
import type { MessageId } from '../../../src-shared/ids.ts';
import { useServices } from '../../app/context.ts';
import { Button } from '../../ui/Button.tsx';
import { Hidden } from '../../ui/Hidden.tsx';
import css from './DeliveryLine.module.css';
import { DeliveryTicks } from './DeliveryTicks.tsx';

interface DeliveryLineProps {
  readonly messageId: MessageId;
  readonly delivery: Delivery;
  readonly isShown: boolean;
}

/** Under an own message: how far it has come, or why it failed and what can be done. */
export function DeliveryLine({ messageId, delivery, isShown }: DeliveryLineProps) {
  const { t } = useServices();
  if (delivery.state === 'failed') {
    return <FailedLine messageId={messageId} reason={t(`error.${delivery.reason}`)} />;
  }
  if (!isShown) return <Hidden>{t(`delivery.${delivery.state}`)}</Hidden>;
  return (
    <p className={css['line']}>
      <DeliveryTicks state={delivery.state} />
      <span aria-hidden="true">{t(`delivery.${delivery.state}`)}</span>
    </p>
  );
}

function FailedLine({ messageId, reason }: { readonly messageId: MessageId; readonly reason: string }) {
  const { t, perform } = useServices();
  return (
    <div className={css['failed']}>
      <span>{t('message.failed', { reason })}</span>
      <Button size="small" onClick={() => void perform('messages.retry', { messageId })}>
        {t('message.retry')}
      </Button>
      <Button size="small" onClick={() => void perform('messages.discard', { messageId })}>
        {t('message.discard')}
      </Button>
    </div>
  );
}
