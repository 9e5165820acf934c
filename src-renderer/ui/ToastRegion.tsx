import { CircleCheck, TriangleAlert, X } from 'lucide-react';
import { Toast } from 'radix-ui';
import { useStore } from 'zustand';
import { useServices } from '../app/context.ts';
import { removeToast } from '../app/state/toasts.ts';
import { IconButton } from './Button.tsx';
import css from './ToastRegion.module.css';

const SHOWN_MS = 6000;

/** Short messages in the corner, and the quiet voice for screen readers. */
export function ToastRegion() {
  const { toasts: store, t } = useServices();
  const { toasts, announcement } = useStore(store);
  return (
    <Toast.Provider duration={SHOWN_MS} label={t('toast.region')}>
      {toasts.map(({ id, kind, text }) => (
        <Toast.Root
          key={id}
          className={css['toast']}
          onOpenChange={(isOpen) => {
            if (!isOpen) removeToast(store, id);
          }}
        >
          {kind === 'problem' ? (
            <TriangleAlert size={16} className={css['problem']} />
          ) : (
            <CircleCheck size={16} className={css['done']} />
          )}
          <Toast.Description className={css['text']}>{text}</Toast.Description>
          <Toast.Close asChild>
            <IconButton label={t('action.close')}>
              <X size={14} />
            </IconButton>
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className={css['region']} label={t('toast.region')} />
      <p className={css['voice']} role="status">
        {/* An invisible difference, so that the same words are said again. */}
        {announcement.id % 2 === 0 ? announcement.text : `${announcement.text}\u00a0`}
      </p>
    </Toast.Provider>
  );
}
