/** Connects the router to Electron's one request channel. */
import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import { REQUEST_CHANNEL } from '../../../src-shared/contract/bridge.ts';
import { isAppUrl } from '../security/app-address.ts';
import type { Caller, Router } from './router.ts';

export interface IpcParts {
  readonly ipcMain: IpcMain;
  readonly router: Router;
  /** Id of the WebContents in our window; null while there is none. */
  readonly pageId: () => number | null;
}

export function registerIpc({ ipcMain, router, pageId }: IpcParts): void {
  ipcMain.handle(REQUEST_CHANNEL, (event, name: unknown, params: unknown) =>
    router(callerOf(event, pageId()), name, params),
  );
}

/** Ours is the main frame of our window, while it shows our own document. */
function callerOf({ sender, senderFrame }: IpcMainInvokeEvent, pageId: number | null): Caller {
  const isOurs =
    sender.id === pageId && senderFrame !== null && senderFrame.parent === null && isAppUrl(senderFrame.url);
  return isOurs ? 'our-page' : 'somebody-else';
}
