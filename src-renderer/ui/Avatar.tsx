import clsx from 'clsx';
import { useT } from '../app/context.ts';
import css from './Avatar.module.css';
import { avatarTint, initials } from './avatar-rules.ts';

interface AvatarProps {
  readonly accountId: string;
  readonly name: string;
  readonly size?: 'normal' | 'large';
  /** The person in front of the screen: in the accent colour, called "You". */
  readonly isOwn?: boolean;
}

/** Decoration: the name stands beside it wherever it is used. */
export function Avatar({ accountId, name, size = 'normal', isOwn = false }: AvatarProps) {
  const t = useT();
  return (
    <span
      className={clsx(css['avatar'], css[size])}
      data-tint={isOwn ? 'own' : avatarTint(accountId)}
      aria-hidden="true"
    >
      {isOwn ? t('timeline.you') : initials(name)}
    </span>
  );
}
