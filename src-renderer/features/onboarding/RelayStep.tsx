import { Server } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { parseJoinLink } from '../../../src-shared/protocol/join-link.ts';
import { useServices, useViews } from '../../app/context.ts';
import { relayHost } from '../../app/relay-host.ts';
import { linkFromHere } from '../../app/relay-links.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyLine } from '../../ui/CopyButton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Screen } from '../startup/Screen.tsx';
import screen from '../startup/Screen.module.css';
import type { StepProps } from './Onboarding.tsx';
import css from './Onboarding.module.css';
import { hostRelay } from './onboarding-actions.ts';
import { Progress } from './Progress.tsx';

export function RelayStep({ number, count, onNext, onBack, isLast }: StepProps) {
  const { t, onboarding } = useServices();
  const { relay, refusal, isBusy, isHosting } = useStore(onboarding);
  const hosted = useViews((views) => views.hostedRelay);
  const [isChecked, setIsChecked] = useState(false);
  const isRunning = isHosting && hosted.state === 'running';
  const isWaiting = isBusy || (isHosting && hosted.state === 'starting');

  const problem = (): string | null => {
    if (refusal !== null) return t(`error.${refusal}`);
    return isChecked && !isRelayLink(relay) ? t('onboarding.relay.invalid') : null;
  };

  return (
    <Screen
      title={t('onboarding.relay.title')}
      text={t('onboarding.relay.text')}
      progress={<Progress number={number} count={count} />}
    >
      <form
        className={screen['form']}
        onSubmit={(event) => {
          event.preventDefault();
          const chosen = isRunning ? linkFromHere(hosted) : relay;
          setIsChecked(true);
          if (!isRelayLink(chosen) || isWaiting) return;
          onboarding.setState({ relay: chosen, refusal: null });
          onNext();
        }}
      >
        {isRunning ? (
          <RunningRelay
            url={hosted.url}
            joinLink={hosted.joinLink}
            problem={refusal === null ? null : problem()}
          />
        ) : (
          <>
            <TextField
              label={t('onboarding.relay.field')}
              value={relay}
              onValue={(value) => {
                onboarding.setState({ relay: value, refusal: null, isHosting: false });
              }}
              hint={t('onboarding.relay.hint')}
              placeholder={t('onboarding.relay.placeholder')}
              problem={problem()}
              autoFocus
            />
            <p className={css['or']}>{t('onboarding.relay.or')}</p>
            <HostButton />
          </>
        )}
        <div className={screen['actions']}>
          <Button onClick={onBack}>{t('action.back')}</Button>
          <Button type="submit" look="primary" disabled={isWaiting}>
            {isLast ? t(isBusy ? 'onboarding.finishing' : 'onboarding.finish') : t('action.continue')}
          </Button>
        </div>
      </form>
    </Screen>
  );
}

function HostButton() {
  const services = useServices();
  const { t } = services;
  const hosted = useViews((views) => views.hostedRelay);
  return (
    <>
      <button
        type="button"
        className={css['host']}
        disabled={hosted.state === 'starting'}
        onClick={() => void hostRelay(services)}
      >
        <Server size={20} />
        <span>
          <span className={css['hostTitle']}>
            {hosted.state === 'starting' ? t('onboarding.relay.starting') : t('onboarding.relay.host')}
          </span>
          <span className={css['hostText']}>{t('onboarding.relay.hostText')}</span>
        </span>
      </button>
      {hosted.state === 'failed' && (
        <p className={screen['problem']} role="alert">
          {t(`error.${hosted.error.code}`)}
        </p>
      )}
    </>
  );
}

interface RunningRelayProps {
  readonly url: string;
  readonly joinLink: string;
  readonly problem: string | null;
}

function RunningRelay({ url, joinLink, problem }: RunningRelayProps) {
  const { t, onboarding } = useServices();
  return (
    <div className={css['hosting']}>
      <p className={css['status']} role="status">
        <span className={css['lamp']} data-state="running" />
        {t('onboarding.relay.running', { url: relayHost(url) })}
      </p>
      <p className={css['small']}>{t('onboarding.relay.share')}</p>
      <CopyLine text={joinLink} label={t('settings.copyLink')} />
      {problem !== null && (
        <p className={screen['problem']} role="alert">
          {problem}
        </p>
      )}
      <div>
        <Button
          look="link"
          onClick={() => {
            onboarding.setState({ isHosting: false, refusal: null });
          }}
        >
          {t('onboarding.relay.useOther')}
        </Button>
      </div>
    </div>
  );
}

function isRelayLink(text: string): boolean {
  if (text.trim() === '') return false;
  try {
    parseJoinLink(text);
    return true;
  } catch {
    return false;
  }
}
