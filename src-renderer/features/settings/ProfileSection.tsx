import { useState } from 'react';
import type { AccountView } from '../../../src-shared/contract/views.ts';
import { MAX_DISPLAY_NAME_CHARACTERS } from '../../../src-shared/protocol/limits.ts';
import { useServices } from '../../app/context.ts';
import { addToast } from '../../app/state/toasts.ts';
import { withAccount } from '../../app/state/views.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyLine } from '../../ui/CopyButton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import css from './SettingsDialog.module.css';

export function ProfileSection({ account }: { readonly account: AccountView }) {
  const { t, perform, toasts, views } = useServices();
  const [displayName, setDisplayName] = useState(account.displayName);
  const isUnchanged = displayName.trim() === '' || displayName.trim() === account.displayName;

  const save = async (): Promise<void> => {
    const changed = await perform('account.setDisplayName', { displayName: displayName.trim() });
    if (changed === undefined) return;
    views.setState(({ appState }) => ({ appState: withAccount(appState, changed) }));
    addToast(toasts, 'done', t('settings.nameSaved'));
  };

  return (
    <>
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (!isUnchanged) void save();
        }}
      >
        <TextField
          label={t('settings.name')}
          value={displayName}
          onValue={setDisplayName}
          maxLength={MAX_DISPLAY_NAME_CHARACTERS}
          dir="auto"
        />
        <Button type="submit" look="primary" disabled={isUnchanged} className={css['formActions']}>
          {t('action.save')}
        </Button>
      </form>
      <div>
        <p className={css['label']}>{t('settings.username')}</p>
        <CopyLine text={account.username} label={t('invite.copyUsername')} />
      </div>
    </>
  );
}
