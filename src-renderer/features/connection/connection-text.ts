/** The state of the connection in words. */
import type { ConnectionView } from '../../../src-shared/contract/views.ts';
import type { Translate } from '../../app/i18n/translate.ts';

export function connectionText(t: Translate, { state, reason }: ConnectionView): string {
  switch (state) {
    case 'online':
      return t('connection.online');
    case 'connecting':
      return t('connection.connecting');
    case 'offline':
      return t('connection.offline');
    case 'waiting':
      return t('connection.waitingNow');
    case 'refused':
      if (reason === 'relay-changed') return t('connection.relayChanged');
      if (reason === 'not-registered') return t('connection.unregistered');
      if (reason === 'superseded') return t('error.superseded');
      if (reason === 'protocol') return t('error.protocol');
      return t('connection.refused');
  }
}
