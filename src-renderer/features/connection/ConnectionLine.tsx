import clsx from 'clsx';
import { useEffect, useRef } from 'react';
import type { ConnectionView } from '../../../src-shared/contract/views.ts';
import { useNow, useServices, useViews } from '../../app/context.ts';
import { relayHost } from '../../app/relay-host.ts';
import { announce } from '../../app/state/toasts.ts';
import { Button } from '../../ui/Button.tsx';
import css from './ConnectionLine.module.css';
import { connectionText } from './connection-text.ts';

/** The bottom line of the rail: one dot, and the state in words. */
export function ConnectionLine() {
  const connection = useViews((views) => views.connection);
  useAnnouncedChanges(connection);
  // Without news there is nothing to say, and nothing jumps when it comes.
  return <footer className={css['line']}>{connection !== null && <State connection={connection} />}</footer>;
}

function State({ connection }: { readonly connection: ConnectionView }) {
  const { t, perform } = useServices();
  const { state, relayUrl, latencyMs, catchingUp } = connection;
  const hasHost = catchingUp === null && state !== 'refused' && state !== 'waiting';
  const host = relayUrl === null ? '' : ` · ${relayHost(relayUrl)}`;
  return (
    <>
      <span className={css['dot']} data-state={state} />
      <span className={clsx(css['words'], hasHost && css['oneLine'])}>
        {catchingUp !== null ? (
          t('connection.catchingUp', catchingUp)
        ) : state === 'waiting' ? (
          <Countdown retryAtMs={connection.retryAtMs} />
        ) : (
          connectionText(t, connection)
        )}
        {hasHost && <bdi>{host}</bdi>}
        {catchingUp !== null && (
          <progress
            className={css['progress']}
            value={catchingUp.received}
            max={catchingUp.total}
            aria-hidden="true"
          />
        )}
      </span>
      {state === 'online' && latencyMs !== null && catchingUp === null && (
        <span className={css['latency']} title={t('connection.latencyLabel', { ms: Math.round(latencyMs) })}>
          {t('connection.latency', { ms: Math.round(latencyMs) })}
        </span>
      )}
      {(state === 'waiting' || state === 'refused') && (
        <Button size="small" onClick={() => void perform('connection.retry', {})}>
          {t('connection.retry')}
        </Button>
      )}
    </>
  );
}

const SECOND_MS = 1000;

function Countdown({ retryAtMs }: { readonly retryAtMs: number | null }) {
  const { t } = useServices();
  const nowMs = useNow(SECOND_MS);
  const seconds = retryAtMs === null ? 0 : Math.ceil((retryAtMs - nowMs) / SECOND_MS);
  return seconds > 0 ? t('connection.waiting', { seconds }) : t('connection.waitingNow');
}

/** Screen readers hear of the connection when it comes and when it goes, not of every attempt. */
function useAnnouncedChanges(connection: ConnectionView | null): void {
  const { t, toasts } = useServices();
  const wasOnline = useRef<boolean | null>(null);
  const isOnline = connection === null ? null : connection.state === 'online';
  useEffect(() => {
    if (isOnline === null) return;
    if (wasOnline.current !== null && wasOnline.current !== isOnline) {
      announce(toasts, isOnline ? t('connection.onlineSaid') : t('connection.lostSaid'));
    }
    wasOnline.current = isOnline;
  }, [isOnline, t, toasts]);
}
