/** Asks the senders of parked envelopes to send them again, a few times and further and further apart. */
import { create } from '@bufbuild/protobuf';
import { idToBytes } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { orderToMs } from '../../../src-shared/protocol/limits.ts';
import type { EngineContext } from '../context.ts';
import { errorFields } from '../log.ts';
import type { OutgoingEnvelope, RelayApi } from '../sync/relay-api.ts';
import { giveUpParked } from './park.ts';
import type { Parked } from './parked-repository.ts';
import { encodeRetryRequest } from './retry-request.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/**
 * Waits after the first, second … request. The relay keeps a request for a sender who is away, so more
 * of them only help against what got lost. After the last wait the message is given up.
 */
const WAITS_MS = [10 * MINUTE_MS, 2 * HOUR_MS, 12 * HOUR_MS, 48 * HOUR_MS, 168 * HOUR_MS];

export class RetryRequests {
  readonly #context: EngineContext;
  readonly #relay: RelayApi;
  #isOnline = false;
  #cancel: () => void = () => undefined;

  constructor(context: EngineContext, relayApi: RelayApi) {
    this.#context = context;
    this.#relay = relayApi;
  }

  setOnline(state: 'online' | 'offline'): void {
    this.#isOnline = state === 'online';
    this.schedule();
  }

  stop(): void {
    this.setOnline('offline');
  }

  /** Looks for what is due next; call after something was parked. */
  schedule(): void {
    this.#cancel();
    const atMs = this.#context.store.parked.nextRequestAtMs();
    if (!this.#isOnline || atMs === null) return;
    this.#cancel = this.#context.timers.after(Math.max(0, atMs - this.#context.relayNowMs()), () => {
      this.#askAll()
        .then(() => {
          this.schedule();
        })
        .catch((error: unknown) => {
          // The connection broke; the next one starts here again.
          this.#context.log.info('receive.retry-request-failed', errorFields(error));
        });
    });
  }

  async #askAll(): Promise<void> {
    for (const parked of this.#context.store.parked.due(this.#context.relayNowMs())) await this.#ask(parked);
  }

  async #ask(parked: Parked): Promise<void> {
    const { store } = this.#context;
    const waitMs = WAITS_MS[parked.requests];
    const request =
      waitMs === undefined
        ? null
        : encodeRetryRequest(
            parked.envelopeId,
            parked.ciphertext,
            orderToMs(parked.acceptedOrder),
            parked.source.deviceId,
          );
    if (waitMs === undefined || request === null) {
      this.#context.transact((changes) => {
        giveUpParked(this.#context, changes, parked);
      });
      return;
    }
    await this.#relay.send([this.#envelope(parked, request)]);
    this.#context.transact(() => {
      store.parked.markRequested(parked, this.#context.relayNowMs() + waitMs);
    });
  }

  #envelope(parked: Parked, request: Uint8Array): OutgoingEnvelope {
    const registrationId =
      this.#context.store.keys
        .knownDevices(parked.source.accountId)
        .find((device) => device.deviceId === parked.source.deviceId)?.registrationId ?? 0;
    return create(relay.OutgoingEnvelopeSchema, {
      envelopeId: idToBytes(this.#context.ids.envelopeId()),
      destinations: [
        {
          accountId: idToBytes(parked.source.accountId),
          partial: true,
          devices: [
            {
              deviceId: parked.source.deviceId,
              registrationId,
              type: relay.CiphertextType.PLAINTEXT,
              ciphertext: request,
            },
          ],
        },
      ],
    });
  }
}
