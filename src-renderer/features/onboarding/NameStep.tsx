import { useState } from 'react';
import { useStore } from 'zustand';
import { MAX_DISPLAY_NAME_CHARACTERS } from '../../../src-shared/protocol/limits.ts';
import { useServices } from '../../app/context.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Screen } from '../startup/Screen.tsx';
import screen from '../startup/Screen.module.css';
import type { StepProps } from './Onboarding.tsx';
import { chosenUsername } from './onboarding-actions.ts';
import { Progress } from './Progress.tsx';
import { isUsername } from './username.ts';

export function NameStep({ number, count, onNext }: StepProps) {
  const { t, onboarding } = useServices();
  const state = useStore(onboarding);
  const [isChecked, setIsChecked] = useState(false);
  const username = chosenUsername(state);
  const isNameMissing = state.displayName.trim() === '';

  const usernameProblem = (): string | null => {
    if (state.refusal === 'username-taken' || state.refusal === 'username-invalid') {
      return t(`error.${state.refusal}`);
    }
    return isChecked && !isUsername(username) ? t('onboarding.username.invalid') : null;
  };

  return (
    <Screen
      title={t('onboarding.name.title')}
      text={t('onboarding.name.text')}
      progress={<Progress number={number} count={count} />}
    >
      <form
        className={screen['form']}
        onSubmit={(event) => {
          event.preventDefault();
          setIsChecked(true);
          if (!isNameMissing && isUsername(username)) onNext();
        }}
      >
        <TextField
          label={t('onboarding.name.field')}
          value={state.displayName}
          onValue={(displayName) => {
            onboarding.setState({ displayName, ...(state.typedUsername === null ? { refusal: null } : {}) });
          }}
          maxLength={MAX_DISPLAY_NAME_CHARACTERS}
          problem={isChecked && isNameMissing ? t('onboarding.name.missing') : null}
          dir="auto"
          autoFocus={state.refusal === null}
        />
        <TextField
          label={t('onboarding.username.field')}
          value={username}
          onValue={(typed) => {
            // Emptied, it follows the name again.
            const typedUsername = typed === '' ? null : typed.trim().toLowerCase();
            onboarding.setState({ typedUsername, refusal: null });
          }}
          hint={t('onboarding.username.hint')}
          problem={usernameProblem()}
          autoCapitalize="none"
          autoFocus={state.refusal !== null}
        />
        <div className={screen['actions']}>
          <Button type="submit" look="primary">
            {t('action.continue')}
          </Button>
        </div>
      </form>
    </Screen>
  );
}
