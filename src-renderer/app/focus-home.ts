/**
 * Where the keyboard focus goes when what had it is gone: a button that did its work, a message that was
 * discarded, a dialog that nothing opened. The browser would leave it nowhere, and the keyboard with it.
 */

/** In this order: what is open, then the list. Elements say so by `data-focus-home`. */
const HOMES = ['conversation', 'list'] as const;

export type FocusHome = (typeof HOMES)[number];

export function focusHome(page: Document): void {
  for (const home of HOMES) {
    const element = page.querySelector(`[data-focus-home='${home}']`);
    if (!(element instanceof HTMLElement)) continue;
    element.focus({ preventScroll: true });
    return;
  }
}

/** These give the focus back themselves when they go. */
const GIVES_BACK = '[role=dialog], [role=menu]';

/** Watches for as long as the page lives. */
export function keepFocus(page: Document): void {
  let last: Element | null = null;
  page.addEventListener('focusin', ({ target }) => {
    last = target instanceof Element && target.closest(GIVES_BACK) === null ? target : null;
  });
  const observer = new MutationObserver(() => {
    // A click beside everything also takes the focus away, but its element is still there.
    if (last === null || (last.isConnected && !last.matches(':disabled'))) return;
    if (page.activeElement !== null && page.activeElement !== page.body) return;
    if (page.querySelector(GIVES_BACK) !== null) return;
    last = null;
    focusHome(page);
  });
  observer.observe(page.body, { subtree: true, childList: true, attributeFilter: ['disabled'] });
}
