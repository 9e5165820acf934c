/** Shows the notifications that the rules decide on, and takes them away when their conversation is read. */
import { Notification } from 'electron';
import type { Clock } from '../../../src-shared/clock.ts';
import type { RoomId } from '../../../src-shared/ids.ts';
import { soundFor, type Announcement } from './rules.ts';

export interface NotifierParts {
  readonly clock: Clock;
  readonly onClicked: (roomId: RoomId) => void;
}

export class Notifier {
  readonly #parts: NotifierParts;
  /** Kept while they are shown: one that is collected as garbage no longer hears a click. */
  readonly #shown = new Map<RoomId, Set<Notification>>();
  #lastSoundAtMs: number | null = null;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
  }

  announce(roomId: RoomId, { title, body }: Announcement): void {
    if (!Notification.isSupported()) return;
    const nowMs = this.#parts.clock.monotonic();
    const sound = soundFor(this.#lastSoundAtMs, nowMs);
    if (sound === 'sound') this.#lastSoundAtMs = nowMs;
    const notification = new Notification({ title, body, groupId: roomId, silent: sound === 'silent' });
    const ofRoom = this.#shown.get(roomId) ?? new Set();
    this.#shown.set(roomId, ofRoom.add(notification));
    notification.on('click', () => {
      this.#parts.onClicked(roomId);
    });
    notification.on('close', () => {
      ofRoom.delete(notification);
    });
    notification.show();
  }

  /** The conversation was read. */
  clear(roomId: RoomId): void {
    const ofRoom = this.#shown.get(roomId);
    if (ofRoom === undefined) return;
    this.#shown.delete(roomId);
    for (const notification of [...ofRoom]) notification.close();
  }

  clearAll(): void {
    for (const roomId of [...this.#shown.keys()]) this.clear(roomId);
  }
}
