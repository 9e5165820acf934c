/** `shell.json` in the user's data folder. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { errorFields, type Logger } from '../../engine/log.ts';
import { DEFAULT_PREFERENCES, preferencesSchema, type Preferences } from './schema.ts';

export class PreferencesFile {
  readonly #path: string;
  readonly #log: Logger;
  #value: Preferences;

  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
    this.#value = this.#read();
  }

  get value(): Preferences {
    return this.#value;
  }

  /** Kept in memory and on disk. That it could not be written is logged, and costs comfort only. */
  update(change: Partial<Preferences>): void {
    const next = { ...this.#value, ...change };
    if (JSON.stringify(next) === JSON.stringify(this.#value)) return;
    this.#value = next;
    try {
      writeFileSync(`${this.#path}.next`, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
      renameSync(`${this.#path}.next`, this.#path);
    } catch (error) {
      this.#log.warn('preferences.not-written', errorFields(error));
    }
  }

  #read(): Preferences {
    if (!existsSync(this.#path)) return DEFAULT_PREFERENCES;
    try {
      return preferencesSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (error) {
      this.#log.warn('preferences.not-read', errorFields(error));
      return DEFAULT_PREFERENCES;
    }
  }
}
