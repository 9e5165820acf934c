import { useState } from 'react';
import { useT } from '../../app/context.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import screen from '../startup/Screen.module.css';
import css from './RecoveryKeyForm.module.css';

interface RecoveryKeyFormProps {
  readonly recoveryKey: string;
  readonly isBusy: boolean;
  readonly submit: string;
  readonly onConfirmed: () => void;
}

/** A new recovery key, and the word of a person that it is written down. */
export function RecoveryKeyForm({ recoveryKey, isBusy, submit, onConfirmed }: RecoveryKeyFormProps) {
  const t = useT();
  const [isWritten, setIsWritten] = useState(false);
  return (
    <form
      className={screen['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (isWritten && !isBusy) onConfirmed();
      }}
    >
      <output className={css['key']} aria-label={t('recoveryKey.key')}>
        {recoveryKey}
      </output>
      <div className={css['between']}>
        <label className={css['confirm']}>
          <input
            type="checkbox"
            checked={isWritten}
            autoFocus
            onChange={(event) => {
              setIsWritten(event.target.checked);
            }}
          />
          {t('recoveryKey.confirm')}
        </label>
        <CopyButton text={recoveryKey} label={t('recoveryKey.copy')} />
      </div>
      <div className={screen['actions']}>
        <Button type="submit" look="primary" disabled={!isWritten || isBusy}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
