/** Short messages about things that went wrong or were done, and what screen readers shall say. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface Toast {
  readonly id: number;
  readonly kind: 'problem' | 'done';
  readonly text: string;
}

export interface Toasts {
  readonly toasts: readonly Toast[];
  /** Said politely by screen readers; the number makes equal texts distinct. */
  readonly announcement: { readonly id: number; readonly text: string };
}

export type ToastsStore = StoreApi<Toasts>;

/** More than this many at once is noise. */
const MAX_TOASTS = 3;

export function createToastsStore(): ToastsStore {
  return createStore<Toasts>(() => ({ toasts: [], announcement: { id: 0, text: '' } }));
}

export function addToast(store: ToastsStore, kind: Toast['kind'], text: string): void {
  store.setState(({ toasts }) => {
    // The same trouble again is the same toast, shown anew.
    const others = toasts.filter((toast) => toast.text !== text);
    const id = Math.max(0, ...toasts.map((toast) => toast.id)) + 1;
    return { toasts: [...others, { id, kind, text }].slice(-MAX_TOASTS) };
  });
}

export function removeToast(store: ToastsStore, id: number): void {
  store.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

export function announce(store: ToastsStore, text: string): void {
  store.setState(({ announcement }) => ({ announcement: { id: announcement.id + 1, text } }));
}
