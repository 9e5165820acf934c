import { RadioGroup, Switch } from 'radix-ui';
import { useId } from 'react';
import css from './Choices.module.css';

interface SwitchRowProps {
  readonly label: string;
  readonly text?: string | undefined;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** A setting that is on or off. */
export function SwitchRow({ label, text, isOn, onChange }: SwitchRowProps) {
  const id = useId();
  return (
    <div className={css['row']}>
      <div className={css['words']}>
        <label htmlFor={id} className={css['label']}>
          {label}
        </label>
        {text !== undefined && (
          <p id={`${id}-text`} className={css['text']}>
            {text}
          </p>
        )}
      </div>
      <Switch.Root
        id={id}
        className={css['switch']}
        checked={isOn}
        onCheckedChange={onChange}
        aria-describedby={text === undefined ? undefined : `${id}-text`}
      >
        <Switch.Thumb className={css['thumb']} />
      </Switch.Root>
    </div>
  );
}

interface RadioListProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
}

/** One of a few. */
export function RadioList<Value extends string>({ label, value, choices, onChange }: RadioListProps<Value>) {
  const id = useId();
  return (
    <div>
      <p id={id} className={css['label']}>
        {label}
      </p>
      <RadioGroup.Root
        className={css['radios']}
        aria-labelledby={id}
        value={value}
        onValueChange={(next) => {
          const choice = choices.find((candidate) => candidate.value === next);
          if (choice !== undefined) onChange(choice.value);
        }}
      >
        {choices.map((choice) => (
          <div key={choice.value} className={css['choice']}>
            <RadioGroup.Item id={`${id}-${choice.value}`} value={choice.value} className={css['radio']}>
              <RadioGroup.Indicator className={css['dot']} />
            </RadioGroup.Item>
            <label htmlFor={`${id}-${choice.value}`}>{choice.label}</label>
          </div>
        ))}
      </RadioGroup.Root>
    </div>
  );
}
