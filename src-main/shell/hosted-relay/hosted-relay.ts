/** The relay that this app runs itself, in a process of its own. One that ends by itself is started again. */
import { networkInterfaces } from 'node:os';
import type { UtilityProcess, utilityProcess } from 'electron';
import type { HostedRelayView } from '../../../src-shared/contract/views.ts';
import type { Clock, Timers } from '../../../src-shared/clock.ts';
import { KithError, serializeError, type SerializedError } from '../../../src-shared/errors.ts';
import type { Logger } from '../../engine/log.ts';
import { logFailure } from '../logging/logger.ts';
import type { PreferencesFile } from '../preferences/preferences-file.ts';
import type { FromRelay, ToRelay } from './messages.ts';
import { onRelayEnded } from './restart-rule.ts';
import { sharedHost } from './shared-host.ts';

/** K-I-T-H on the keys of a telephone; the port of `kith-relay`, too. */
const DEFAULT_PORT = 5484;
const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 5_000;

export interface HostedRelayParts {
  /** The built entry of the relay. */
  readonly modulePath: string;
  readonly dataDirectory: string;
  readonly preferences: PreferencesFile;
  readonly log: Logger;
  readonly onChange: (view: HostedRelayView) => void;
  /** It ended by itself and runs again. */
  readonly onRestarted: () => void;
  readonly utilityProcess: Pick<typeof utilityProcess, 'fork'>;
  readonly clock: Clock;
  readonly timers: Timers;
}

export class HostedRelay {
  readonly #parts: HostedRelayParts;
  #view: HostedRelayView = { state: 'stopped' };
  #process: UtilityProcess | null = null;
  #exited: Promise<void> = Promise.resolve();
  #starting: Promise<HostedRelayView> | null = null;
  /** Whether it should run now. */
  #isWanted = false;
  /** Starts since somebody started it that nobody asked for. */
  #attempts = 0;
  #runsSinceMs = 0;
  #cancelRestart: (() => void) | null = null;

  constructor(parts: HostedRelayParts) {
    this.#parts = parts;
  }

  get view(): HostedRelayView {
    return this.#view;
  }

  /** Starts it again if it ran when Kith was last quit. Never rejects; a failure is in the view. */
  async restore(): Promise<void> {
    if (this.#parts.preferences.value.hostedRelay.wanted === 'running') await this.start();
  }

  /** Resolves once it runs, or has failed to. */
  start(): Promise<HostedRelayView> {
    if (this.#view.state === 'running') return Promise.resolve(this.#view);
    this.#attempts = 0;
    return this.#startOnce();
  }

  #startOnce(): Promise<HostedRelayView> {
    this.#cancelRestart?.();
    this.#starting ??= this.#start().finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  /** A person stopped it: it stays so at the next start. */
  async stop(): Promise<HostedRelayView> {
    this.#want('stopped');
    await this.end();
    return this.#view;
  }

  /** Ends the process, for a time or for good. */
  async end(): Promise<void> {
    this.#isWanted = false;
    this.#cancelRestart?.();
    await this.#endProcess();
    this.#show({ state: 'stopped' });
  }

  async #endProcess(): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    // From here on its end is what was asked for.
    this.#process = null;
    const stop: ToRelay = { type: 'stop' };
    child.postMessage(stop);
    const cancelTimeout = this.#parts.timers.after(STOP_TIMEOUT_MS, () => {
      this.#parts.log.error('hosted-relay.stop-timed-out');
      child.kill();
    });
    await this.#exited;
    cancelTimeout();
  }

  async #start(): Promise<HostedRelayView> {
    this.#show({ state: 'starting' });
    this.#isWanted = true;
    this.#want('running');
    const outcome: PromiseWithResolvers<FromRelay> = Promise.withResolvers();
    const cancelTimeout = this.#parts.timers.after(START_TIMEOUT_MS, () => {
      outcome.resolve(failure('timed-out', 'The relay took too long to start.'));
    });
    this.#launch(outcome.resolve);
    const answer = await outcome.promise;
    cancelTimeout();
    if (answer.type === 'failed') {
      await this.#endProcess();
      this.#showFailure(answer.error);
      return this.#view;
    }
    this.#runsSinceMs = this.#parts.clock.monotonic();
    const { hostedRelay } = this.#parts.preferences.value;
    this.#parts.preferences.update({ hostedRelay: { ...hostedRelay, port: answer.port } });
    this.#show({ state: 'running', url: answer.url, joinLink: answer.joinLink });
    return this.#view;
  }

  #launch(report: (message: FromRelay) => void): void {
    const { modulePath, dataDirectory, preferences, log } = this.#parts;
    const child = this.#parts.utilityProcess.fork(modulePath, [], {
      serviceName: 'Kith relay',
      stdio: 'ignore',
    });
    this.#process = child;
    const exited: PromiseWithResolvers<void> = Promise.withResolvers();
    this.#exited = exited.promise;
    child.on('message', (message: FromRelay) => {
      report(message);
    });
    child.on('exit', (code) => {
      exited.resolve();
      report(failure('internal', 'The relay stopped while it was starting.'));
      if (this.#process !== child) return;
      this.#process = null;
      log.error('hosted-relay.ended', { code });
      if (this.#view.state === 'running') this.#ended(this.#parts.clock.monotonic() - this.#runsSinceMs);
    });
    const start: ToRelay = {
      type: 'start',
      dataDirectory,
      preferredPort: preferences.value.hostedRelay.port ?? DEFAULT_PORT,
      sharedHost: sharedHost(networkInterfaces()),
    };
    child.postMessage(start);
  }

  #ended(ranForMs: number): void {
    if (!this.#isWanted) return;
    const decision = onRelayEnded(this.#attempts, ranForMs);
    if (decision.action === 'give-up') {
      this.#parts.log.error('hosted-relay.given-up');
      this.#show({ state: 'failed', error: ENDED });
      return;
    }
    this.#attempts = decision.attempts;
    this.#show({ state: 'starting' });
    this.#cancelRestart = this.#parts.timers.after(decision.afterMs, () => {
      this.#restart().catch(logFailure(this.#parts.log, 'hosted-relay.not-restarted'));
    });
  }

  async #restart(): Promise<void> {
    const { state } = await this.#startOnce();
    if (state === 'running') this.#parts.onRestarted();
    else this.#ended(0);
  }

  /** Where it was stopped while it started, its end is no failure. */
  #showFailure(error: SerializedError): void {
    this.#show(this.#isWanted ? { state: 'failed', error } : { state: 'stopped' });
  }

  #want(wanted: 'running' | 'stopped'): void {
    const { preferences } = this.#parts;
    preferences.update({ hostedRelay: { ...preferences.value.hostedRelay, wanted } });
  }

  #show(view: HostedRelayView): void {
    if (JSON.stringify(view) === JSON.stringify(this.#view)) return;
    this.#view = view;
    this.#parts.onChange(view);
  }
}

function failure(code: 'timed-out' | 'internal', message: string): FromRelay {
  return { type: 'failed', error: serializeError(new KithError(code, message)) };
}

const ENDED = serializeError(
  new KithError(
    'internal',
    'The relay on this computer keeps stopping. Start it again, or look into the log.',
  ),
);
