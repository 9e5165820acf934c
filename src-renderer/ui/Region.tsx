import { Component, type ReactNode } from 'react';
import { useT } from '../app/context.ts';
import { Button } from './Button.tsx';
import css from './Region.module.css';

interface BoundaryProps {
  readonly fallback: (reload: () => void) => ReactNode;
  readonly children: ReactNode;
}

/** React has error boundaries only as classes. */
class Boundary extends Component<BoundaryProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return this.props.fallback(() => {
      this.setState({ hasFailed: false });
    });
  }
}

/** A part of the window that can fail, and be reloaded, without the rest. */
export function Region({ children }: { readonly children: ReactNode }) {
  const t = useT();
  return (
    <Boundary
      fallback={(reload) => (
        <div role="alert" className={css['failed']}>
          <p className={css['title']}>{t('boundary.title')}</p>
          <p className={css['text']}>{t('boundary.text')}</p>
          <Button onClick={reload}>{t('action.reload')}</Button>
        </div>
      )}
    >
      {children}
    </Boundary>
  );
}
