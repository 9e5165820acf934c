import { useT } from '../../app/context.ts';
import { Hidden } from '../../ui/Hidden.tsx';
import { Logo } from './Logo.tsx';
import css from './Screen.module.css';

export function StartingScreen() {
  const t = useT();
  return (
    <main className={css['starting']}>
      <Logo size={72} />
      <Hidden>
        <h1>{t('starting.label')}</h1>
      </Hidden>
    </main>
  );
}
