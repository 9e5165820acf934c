import { useServices, useViews } from '../../app/context.ts';
import css from './SettingsDialog.module.css';

export function AboutSection() {
  const { t } = useServices();
  const info = useViews((views) => views.info);
  if (info === null) return null;
  return (
    <dl className={css['facts']}>
      <Fact label={t('settings.version')} value={info.version} />
      <Fact label={t('settings.licence')} value={info.licence} />
      <Fact label={t('settings.host')} value={t(`settings.host.${info.host}`)} />
    </dl>
  );
}

function Fact({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div className={css['fact']}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
