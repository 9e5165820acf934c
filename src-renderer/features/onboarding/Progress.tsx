import { useT } from '../../app/context.ts';
import css from './Onboarding.module.css';

export function Progress({ number, count }: { readonly number: number; readonly count: number }) {
  const t = useT();
  return (
    <div className={css['progress']}>
      <span>{t('onboarding.progress', { step: number, steps: count })}</span>
      <span className={css['marks']} aria-hidden="true">
        {Array.from({ length: count }, (_, index) => (
          <span key={index} className={css['mark']} data-state={index < number ? 'done' : 'ahead'} />
        ))}
      </span>
    </div>
  );
}
