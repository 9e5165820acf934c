import type { PageLink } from '../page/page-link.ts';
import type { Host } from './host.ts';

/** One zoom level is a factor of 1.2, as in Chromium. */
const ZOOM_STEP = 1.2;

export type WindowState = 'normal' | 'minimized' | 'maximized' | 'fullscreen';

/** How a page is shown: size, zoom, colour scheme, and whether anybody sees it. */
export class PageView {
  private readonly host: Host;
  private readonly command: (action: (link: PageLink) => Promise<unknown>) => void;
  private size: { readonly width: number; readonly height: number };
  private zoom = 1;

  constructor(host: Host, size: { width: number; height: number }, command: PageView['command']) {
    this.host = host;
    this.size = { width: size.width, height: size.height };
    this.command = command;
  }

  get factor(): number {
    return this.zoom;
  }

  get level(): number {
    return Math.log(this.zoom) / Math.log(ZOOM_STEP);
  }

  setFactor(factor: number): void {
    if (!(factor > 0)) throw new Error("'zoomFactor' must be a double greater than 0.0");
    this.zoom = factor;
    this.command((link) => this.applySize(link));
  }

  setLevel(level: number): void {
    this.setFactor(ZOOM_STEP ** level);
  }

  setSize(width: number, height: number): void {
    this.size = { width, height };
    this.command((link) => this.applySize(link));
  }

  /** `minimized` is how Chromium is told that nobody sees the page: visibilityState and timers follow. */
  setWindowState(windowState: WindowState): void {
    this.command(async ({ targetId }) => {
      const { browser } = (await this.host.running).chromium;
      const { windowId } = await browser.send('Browser.getWindowForTarget', { targetId });
      await browser.send('Browser.setWindowBounds', { windowId, bounds: { windowState } });
    });
  }

  mediaChanged(): void {
    this.command((link) => this.applyMedia(link));
  }

  async applyMedia({ session }: PageLink): Promise<void> {
    await session.send('Emulation.setEmulatedMedia', { features: this.host.mediaFeatures() });
  }

  async applySize({ session, targetId }: PageLink): Promise<void> {
    const { browser } = (await this.host.running).chromium;
    const { width, height } = this.size;
    const { windowId } = await browser.send('Browser.getWindowForTarget', { targetId });
    await browser.send('Browser.setContentsSize', { windowId, width, height });
    if (this.zoom === 1) {
      await session.send('Emulation.clearDeviceMetricsOverride');
      return;
    }
    // DevTools has no page zoom: fewer CSS pixels on the same area, each drawn larger, come to the same.
    await session.send('Emulation.setDeviceMetricsOverride', {
      width: Math.round(width / this.zoom),
      height: Math.round(height / this.zoom),
      deviceScaleFactor: this.zoom,
      mobile: false,
    });
  }
}
