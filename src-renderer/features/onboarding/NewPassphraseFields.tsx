import { useT } from '../../app/context.ts';
import { SecretField } from '../../ui/TextField.tsx';
import { MIN_PASSPHRASE_CHARACTERS, type PassphraseProblem } from './onboarding-rules.ts';

interface NewPassphraseFieldsProps {
  readonly passphrase: string;
  readonly repeated: string;
  readonly onPassphrase: (passphrase: string) => void;
  readonly onRepeated: (repeated: string) => void;
  /** What is wrong with the two; null also while nothing has been tried. */
  readonly wrong: PassphraseProblem | null;
}

/** A passphrase that takes the place of another, typed twice. */
export function NewPassphraseFields(props: NewPassphraseFieldsProps) {
  const { passphrase, repeated, onPassphrase, onRepeated, wrong } = props;
  const t = useT();
  const tooShort = t('onboarding.protect.short', { count: MIN_PASSPHRASE_CHARACTERS });
  return (
    <>
      <SecretField
        label={t('recover.newPassphrase')}
        value={passphrase}
        onValue={onPassphrase}
        problem={wrong === 'short' ? tooShort : null}
      />
      <SecretField
        label={t('onboarding.protect.repeat')}
        value={repeated}
        onValue={onRepeated}
        problem={wrong === 'differs' ? t('onboarding.protect.differs') : null}
      />
    </>
  );
}
