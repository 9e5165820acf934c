import { assertNever } from '../../src-shared/errors.ts';
import type { relay } from '../../src-shared/protocol/frames.ts';
import { ErrorCode, Refusal } from '../services/refusal.ts';
import type { Session } from '../services/accounts/service.ts';
import type { GatewayContext } from './context.ts';
import { Delivery } from './delivery.ts';
import { encodeFrame, requireRequestId, resumed, type ServerBody } from './frames.ts';
import type { Outbound } from './outbound.ts';
import {
  answerFetch,
  answerLookup,
  answerMediaAccess,
  answerSend,
  answerUpload,
  passOnEphemeral,
} from './requests.ts';

/** The frames that only an authenticated device may send. */
export type DeviceBody = Exclude<
  relay.ClientFrame['body'],
  { case: undefined | 'ping' | 'register' | 'authenticate' }
>;

export interface DeviceSessionOptions {
  readonly session: Session;
  readonly context: GatewayContext;
  readonly outbound: Outbound;
  /** A request that answers by itself failed. */
  readonly refuse: (requestId: number, reason: unknown) => void;
  readonly onDeliveryFailed: (reason: unknown) => void;
}

/** What a connection does for its device once that is authenticated. */
export class DeviceSession {
  readonly #options: DeviceSessionOptions;
  readonly #delivery: Delivery;
  #uncommittedBytes = 0;
  #stopped = false;

  constructor(options: DeviceSessionOptions) {
    const { session, context, outbound, onDeliveryFailed } = options;
    this.#options = options;
    this.#delivery = new Delivery({
      address: session.address,
      mail: context.mail,
      outbound,
      limits: context.limits,
      onFailed: onDeliveryFailed,
    });
  }

  get session(): Session {
    return this.#options.session;
  }

  /** New mail, or room on the socket. */
  wake(): void {
    this.#delivery.wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#delivery.stop();
  }

  /** Throws or rejects with a `Refusal`. A returned promise holds back the frames that follow. */
  handle(requestId: number, body: DeviceBody, frameBytes: number): Promise<void> | undefined {
    const { context, session } = this.#options;
    if (body.case === 'acknowledge') {
      this.#delivery.acknowledge(Number(body.value.upToSeq));
      return undefined;
    }
    if (body.case === 'sendEphemeral') {
      passOnEphemeral(context, session, body.value);
      return undefined;
    }
    requireRequestId(requestId);
    switch (body.case) {
      case 'send':
        return this.#send(requestId, body.value, frameBytes);
      case 'resume':
        return this.#resume(requestId, body.value);
      case 'fetchPreKeys':
        return this.#answer(requestId, answerFetch(context, session.address, body.value));
      case 'uploadPreKeys':
        return this.#answer(requestId, answerUpload(context, session.address, body.value));
      case 'lookupAccount':
        return this.#answer(requestId, answerLookup(context, session.address, body.value));
      case 'mediaAccess':
        return this.#answer(requestId, answerMediaAccess(context, session.address));
      case 'createRoom':
      case 'appendRoom':
      case 'readRoom':
      case 'readRoomLink':
        throw new Refusal(ErrorCode.ROOM_UNKNOWN, 'This relay keeps no rooms.');
      default:
        return assertNever(body);
    }
  }

  async #answer(requestId: number, body: Promise<ServerBody>): Promise<void> {
    this.#options.outbound.send(encodeFrame(requestId, await body));
  }

  /** Sends of one connection overlap, so that they share a commit, up to a bound of waiting bytes. */
  #send(requestId: number, send: relay.Send, frameBytes: number): Promise<void> | undefined {
    const { context, session, refuse } = this.#options;
    this.#uncommittedBytes += frameBytes;
    const answered = this.#answer(requestId, answerSend(context, session.address, send))
      .catch((reason: unknown) => {
        refuse(requestId, reason);
      })
      .finally(() => {
        this.#uncommittedBytes -= frameBytes;
      });
    return this.#uncommittedBytes > context.limits.uncommittedBytes ? answered : undefined;
  }

  async #resume(requestId: number, { afterSeq, credit }: relay.Resume): Promise<void> {
    const { pending, start } = await this.#delivery.resume(Number(afterSeq), credit);
    if (this.#stopped) return;
    this.#options.outbound.send(encodeFrame(requestId, resumed(pending)));
    start();
  }
}
