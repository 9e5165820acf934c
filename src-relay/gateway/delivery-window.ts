export interface WindowBounds {
  readonly maxEnvelopes: number;
  readonly maxBytes: number;
}

interface InFlight {
  readonly seq: number;
  readonly bytes: number;
}

/**
 * Flow control of one mailbox on one connection: what is on its way and not acknowledged, in positions and
 * sizes only. Holds at most the bounds, whatever the device does; a single envelope above the byte bound
 * travels alone.
 */
export class DeliveryWindow {
  readonly #bounds: WindowBounds;
  #inFlight: InFlight[] = [];
  #bytes = 0;
  #deliveredSeq: number;
  #acknowledgedSeq: number;

  constructor(afterSeq: number, bounds: WindowBounds) {
    this.#bounds = bounds;
    this.#deliveredSeq = afterSeq;
    this.#acknowledgedSeq = afterSeq;
  }

  /** Position of the last envelope that was sent. */
  get deliveredSeq(): number {
    return this.#deliveredSeq;
  }

  get acknowledgedSeq(): number {
    return this.#acknowledgedSeq;
  }

  get inFlightEnvelopes(): number {
    return this.#inFlight.length;
  }

  get inFlightBytes(): number {
    return this.#bytes;
  }

  get roomEnvelopes(): number {
    return Math.max(0, this.#bounds.maxEnvelopes - this.#inFlight.length);
  }

  get roomBytes(): number {
    return Math.max(0, this.#bounds.maxBytes - this.#bytes);
  }

  /** Counts an envelope as sent if it fits; false means that it has to wait. Positions only grow. */
  admit(seq: number, bytes: number): boolean {
    if (this.roomEnvelopes === 0) return false;
    if (this.#inFlight.length > 0 && this.#bytes + bytes > this.#bounds.maxBytes) return false;
    this.#inFlight.push({ seq, bytes });
    this.#bytes += bytes;
    this.#deliveredSeq = seq;
    return true;
  }

  /**
   * Everything up to `upToSeq` has arrived. Beyond what was delivered it counts as the delivered; the past
   * changes nothing. Returns the position up to which mail can be deleted, `undefined` when none is new.
   */
  acknowledge(upToSeq: number): number | undefined {
    const seq = Math.min(upToSeq, this.#deliveredSeq);
    if (seq <= this.#acknowledgedSeq) return undefined;
    this.#acknowledgedSeq = seq;
    const left = this.#inFlight.findIndex((envelope) => envelope.seq > seq);
    const done = this.#inFlight.splice(0, left === -1 ? this.#inFlight.length : left);
    for (const envelope of done) this.#bytes -= envelope.bytes;
    return seq;
  }
}
