/** `kith send`: one message, and back when the relay has it. */
import { KithError } from '../../src-shared/errors.ts';
import type { MessageId } from '../../src-shared/ids.ts';
import { systemTimers } from '../../src-shared/clock.ts';
import type { Engine } from '../engine/engine.ts';
import type { ProfileOptions } from './command-line.ts';
import { ensureAccount, openCommandLineProfile, tellRecovery } from './profile.ts';

export async function runSend(
  options: ProfileOptions,
  username: string,
  text: string,
  timeoutMs: number,
): Promise<void> {
  const profile = await openCommandLineProfile(options);
  try {
    await tellRecovery(profile.engine);
    await ensureAccount(profile.engine, options);
    const { roomId } = await profile.engine.request('conversations.start', { username });
    const outcome: PromiseWithResolvers<void> = Promise.withResolvers();
    const messageId = Promise.withResolvers<MessageId>();
    watch(profile.engine, messageId.promise, outcome);
    const sent = await profile.engine.request('messages.send', { roomId, text });
    messageId.resolve(sent.messageId);
    const cancelTimeout = systemTimers.after(timeoutMs, () => {
      outcome.reject(
        new KithError(
          'timed-out',
          'The relay has not confirmed it yet. It is queued and goes out next time.',
        ),
      );
    });
    await outcome.promise.finally(cancelTimeout);
    process.stdout.write(`${sent.messageId}\n`);
  } finally {
    await profile.close();
  }
}

function watch(engine: Engine, wanted: Promise<MessageId>, outcome: PromiseWithResolvers<void>): void {
  const settle = async (messageId: MessageId, finish: () => void): Promise<void> => {
    if ((await wanted) === messageId) finish();
  };
  engine.subscribe((event) => {
    if (event.type === 'accepted') void settle(event.messageId, outcome.resolve);
    if (event.type !== 'messages') return;
    for (const message of event.upserted) {
      if (message.delivery?.state !== 'failed') continue;
      const error = new KithError(message.delivery.reason, 'The message could not be sent.');
      void settle(message.messageId, () => {
        outcome.reject(error);
      });
    }
  });
}
