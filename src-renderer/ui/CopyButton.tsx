import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useServices, useT } from '../app/context.ts';
import { announce } from '../app/state/toasts.ts';
import { Button } from './Button.tsx';
import css from './CopyButton.module.css';

interface CopyButtonProps {
  readonly text: string;
  /** Names what is copied, for screen readers. */
  readonly label: string;
}

const CONFIRMATION_MS = 2000;

export function CopyButton({ text, label }: CopyButtonProps) {
  const t = useT();
  const { perform, environment, toasts } = useServices();
  const [isCopied, setIsCopied] = useState(false);

  useEffect(() => {
    if (!isCopied) return undefined;
    return environment.after(CONFIRMATION_MS, () => {
      setIsCopied(false);
    });
  }, [isCopied, environment]);

  const copy = async (): Promise<void> => {
    if ((await perform('app.copyText', { text })) === undefined) return;
    setIsCopied(true);
    announce(toasts, t('action.copied'));
  };

  return (
    <Button size="small" aria-label={label} onClick={() => void copy()}>
      {isCopied ? <Check size={14} /> : <Copy size={14} />}
      {isCopied ? t('action.copied') : t('action.copy')}
    </Button>
  );
}

/** A value to hand on: shown whole, selectable, with its copy button. */
export function CopyLine({ text, label }: CopyButtonProps) {
  return (
    <div className={css['line']}>
      <code className={css['value']}>{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
