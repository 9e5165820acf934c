import { StrictEmitter } from './strict.ts';
import type { WebContents } from './web-contents.ts';
import type { WebFrameMain } from './web-frame-main.ts';

export interface IpcEvent {
  readonly type: 'frame';
  readonly sender: WebContents;
  readonly senderFrame: WebFrameMain | null;
  readonly frameId: number;
  readonly processId: number;
  reply(channel: string, ...args: unknown[]): void;
}

type Handler = (event: IpcEvent, ...args: unknown[]) => unknown;

/** `ipcMain`, and the `ipc` of one WebContents or frame. */
export class IpcMain extends StrictEmitter {
  private readonly handlers = new Map<string, Handler>();

  handle(channel: string, handler: Handler): void {
    if (typeof handler !== 'function')
      throw new TypeError(`Expected handler to be a function, but found type '${typeof handler}'`);
    if (this.handlers.has(channel))
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.handlers.set(channel, handler);
  }

  handleOnce(channel: string, handler: Handler): void {
    this.handle(channel, (event, ...args) => {
      this.removeHandler(channel);
      return handler(event, ...args);
    });
  }

  removeHandler(channel: string): void {
    this.handlers.delete(channel);
  }

  /** @internal */
  handlerOf(channel: string): Handler | undefined {
    return this.handlers.get(channel);
  }
}

/** Answers one `ipcRenderer.invoke`: the most specific place that has a handler is asked. */
export async function answerInvoke(
  places: readonly IpcMain[],
  event: IpcEvent,
  channel: string,
  args: readonly unknown[],
): Promise<{ readonly ok: boolean; readonly value: unknown }> {
  try {
    const handler = places.map((place) => place.handlerOf(channel)).find((found) => found !== undefined);
    if (!handler) throw new Error(`No handler registered for '${channel}'`);
    return { ok: true, value: await handler(event, ...args) };
  } catch (error) {
    process.stderr.write(
      `Error occurred in handler for '${channel}': ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    // Only the text crosses, as in Electron.
    return { ok: false, value: `Error invoking remote method '${channel}': ${String(error)}` };
  }
}
