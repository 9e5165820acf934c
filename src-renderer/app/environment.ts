/** What the interface needs from the browser around it, in one place, so that rules stay free of it. */

export interface Environment {
  readonly nowMs: () => number;
  /** BCP 47 tag for dates and numbers. */
  readonly locale: string;
  /** True while the window has the focus and can be seen. */
  readonly isInFront: () => boolean;
  /** Called when `isInFront` may have changed. Returns a function that ends it. */
  readonly onFrontChange: (listener: () => void) => () => void;
  /** Called when the page goes away: the last moment to save something. */
  readonly onLeave: (listener: () => void) => () => void;
  /** Runs `task` before the next paint, or soon when nothing is painted. */
  readonly beforeNextFrame: (task: () => void) => void;
  /** Runs `task` once after `delayMs`. Returns a function that cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  /** Watches a media query; calls back at once and on every change. */
  readonly watchMedia: (query: string, listener: (matches: boolean) => void) => () => void;
  readonly documentElement: HTMLElement;
}

/** Frames do not come while a window is hidden; events must be applied all the same. */
const HIDDEN_FRAME_MS = 50;

export function createBrowserEnvironment(page: Window & typeof globalThis): Environment {
  const { document } = page;
  const isInFront = (): boolean => document.visibilityState === 'visible' && document.hasFocus();
  return {
    nowMs: () => Date.now(),
    locale: chooseLocale(page.navigator.languages),
    isInFront,
    onFrontChange(listener) {
      page.addEventListener('focus', listener);
      page.addEventListener('blur', listener);
      document.addEventListener('visibilitychange', listener);
      return () => {
        page.removeEventListener('focus', listener);
        page.removeEventListener('blur', listener);
        document.removeEventListener('visibilitychange', listener);
      };
    },
    onLeave(listener) {
      page.addEventListener('pagehide', listener);
      return () => {
        page.removeEventListener('pagehide', listener);
      };
    },
    beforeNextFrame(task) {
      if (document.visibilityState === 'visible') page.requestAnimationFrame(task);
      else page.setTimeout(task, HIDDEN_FRAME_MS);
    },
    after(delayMs, task) {
      const timer = page.setTimeout(task, delayMs);
      return () => {
        page.clearTimeout(timer);
      };
    },
    watchMedia(query, listener) {
      const media = page.matchMedia(query);
      const report = (): void => {
        listener(media.matches);
      };
      media.addEventListener('change', report);
      report();
      return () => {
        media.removeEventListener('change', report);
      };
    },
    documentElement: document.documentElement,
  };
}

/** The catalogue is English: take the person's own kind of English for dates, or British with 24 hours. */
export function chooseLocale(languages: readonly string[]): string {
  return languages.find((language) => /^en(-|$)/i.test(language)) ?? 'en-GB';
}
