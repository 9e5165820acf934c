import type { ErrorCode, SerializedError } from '../../../src-shared/errors.ts';
import { useState } from 'react';
import { useServices } from '../../app/context.ts';
import type { MessageKey } from '../../app/i18n/catalogue.ts';
import { Button } from '../../ui/Button.tsx';
import { Screen } from './Screen.tsx';
import css from './Screen.module.css';

type Explanation = readonly [
  title: Extract<MessageKey, `failed.${string}Title`>,
  text: Extract<MessageKey, `failed.${string}Text`>,
];

const EXPLANATIONS: Partial<Record<ErrorCode, Explanation>> = {
  'store-corrupt': ['failed.corruptTitle', 'failed.corruptText'],
  'store-in-use': ['failed.inUseTitle', 'failed.inUseText'],
  'store-too-new': ['failed.tooNewTitle', 'failed.tooNewText'],
  'disk-full': ['failed.diskFullTitle', 'failed.diskFullText'],
};

/** What happened and what to do; the engine's own words say where a damaged file was moved. */
export function FailedScreen({ error }: { readonly error: SerializedError }) {
  const { t, perform, views } = useServices();
  const [isTrying, setIsTrying] = useState(false);
  const [title, text] = EXPLANATIONS[error.code] ?? ['failed.otherTitle', 'failed.otherText'];
  const tryAgain = async (): Promise<void> => {
    setIsTrying(true);
    await perform('app.retry', {});
    const appState = await perform('app.state', {});
    if (appState !== undefined) views.setState({ appState });
    setIsTrying(false);
  };
  return (
    <Screen title={t(title)} text={t(text)}>
      <div className={css['form']}>
        <section className={css['details']}>
          <h2 className={css['detailsTitle']}>{t('failed.details')}</h2>
          <p className={css['detailsText']}>{error.message}</p>
        </section>
        <div className={css['actions']}>
          <Button onClick={() => void perform('app.showDataFolder', {})}>{t('failed.showFolder')}</Button>
          <Button
            look="primary"
            autoFocus
            aria-disabled={isTrying}
            onClick={() => void (isTrying || tryAgain())}
          >
            {t(isTrying ? 'failed.trying' : 'action.tryAgain')}
          </Button>
        </div>
      </div>
    </Screen>
  );
}
