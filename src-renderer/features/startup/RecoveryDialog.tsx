import { useEffect, useState } from 'react';
import type { RecoveryView } from '../../../src-shared/contract/views.ts';
import { useServices } from '../../app/context.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';

/** Tells once that a damaged store was replaced: what is gone, what is not, where the old file is. */
export function RecoveryDialog() {
  const { t, perform } = useServices();
  const [recovery, setRecovery] = useState<RecoveryView | null>(null);
  useEffect(() => {
    void perform('recovery.get', {}).then((found) => {
      setRecovery(found ?? null);
    });
  }, [perform]);
  if (recovery === null) return null;

  const dismiss = (): void => {
    setRecovery(null);
    void perform('recovery.dismiss', {});
  };
  const { movedTo } = recovery;
  return (
    <Dialog title={t('recovered.title')} text={t('recovered.text')} onClose={dismiss}>
      <p dir="auto">{movedTo === null ? t('recovered.missing') : t('recovered.moved', { path: movedTo })}</p>
      <DialogActions>
        <Button look="primary" onClick={dismiss}>
          {t('recovered.understood')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
