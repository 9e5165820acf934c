import { Lock, LockOpen, ShieldAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ContactView, IdentityState, SafetyNumber } from '../../../src-shared/contract/views.ts';
import { useServices } from '../../app/context.ts';
import { Button } from '../../ui/Button.tsx';
import css from './DetailsPanel.module.css';
import { QrCode } from './QrCode.tsx';
import { groupDigits } from './safety-number.ts';

/** Mounted anew when the identity changes: the number does too. */
export function SafetyNumberSection({ contact }: { readonly contact: ContactView }) {
  const { t, client, perform } = useServices();
  const { accountId, identity, displayName: name } = contact;
  const [number, setNumber] = useState<SafetyNumber | 'failed' | null>(null);

  useEffect(() => {
    let isCurrent = true;
    client.request('contacts.safetyNumber', { accountId }).then(
      (answer) => {
        if (isCurrent) setNumber(answer);
      },
      () => {
        if (isCurrent) setNumber('failed');
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [client, accountId]);

  return (
    <section className={css['section']}>
      <h3 className={css['sectionTitle']}>{t('details.safety')}</h3>
      <IdentityLine identity={identity} name={name} />
      {number === 'failed' && <p role="alert">{t('details.safetyFailed')}</p>}
      {number !== null && number !== 'failed' && (
        <>
          <div
            className={css['digits']}
            role="group"
            aria-label={t('details.safety')}
            data-testid="safety-number"
          >
            {groupDigits(number.digits).map((group, index) => (
              <span key={index}>{group}</span>
            ))}
          </div>
          <QrCode base64={number.scannable} label={t('details.qr')} className={css['code']} />
          <p className={css['text']}>{t('details.safetyText', { name })}</p>
          <Button
            look={identity === 'verified' ? 'plain' : 'primary'}
            onClick={() =>
              void perform('contacts.setVerified', {
                accountId,
                state: identity === 'verified' ? 'unverified' : 'verified',
              })
            }
          >
            {t(identity === 'verified' ? 'details.unverify' : 'details.verify')}
          </Button>
        </>
      )}
    </section>
  );
}

function IdentityLine({ identity, name }: { readonly identity: IdentityState; readonly name: string }) {
  const { t } = useServices();
  return (
    <p className={css['state']} data-identity={identity}>
      {identity === 'verified' && <Lock size={13} aria-hidden="true" />}
      {identity === 'unverified' && <LockOpen size={13} aria-hidden="true" />}
      {identity === 'changed' && <ShieldAlert size={13} aria-hidden="true" />}
      {identity === 'verified' && t('details.isVerified', { name })}
      {identity === 'unverified' && t('details.isUnverified')}
      {identity === 'changed' && t('details.isChanged')}
    </p>
  );
}
