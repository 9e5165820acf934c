/** DESIGN §5: one-time keys are refilled, signed keys rotate, replaced ones serve late first messages. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { keyRepository } from '../../../src-main/engine/crypto/key-repository.ts';
import {
  KEY_ROTATION_MS,
  PRE_KEY_BATCH,
  PRE_KEY_LOW_WATER,
  REPLACED_KEY_LIFETIME_MS,
} from '../../../src-main/engine/crypto/pre-keys.ts';
import type { relay } from '../../../src-shared/protocol/frames.ts';
import { AdjustableClock } from '../../support/engine/adjustable-clock.ts';
import { authenticated, HostileRelay } from '../../support/engine/hostile-relay.ts';
import { Person } from '../../support/engine/person.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** Ada at a relay that writes down what she uploads and says how many keys are left. */
async function atNotary() {
  const clock = new AdjustableClock();
  const notary = await HostileRelay.open(cleanup);
  const ada = await Person.join(cleanup, notary.url, 'ada', { clock });
  return {
    ada,
    clock,
    uploads: (): readonly relay.UploadPreKeys[] =>
      notary.lines
        .flatMap((line) => line.frames)
        .flatMap(({ body }) => {
          if (body.case === 'uploadPreKeys') return [body.value];
          return body.case === 'register' && body.value.preKeys !== undefined ? [body.value.preKeys] : [];
        }),
    /** Connects again; the relay then says that so many keys are left. */
    async reconnect(left: { oneTimePreKeys: number; oneTimeKyberPreKeys: number }): Promise<void> {
      const counts = authenticated({ preKeyCounts: left });
      let uploads = 0;
      notary.acts = {
        authenticate: (line, requestId) => {
          line.push({ case: 'authenticated', value: counts }, requestId);
        },
        uploadPreKeys: (line, requestId) => {
          // Nothing is added to the counts before the keys are: the first upload after a rotation brings none.
          const value = uploads++ === 0 ? left : { oneTimePreKeys: 100, oneTimeKyberPreKeys: 100 };
          line.push({ case: 'preKeyCounts', value }, requestId);
        },
      };
      await ada.reopen();
    },
  };
}

const ENOUGH = { oneTimePreKeys: PRE_KEY_LOW_WATER, oneTimeKyberPreKeys: PRE_KEY_LOW_WATER };

function idsOf(
  uploads: readonly relay.UploadPreKeys[],
  kind: 'oneTimePreKeys' | 'oneTimeKyberPreKeys',
): number[] {
  return uploads.flatMap((upload) => upload[kind].map((key) => key.keyId));
}

describe('one-time prekeys', () => {
  it('are refilled to a hundred when fewer than twenty are left, each kind for itself', async () => {
    const { uploads, reconnect } = await atNotary();
    expect(uploads()).toHaveLength(1);
    expect(idsOf(uploads(), 'oneTimePreKeys')).toHaveLength(PRE_KEY_BATCH);
    expect(idsOf(uploads(), 'oneTimeKyberPreKeys')).toHaveLength(PRE_KEY_BATCH);
    await reconnect({ oneTimePreKeys: PRE_KEY_LOW_WATER - 1, oneTimeKyberPreKeys: PRE_KEY_LOW_WATER });
    await vi.waitFor(() => {
      expect(uploads()).toHaveLength(2);
    });
    expect(idsOf(uploads().slice(1), 'oneTimePreKeys')).toHaveLength(PRE_KEY_BATCH - PRE_KEY_LOW_WATER + 1);
    expect(idsOf(uploads().slice(1), 'oneTimeKyberPreKeys')).toEqual([]);
    expect(uploads().at(-1)?.replaceOneTimeKeys).toBe(false);
  });

  it('are in the store before the relay hears of them, under ids that were never used', async () => {
    const { ada, uploads, reconnect } = await atNotary();
    for (let round = 2; round <= 4; round++) {
      // Used up and gone: their ids stay taken.
      ada.database.write.exec('DELETE FROM pre_keys');
      await reconnect({ oneTimePreKeys: 0, oneTimeKyberPreKeys: 0 });
      await vi.waitFor(() => {
        expect(uploads()).toHaveLength(round);
      });
    }
    const all = uploads();
    for (const kind of ['oneTimePreKeys', 'oneTimeKyberPreKeys'] as const) {
      const ids = idsOf(all, kind);
      expect(new Set(ids).size).toBe(ids.length);
    }
    const keys = keyRepository(ada.database.read);
    for (const id of idsOf(all.slice(-1), 'oneTimePreKeys')) expect(keys.preKey(id)).not.toBeNull();
    const lastResort = all[0]?.lastResortKyberPreKey?.keyId;
    expect(idsOf(all, 'oneTimeKyberPreKeys')).not.toContain(lastResort);
  });

  it('do not pile up at a relay that keeps saying it has none', async () => {
    const { ada, uploads, reconnect } = await atNotary();
    for (let round = 2; round <= 14; round++) {
      await reconnect({ oneTimePreKeys: 0, oneTimeKyberPreKeys: 0 });
      await vi.waitFor(() => {
        expect(uploads()).toHaveLength(round);
      });
    }
    for (const table of ['pre_keys', 'kyber_pre_keys']) {
      const kept = ada.database.read
        .prepare<[], { count: number }>(`SELECT count(*) AS count FROM ${table}`)
        .get();
      expect(kept?.count).toBeLessThanOrEqual(1_001);
    }
  });
});

