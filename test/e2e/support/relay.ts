/** A relay process in a folder of its own, for the time of a test file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRelayProcess, type RelayProcess } from '../../support/processes/relay-process.ts';

export class RelayForTests {
  #folder: string | null = null;
  #process: RelayProcess | null = null;

  /** Starts it, again at the port it had. */
  async start(): Promise<void> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'kith-e2e-relay-'));
    this.#process = await startRelayProcess(this.#folder, this.#process?.port);
  }

  get joinLink(): string {
    return this.#running.joinLink;
  }

  get url(): string {
    return this.#running.url;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#running.kill();
  }

  async end(): Promise<void> {
    await this.#process?.stop();
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true });
  }

  get #running(): RelayProcess {
    if (this.#process === null) throw new Error('the relay was not started');
    return this.#process;
  }
}
