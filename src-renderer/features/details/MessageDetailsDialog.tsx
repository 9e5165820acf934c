import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { IntegrityVerdict, MessageDetails } from '../../../src-shared/contract/views.ts';
import type { MessageId, RoomId } from '../../../src-shared/ids.ts';
import { useServices, useTimelines } from '../../app/context.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import css from './MessageDetailsDialog.module.css';

interface MessageDetailsDialogProps {
  readonly messageId: MessageId;
  readonly roomId: RoomId;
}

export function MessageDetailsDialog({ messageId, roomId }: MessageDetailsDialogProps) {
  const { t, client, navigator } = useServices();
  const [details, setDetails] = useState<MessageDetails | 'failed' | null>(null);
  const message = useTimelines((timelines) =>
    timelines.windows.get(roomId)?.messages.find((candidate) => candidate.messageId === messageId),
  );

  useEffect(() => {
    let isCurrent = true;
    client.request('messages.details', { messageId }).then(
      (answer) => {
        if (isCurrent) setDetails(answer);
      },
      () => {
        if (isCurrent) setDetails('failed');
      },
    );
    return () => {
      isCurrent = false;
    };
    // A message that comes further while the dialog is open has new details.
  }, [client, messageId, message]);

  return (
    <Dialog title={t('messageDetails.title')} onClose={navigator.closeDialog}>
      {details === 'failed' && <p role="alert">{t('messageDetails.failed')}</p>}
      {details !== null && details !== 'failed' && (
        <>
          <Times details={details} author={message?.isOwn === true ? 'own' : 'other'} />
          <h3 className={css['subtitle']}>{t('messageDetails.checks')}</h3>
          <Verdict integrity={details.integrity} />
        </>
      )}
    </Dialog>
  );
}

function Times({ details, author }: { readonly details: MessageDetails; readonly author: 'own' | 'other' }) {
  const { t } = useServices();
  return (
    <dl className={css['times']}>
      <Time label={t('messageDetails.written')} atMs={details.sentAtMs} />
      <Time label={t('messageDetails.accepted')} atMs={details.acceptedAtMs} />
      {author === 'own' ? (
        <>
          <Time label={t('messageDetails.delivered')} atMs={details.deliveredAtMs} />
          <Time label={t('messageDetails.read')} atMs={details.readAtMs} />
        </>
      ) : (
        <Time label={t('messageDetails.received')} atMs={details.receivedAtMs} />
      )}
      <div className={css['entry']}>
        <dt>{t('messageDetails.device')}</dt>
        <dd>{t('messageDetails.deviceNumber', { device: details.authorDeviceId })}</dd>
      </div>
    </dl>
  );
}

function Time({ label, atMs }: { readonly label: string; readonly atMs: number | null }) {
  const { t, formats } = useServices();
  return (
    <div className={css['entry']}>
      <dt>{label}</dt>
      <dd>{atMs === null ? t('messageDetails.notYet') : formats.exact(atMs)}</dd>
    </div>
  );
}

function Verdict({ integrity }: { readonly integrity: IntegrityVerdict }) {
  const { t } = useServices();
  const { signature, chain, clock } = integrity;
  return (
    <ul className={css['checks']}>
      <Check outcome={signature === 'valid' ? 'good' : 'bad'}>{t(`integrity.signature.${signature}`)}</Check>
      <Check outcome={chain === 'gap' || chain === 'fork' ? 'bad' : 'good'}>
        {t(`integrity.chain.${chain}`)}
      </Check>
      <Check outcome={clock === 'plausible' ? 'good' : 'bad'}>{t(`integrity.clock.${clock}`)}</Check>
    </ul>
  );
}

function Check({ outcome, children }: { readonly outcome: 'good' | 'bad'; readonly children: string }) {
  return (
    <li className={css['check']} data-outcome={outcome}>
      {outcome === 'good' ? (
        <CircleCheck size={15} aria-hidden="true" />
      ) : (
        <TriangleAlert size={15} aria-hidden="true" />
      )}
      {children}
    </li>
  );
}
