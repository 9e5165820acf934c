import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openDataFolder } from '../../../src-main/engine/store/data-folder.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const HOLDER = fileURLToPath(new URL('../../support/engine/hold-folder.ts', import.meta.url));
const inUse = expect.objectContaining({ name: 'KithError', code: 'store-in-use' });

describe('a data folder', () => {
  it('belongs to one process, until that ends in whatever way', async () => {
    const path = cleanup.folder();
    const holder = spawn(process.execPath, [HOLDER, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    cleanup.add(() => void holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    expect(() => openDataFolder(path)).toThrow(inUse);
    const ended = once(holder, 'exit');
    holder.kill('SIGKILL');
    await ended;
    openDataFolder(path).release();
  });

  it('can be taken again after it was released, also by the same process', () => {
    const path = cleanup.folder();
    const first = openDataFolder(path);
    expect(() => openDataFolder(path)).toThrow(inUse);
    first.release();
    openDataFolder(path).release();
  });

  it('is made where it is missing, for this user alone', () => {
    const path = join(cleanup.folder(), 'deep', 'inside');
    openDataFolder(path).release();
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('that cannot hold a lock is not said to be in use', () => {
    const path = cleanup.folder();
    mkdirSync(join(path, 'lock'));
    expect(() => openDataFolder(path)).toThrow(expect.not.objectContaining({ code: 'store-in-use' }));
  });
});
