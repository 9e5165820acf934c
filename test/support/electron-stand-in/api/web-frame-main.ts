import { originOf } from '../page/origins.ts';
import { IpcMain } from './ipc.ts';
import { StrictEmitter } from './strict.ts';

/** What a main frame needs of the page it is in. */
export interface FramePage {
  url(): string;
  post(channel: string, args: readonly unknown[]): void;
  evaluate(code: string): Promise<unknown>;
  isGone(): boolean;
}

/** The main frame of a page; the stand-in runs preloads in main frames only. */
export class WebFrameMain extends StrictEmitter {
  readonly ipc = new IpcMain('webFrameMain.ipc');
  readonly name = '';
  readonly parent = null;
  readonly frames: WebFrameMain[] = [];
  readonly routingId: number;
  readonly processId: number;
  readonly frameTreeNodeId: number;
  private readonly page: FramePage;

  constructor(id: number, page: FramePage) {
    super('webFrameMain');
    this.routingId = id;
    this.processId = id;
    this.frameTreeNodeId = id;
    this.page = page;
  }

  get top(): this {
    return this;
  }

  get url(): string {
    return this.page.url();
  }

  get origin(): string {
    const url = this.page.url();
    return url === '' ? '' : originOf(url);
  }

  get detached(): boolean {
    return this.page.isGone();
  }

  isDestroyed(): boolean {
    return this.page.isGone();
  }

  send(channel: string, ...args: unknown[]): void {
    this.page.post(channel, args);
  }

  executeJavaScript(code: string): Promise<unknown> {
    return this.page.evaluate(code);
  }
}
