import clsx from 'clsx';
import { Eye, EyeOff } from 'lucide-react';
import { useId, useState, type ComponentPropsWithRef, type ReactNode } from 'react';
import { useT } from '../app/context.ts';
import { IconButton } from './Button.tsx';
import css from './TextField.module.css';

interface TextFieldProps extends Omit<ComponentPropsWithRef<'input'>, 'onChange' | 'value' | 'id'> {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly hint?: string | undefined;
  /** What is wrong with the value; marks the field. */
  readonly problem?: string | null;
  /** Stands inside the frame, after the text. */
  readonly trailing?: ReactNode;
}

export function TextField({
  label,
  value,
  onValue,
  hint,
  problem = null,
  trailing,
  className,
  ...rest
}: TextFieldProps) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className={clsx(css['field'], className)}>
      <label htmlFor={id} className={css['label']}>
        {label}
      </label>
      <div className={clsx(css['frame'], problem !== null && css['wrong'])}>
        <input
          id={id}
          className={css['input']}
          value={value}
          onChange={(event) => {
            onValue(event.target.value);
          }}
          aria-invalid={problem !== null}
          aria-describedby={note === undefined ? undefined : `${id}-note`}
          autoComplete="off"
          spellCheck={false}
          {...rest}
        />
        {trailing}
      </div>
      {note !== undefined && (
        <p
          id={`${id}-note`}
          className={problem === null ? css['hint'] : css['problem']}
          role={problem === null ? undefined : 'alert'}
        >
          {note}
        </p>
      )}
    </div>
  );
}

/** A secret: hidden until the person wants to see it. */
export function SecretField(props: Omit<TextFieldProps, 'type' | 'trailing'>) {
  const t = useT();
  const [isShown, setIsShown] = useState(false);
  return (
    <TextField
      {...props}
      type={isShown ? 'text' : 'password'}
      trailing={
        <IconButton
          label={isShown ? t('field.hideSecret') : t('field.showSecret')}
          aria-pressed={isShown}
          onClick={() => {
            setIsShown(!isShown);
          }}
        >
          {isShown ? <EyeOff size={16} /> : <Eye size={16} />}
        </IconButton>
      }
    />
  );
}
