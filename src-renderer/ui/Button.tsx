import clsx from 'clsx';
import type { ComponentPropsWithRef } from 'react';
import css from './Button.module.css';

interface ButtonProps extends ComponentPropsWithRef<'button'> {
  readonly look?: 'primary' | 'plain' | 'danger' | 'link';
  readonly size?: 'normal' | 'small';
}

export function Button({
  look = 'plain',
  size = 'normal',
  className,
  type = 'button',
  ...rest
}: ButtonProps) {
  return <button type={type} className={clsx(css['button'], css[look], css[size], className)} {...rest} />;
}

interface IconButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'aria-label' | 'title'> {
  /** Said by screen readers and shown on hover. */
  readonly label: string;
}

export function IconButton({ label, className, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button type={type} aria-label={label} title={label} className={clsx(css['icon'], className)} {...rest} />
  );
}
