/** The only door between the page and the rest of Kith: it exposes exactly `KithBridge`, nothing else. */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import {
  EVENT_CHANNEL,
  REQUEST_CHANNEL,
  type Answer,
  type KithBridge,
} from '../src-shared/contract/bridge.ts';
import type { KithEvent } from '../src-shared/contract/events.ts';

function platform(): KithBridge['platform'] {
  return process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';
}

const bridge: KithBridge = {
  request: (name, params) => ipcRenderer.invoke(REQUEST_CHANNEL, name, params) as Promise<Answer>,
  subscribe(listener) {
    // The page never sees Electron's event object: it carries a way back to the sender.
    const forward = (_event: IpcRendererEvent, payload: KithEvent): void => {
      listener(payload);
    };
    ipcRenderer.on(EVENT_CHANNEL, forward);
    return () => {
      ipcRenderer.off(EVENT_CHANNEL, forward);
    };
  },
  platform: platform(),
};

contextBridge.exposeInMainWorld('kith', bridge);