describe('signed prekeys and last-resort keys', () => {
  it('stay for 48 hours, and are then replaced', async () => {
    const { ada, clock, uploads, reconnect } = await atNotary();
    const first = uploads()[0];
    const madeAtMs = keyRepository(ada.database.read).newestSignedPreKey()?.timestamp() ?? 0;
    clock.offsetMs = KEY_ROTATION_MS - 60_000;
    await reconnect(ENOUGH);
    clock.offsetMs = KEY_ROTATION_MS + 60_000;
    await reconnect(ENOUGH);
    await vi.waitFor(() => {
      expect(uploads()).toHaveLength(2);
    });
    const second = uploads()[1];
    expect(second?.signedPreKey?.keyId).toBeGreaterThan(first?.signedPreKey?.keyId ?? Infinity);
    expect(second?.lastResortKyberPreKey?.keyId).toBeGreaterThan(
      first?.lastResortKyberPreKey?.keyId ?? Infinity,
    );
    expect(second?.oneTimePreKeys).toEqual([]);
    const replacedAtMs = keyRepository(ada.database.read).newestSignedPreKey()?.timestamp() ?? 0;
    expect(replacedAtMs - madeAtMs).toBeGreaterThanOrEqual(KEY_ROTATION_MS);
  });

  it('are rotated by a clock that went back as well', async () => {
    const { clock, uploads, reconnect } = await atNotary();
    clock.offsetMs = -KEY_ROTATION_MS - 60_000;
    await reconnect(ENOUGH);
    await vi.waitFor(() => {
      expect(uploads()).toHaveLength(2);
    });
  });

  it('are kept for 30 days after that, and then are gone', async () => {
    const { ada, clock, uploads, reconnect } = await atNotary();
    const first = uploads()[0];
    const [signedId, lastResortId] = [
      first?.signedPreKey?.keyId ?? 0,
      first?.lastResortKyberPreKey?.keyId ?? 0,
    ];
    const isKept = (): readonly boolean[] => {
      const keys = keyRepository(ada.database.read);
      return [keys.signedPreKey(signedId) !== null, keys.kyberPreKey(lastResortId) !== null];
    };
    clock.offsetMs = KEY_ROTATION_MS + 60_000;
    await reconnect(ENOUGH);
    await vi.waitFor(() => {
      expect(uploads()).toHaveLength(2);
    });
    clock.offsetMs = REPLACED_KEY_LIFETIME_MS - 60_000;
    await reconnect(ENOUGH);
    await vi.waitFor(() => {
      expect(uploads()).toHaveLength(3);
    });
    expect(isKept()).toEqual([true, true]);
    clock.offsetMs = REPLACED_KEY_LIFETIME_MS + 60_000;
    await reconnect(ENOUGH);
    await vi.waitFor(() => {
      expect(isKept()).toEqual([false, false]);
    });
  });

  it('of which there is only one stays, however old it is', async () => {
    const { ada } = await atNotary();
    const keys = keyRepository(ada.database.write);
    const newest = keys.newestSignedPreKey()?.id();
    keys.deleteReplacedKeys(Number.MAX_SAFE_INTEGER);
    expect(keys.newestSignedPreKey()?.id()).toBe(newest);
    expect(keys.newestLastResortKyberPreKey()).not.toBeNull();
  });
});
