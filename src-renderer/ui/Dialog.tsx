import clsx from 'clsx';
import { X } from 'lucide-react';
import { Dialog as RadixDialog } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { useT } from '../app/context.ts';
import { focusHome } from '../app/focus-home.ts';
import { Button, IconButton } from './Button.tsx';
import css from './Dialog.module.css';

interface DialogProps {
  readonly title: string;
  readonly text?: string | undefined;
  readonly size?: 'narrow' | 'wide';
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/**
 * A modal dialog. Radix's own Overlay is left out on purpose: it locks scrolling by adding a style
 * element, which the content security policy refuses, and nothing behind it scrolls anyway.
 */
export function Dialog({ title, text, size = 'narrow', onClose, children }: DialogProps) {
  const t = useT();
  // Taken before anything in the dialog takes the focus.
  const [opener] = useState(() => document.activeElement);
  return (
    <RadixDialog.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <RadixDialog.Portal>
        <div className={css['veil']} />
        <RadixDialog.Content
          className={clsx(css['dialog'], css[size])}
          onCloseAutoFocus={(event) => {
            // Radix knows only its own triggers; dialogs here are opened from anywhere.
            event.preventDefault();
            // What closed the dialog may have led somewhere else already.
            if (document.activeElement !== null && document.activeElement !== document.body) return;
            if (opener instanceof HTMLElement && opener !== document.body && opener.isConnected)
              opener.focus();
            else focusHome(document);
          }}
          {...(text === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <header className={css['header']}>
            <RadixDialog.Title className={css['title']}>{title}</RadixDialog.Title>
            <RadixDialog.Close asChild>
              <IconButton label={t('action.close')}>
                <X size={16} />
              </IconButton>
            </RadixDialog.Close>
          </header>
          {text !== undefined && (
            <RadixDialog.Description className={css['text']} dir="auto">
              {text}
            </RadixDialog.Description>
          )}
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

interface ConfirmDialogProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function ConfirmDialog({ title, text, action, onConfirm, onClose }: ConfirmDialogProps) {
  const t = useT();
  return (
    <Dialog title={title} text={text} onClose={onClose}>
      <DialogActions>
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button
          look="danger"
          onClick={() => {
            onConfirm();
            onClose();
          }}
        >
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className={css['actions']}>{children}</div>;
}
