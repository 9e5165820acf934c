import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
  type FSWatcher,
} from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../chromium/profile.ts';

/** What a second start hands to the first. */
export interface SecondInstance {
  readonly argv: string[];
  readonly workingDirectory: string;
  readonly additionalData: unknown;
}

/**
 * One running instance per userData folder. The lock is a file that only one process can create; later starts
 * drop a file into a folder the first one watches. Everything is synchronous, as Electron's call is.
 */
export class InstanceLock {
  private readonly file: string;
  private readonly mailbox: string;
  private watcher: FSWatcher | undefined;

  constructor(userData: string) {
    mkdirSync(userData, { recursive: true });
    this.file = join(userData, 'stand-in-instance.pid');
    this.mailbox = join(userData, 'stand-in-instances');
  }

  /** Whether this process is the first; otherwise the first one has been told. */
  request(message: SecondInstance, onSecond: (message: SecondInstance) => void): boolean {
    if (this.watcher) return true;
    mkdirSync(this.mailbox, { recursive: true });
    if (!this.create()) {
      const name = join(this.mailbox, `${String(process.pid)}-${String(Date.now())}`);
      // Renamed when it is whole, so that the first instance never reads half of it.
      writeFileSync(`${name}.part`, JSON.stringify(message));
      renameSync(`${name}.part`, `${name}.json`);
      return false;
    }
    for (const name of readdirSync(this.mailbox)) rmSync(join(this.mailbox, name), { force: true });
    this.watcher = watch(this.mailbox, { persistent: false }, () => this.collect(onSecond));
    process.once('exit', () => this.release());
    return true;
  }

  release(): void {
    if (!this.watcher) return;
    this.watcher.close();
    this.watcher = undefined;
    rmSync(this.file, { force: true });
  }

  get held(): boolean {
    return this.watcher !== undefined;
  }

  private create(): boolean {
    for (;;) {
      try {
        writeFileSync(this.file, String(process.pid), { flag: 'wx' });
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = this.holder();
      if (holder !== undefined && holder !== process.pid && isRunning(holder)) return false;
      // The holder was killed: its file means nothing any more.
      rmSync(this.file, { force: true });
    }
  }

  private holder(): number | undefined {
    try {
      return Number(readFileSync(this.file, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private collect(onSecond: (message: SecondInstance) => void): void {
    for (const name of readdirSync(this.mailbox)
      .filter((entry) => entry.endsWith('.json'))
      .sort()) {
      const file = join(this.mailbox, name);
      const message = JSON.parse(readFileSync(file, 'utf8')) as SecondInstance;
      rmSync(file);
      onSecond(message);
    }
  }
}
