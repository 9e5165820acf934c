/** The shell's answers to the contract: one line each, to whoever does it. */
import type { Clipboard, Shell } from 'electron';
import type { Handlers, ShellRequestName } from '../../../src-shared/contract/requests.ts';
import type { AppInfo } from '../../../src-shared/contract/views.ts';
import { KithError } from '../../../src-shared/errors.ts';
import type { RoomId } from '../../../src-shared/ids.ts';
import type { AppStateHolder } from '../app-state/app-state.ts';
import type { HostedRelay } from '../hosted-relay/hosted-relay.ts';
import { externalAddress } from '../security/external-address.ts';
import type { StoreSession } from '../store/store-session.ts';
import type { EventOutbox } from './event-outbox.ts';

export interface ShellHandlerParts {
  readonly appState: AppStateHolder;
  readonly info: AppInfo;
  readonly outbox: EventOutbox;
  readonly setVisibleRoom: (roomId: RoomId | null) => void;
  /** After a failed start. */
  readonly retry: () => Promise<null>;
  readonly profileFolder: string;
  readonly shell: Shell;
  readonly clipboard: Clipboard;
  readonly store: StoreSession;
  readonly hostedRelay: HostedRelay;
}

export function shellHandlers(parts: ShellHandlerParts): Handlers<ShellRequestName> {
  const {
    appState,
    info,
    outbox,
    setVisibleRoom,
    retry,
    profileFolder,
    shell,
    clipboard,
    store,
    hostedRelay,
  } = parts;
  return {
    'app.state': () => appState.state,
    'app.info': () => info,
    'app.rendererReady': () => {
      outbox.pageReady();
      return null;
    },
    'app.setVisibleRoom': ({ roomId }) => {
      setVisibleRoom(roomId);
      return null;
    },
    'app.openExternal': async ({ url }) => {
      await shell.openExternal(externalAddress(url));
      return null;
    },
    'app.copyText': async ({ text }) => {
      await clipboard.writeText(text);
      return null;
    },
    'app.retry': () => retry(),
    'app.showDataFolder': async () => {
      const problem = await shell.openPath(profileFolder);
      if (problem !== '') throw new KithError('not-found', `The folder could not be shown: ${problem}`);
      return null;
    },
    'store.create': (params) => store.create(params),
    'store.unlock': (params) => store.unlock(params),
    'store.recoveryKey': () => ({ recoveryKey: store.recoveryKey }),
    'store.confirmRecoveryKey': () => store.confirmRecoveryKey(),
    'store.renewRecoveryKey': (params) => store.renewRecoveryKey(params),
    'store.changePassphrase': (params) => store.changePassphrase(params),
    'hostedRelay.get': () => hostedRelay.view,
    'hostedRelay.start': () => hostedRelay.start(),
    'hostedRelay.stop': () => hostedRelay.stop(),
  };
}
