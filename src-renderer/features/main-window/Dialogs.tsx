import type { AccountView } from '../../../src-shared/contract/views.ts';
import { useNavigation } from '../../app/context.ts';
import { BlockDialog } from '../conversation/BlockDialog.tsx';
import { MessageDetailsDialog } from '../details/MessageDetailsDialog.tsx';
import { NewConversationDialog } from '../new-conversation/NewConversationDialog.tsx';
import { SettingsDialog } from '../settings/SettingsDialog.tsx';

/** The dialog that is open, if any. */
export function Dialogs({ account }: { readonly account: AccountView }) {
  const dialog = useNavigation((navigation) => navigation.dialog);
  switch (dialog?.type) {
    case 'new-conversation':
      return <NewConversationDialog account={account} />;
    case 'settings':
      return <SettingsDialog account={account} />;
    case 'message-details':
      return <MessageDetailsDialog messageId={dialog.messageId} roomId={dialog.roomId} />;
    case 'confirm-block':
      return <BlockDialog roomId={dialog.roomId} />;
    case undefined:
      return null;
  }
}
