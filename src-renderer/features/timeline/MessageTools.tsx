import { Copy, Info } from 'lucide-react';
import type { MessageId, RoomId } from '../../../src-shared/ids.ts';
import { useServices } from '../../app/context.ts';
import { addToast } from '../../app/state/toasts.ts';
import { IconButton } from '../../ui/Button.tsx';
import css from './MessageTools.module.css';

interface MessageToolsProps {
  readonly messageId: MessageId;
  readonly roomId: RoomId;
  readonly text: string;
}

export function MessageTools({ messageId, roomId, text }: MessageToolsProps) {
  const { t, perform, navigator, toasts } = useServices();
  const copy = async (): Promise<void> => {
    if ((await perform('app.copyText', { text })) !== undefined)
      addToast(toasts, 'done', t('message.copied'));
  };
  return (
    <div className={css['tools']} role="toolbar" aria-label={t('message.tools')}>
      <IconButton label={t('message.copy')} onClick={() => void copy()}>
        <Copy size={14} />
      </IconButton>
      <IconButton
        label={t('message.details')}
        onClick={() => {
          navigator.openDialog({ type: 'message-details', messageId, roomId });
        }}
      >
        <Info size={15} />
      </IconButton>
    </div>
  );
}
