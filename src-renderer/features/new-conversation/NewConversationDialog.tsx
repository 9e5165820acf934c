import { useState } from 'react';
import type { AccountView } from '../../../src-shared/contract/views.ts';
import { useServices } from '../../app/context.ts';
import { errorText } from '../../app/error-text.ts';
import { relayHost } from '../../app/relay-host.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import css from './NewConversationDialog.module.css';

export function NewConversationDialog({ account }: { readonly account: AccountView }) {
  const { t, client, views, navigator } = useServices();
  const [username, setUsername] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  const start = async (): Promise<void> => {
    setIsBusy(true);
    try {
      // People write usernames as they see them, with an @ in front.
      const name = username.trim().replace(/^@/, '').toLowerCase();
      const conversation = await client.request('conversations.start', { username: name });
      views.setState(({ conversations }) => ({
        conversations: new Map(conversations).set(conversation.roomId, conversation),
      }));
      navigator.closeDialog();
      navigator.openRoom(conversation.roomId);
    } catch (error) {
      setProblem(errorText(t, error));
      setIsBusy(false);
    }
  };

  return (
    <Dialog
      title={t('new.title')}
      text={t('new.text', { relay: relayHost(account.relayUrl) })}
      onClose={navigator.closeDialog}
    >
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (username.trim() !== '' && !isBusy) void start();
        }}
      >
        <TextField
          label={t('new.username')}
          value={username}
          onValue={(value) => {
            setUsername(value);
            setProblem(null);
          }}
          problem={problem}
          maxLength={64}
          autoCapitalize="none"
          autoFocus
        />
        <DialogActions>
          <Button onClick={navigator.closeDialog}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" disabled={username.trim() === '' || isBusy}>
            {t('new.start')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
