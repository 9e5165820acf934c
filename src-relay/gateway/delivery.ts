import type { DeviceAddress } from '../../src-shared/ids.ts';
import type { RelayLimits } from '../limits.ts';
import type { MailService } from '../services/mail/service.ts';
import type { StoredEnvelope } from '../services/mail/storage.ts';
import { DeliveryWindow } from './delivery-window.ts';
import { deliver, encodeFrame, MAILBOX_DRAINED, PUSH } from './frames.ts';
import type { Outbound } from './outbound.ts';

export interface DeliveryOptions {
  readonly address: DeviceAddress;
  readonly mail: MailService;
  readonly outbound: Outbound;
  readonly limits: RelayLimits;
  /** The mailbox could not be read. */
  readonly onFailed: (error: unknown) => void;
}

/** What Resume starts, and what a later Resume replaces. */
interface Run {
  readonly window: DeliveryWindow;
  /** When everything up to here is acknowledged, the device is told so, once. */
  drainSeq: number | undefined;
}

/**
 * Pushes one device's mail in mailbox order, a page at a time, as fast as the device acknowledges. There is
 * one path for old and new mail: new mail only wakes the reading of pages.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  #run: Run | undefined;
  #pumping = false;
  #wakes = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /**
   * Prepares delivery of everything after `afterSeq`; returns how many envelopes wait. Nothing moves until
   * the returned `start` is called, so that the answer can go first.
   */
  async resume(
    afterSeq: number,
    credit: number,
  ): Promise<{ readonly pending: number; readonly start: () => void }> {
    this.#run = undefined;
    const { address, mail, limits } = this.#options;
    const waiting = await mail.resume(address, afterSeq);
    const window = new DeliveryWindow(waiting.afterSeq, {
      maxEnvelopes: Math.min(credit, limits.inFlightEnvelopes),
      maxBytes: limits.inFlightBytes,
    });
    return {
      pending: waiting.envelopes,
      start: () => {
        this.#run = { window, drainSeq: waiting.lastSeq };
        this.#tellDrained(this.#run);
        this.wake();
      },
    };
  }

  acknowledge(upToSeq: number): void {
    const run = this.#run;
    const seq = run?.window.acknowledge(upToSeq);
    if (run === undefined || seq === undefined) return;
    this.#options.mail.acknowledge(this.#options.address, seq);
    this.#tellDrained(run);
    this.wake();
  }

  /** There may be something to send: new mail, room in the window, or room on the socket. */
  wake(): void {
    this.#wakes += 1;
    if (!this.#pumping && this.#run !== undefined) this.#pump().catch(this.#options.onFailed);
  }

  stop(): void {
    this.#run = undefined;
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      let seenWakes: number;
      do {
        seenWakes = this.#wakes;
        while (await this.#sendPage());
      } while (seenWakes !== this.#wakes);
    } finally {
      // In the same turn as the last look at the wakes, so that none falls between.
      this.#pumping = false;
    }
  }

  /** Sends one page. False when nothing more can go now. */
  async #sendPage(): Promise<boolean> {
    const run = this.#run;
    const { address, mail, outbound, limits } = this.#options;
    if (run === undefined || outbound.isCongested) return false;
    const { window } = run;
    if (window.roomEnvelopes === 0 || window.roomBytes === 0) return false;
    const page = await mail.page(address, window.deliveredSeq, {
      maxEnvelopes: Math.min(window.roomEnvelopes, limits.deliverEnvelopes),
      maxBytes: Math.min(window.roomBytes, limits.deliverBytes),
    });
    // Resumed anew meanwhile: this page belongs to nobody.
    if (this.#run !== run) return this.#run !== undefined;
    if (page.length === 0) {
      // What was to be drained may have expired.
      if (window.inFlightEnvelopes === 0 && run.drainSeq !== undefined) this.#drained(run);
      return false;
    }
    const admitted = admit(page, window);
    if (admitted.length > 0) outbound.send(encodeFrame(PUSH, deliver(admitted)));
    return admitted.length === page.length;
  }

  #tellDrained(run: Run): void {
    if (run.drainSeq !== undefined && run.window.acknowledgedSeq >= run.drainSeq) this.#drained(run);
  }

  #drained(run: Run): void {
    run.drainSeq = undefined;
    this.#options.outbound.send(encodeFrame(PUSH, MAILBOX_DRAINED));
  }
}

function admit(page: readonly StoredEnvelope[], window: DeliveryWindow): readonly StoredEnvelope[] {
  const refused = page.findIndex(({ seq, ciphertext }) => !window.admit(seq, ciphertext.length));
  return refused === -1 ? page : page.slice(0, refused);
}
