/**
 * Keeps what is typed until the engine has it. Saving waits a moment after the last key; leaving the
 * conversation or the page saves at once. What could not be saved stays here.
 */
import type { RoomId } from '../../../src-shared/ids.ts';

const SAVE_AFTER_MS = 300;

export interface Drafts {
  /** The text as it was last typed here, or `saved` when the engine has the latest. */
  readonly read: (roomId: RoomId, saved: string) => string;
  readonly write: (roomId: RoomId, text: string) => void;
  readonly flush: (roomId: RoomId) => void;
  readonly flushAll: () => void;
}

interface DraftParts {
  readonly save: (roomId: RoomId, text: string) => Promise<unknown>;
  readonly after: (delayMs: number, task: () => void) => () => void;
}

interface Pending {
  readonly text: string;
  readonly cancel: () => void;
}

export function createDrafts({ save, after }: DraftParts): Drafts {
  const pending = new Map<RoomId, Pending>();

  async function saveNow(roomId: RoomId, entry: Pending): Promise<void> {
    try {
      await save(roomId, entry.text);
      if (pending.get(roomId) === entry) pending.delete(roomId);
    } catch {
      // It stays in `pending`: nothing typed is lost while Kith runs, and the next key tries again.
    }
  }

  function flush(roomId: RoomId): void {
    const entry = pending.get(roomId);
    if (entry === undefined) return;
    entry.cancel();
    void saveNow(roomId, entry);
  }

  return {
    read: (roomId, saved) => pending.get(roomId)?.text ?? saved,
    write(roomId, text) {
      pending.get(roomId)?.cancel();
      const entry: Pending = {
        text,
        cancel: after(SAVE_AFTER_MS, () => {
          void saveNow(roomId, entry);
        }),
      };
      pending.set(roomId, entry);
    },
    flush,
    flushAll() {
      for (const roomId of [...pending.keys()]) flush(roomId);
    },
  };
}
