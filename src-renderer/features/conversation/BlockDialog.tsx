import type { RoomId } from '../../../src-shared/ids.ts';
import { useServices, useViews } from '../../app/context.ts';
import { ConfirmDialog } from '../../ui/Dialog.tsx';

export function BlockDialog({ roomId }: { readonly roomId: RoomId }) {
  const { t, perform, navigator } = useServices();
  const name = useViews((views) => views.conversations.get(roomId)?.peer.displayName) ?? '';
  return (
    <ConfirmDialog
      title={t('block.title', { name })}
      text={t('block.text', { name })}
      action={t('action.block')}
      onConfirm={() => void perform('conversations.block', { roomId })}
      onClose={navigator.closeDialog}
    />
  );
}
