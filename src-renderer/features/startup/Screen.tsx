import type { ReactNode } from 'react';
import { Logo } from './Logo.tsx';
import css from './Screen.module.css';

interface ScreenProps {
  readonly title: string;
  readonly text?: string | undefined;
  readonly progress?: ReactNode;
  readonly children?: ReactNode;
}

/** The calm page for everything before the main window. */
export function Screen({ title, text, progress, children }: ScreenProps) {
  return (
    <main className={css['screen']}>
      <div className={css['card']}>
        <div className={css['top']}>
          <Logo size={36} />
          {progress}
        </div>
        <h1 className={css['title']}>{title}</h1>
        {text !== undefined && <p className={css['text']}>{text}</p>}
        {children}
      </div>
    </main>
  );
}
