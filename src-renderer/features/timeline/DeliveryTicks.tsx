import { Check, CheckCheck, CircleAlert, Clock3 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Delivery } from '../../../src-shared/contract/views.ts';
import { useT } from '../../app/context.ts';
import { Hidden } from '../../ui/Hidden.tsx';
import css from './DeliveryTicks.module.css';

const ICONS: Record<Delivery['state'], ReactNode> = {
  queued: <Clock3 size={12} />,
  encrypted: <Clock3 size={12} />,
  accepted: <Check size={13} />,
  delivered: <CheckCheck size={13} />,
  read: <CheckCheck size={13} />,
  failed: <CircleAlert size={12} />,
};

/** How far an own message has come, as a sign with its words for screen readers. */
export function DeliveryTicks({ state }: { readonly state: Delivery['state'] }) {
  const t = useT();
  return (
    <span className={css['ticks']} data-delivery={state}>
      {ICONS[state]}
      <Hidden>{t(`delivery.${state}`)}</Hidden>
    </span>
  );
}
