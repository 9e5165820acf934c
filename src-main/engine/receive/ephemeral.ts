/** What is said in passing: read when it comes, forgotten when it cannot be. */
import type { relay } from '../../../src-shared/protocol/frames.ts';
import type { EngineContext } from '../context.ts';
import { applyContent } from './apply.ts';
import { openEnvelope, parseEnvelope } from './open-envelope.ts';

/** The only contents that may come without a place in the mailbox. */
const EPHEMERAL: ReadonlySet<string> = new Set(['typing']);

export async function receiveEphemeral(context: EngineContext, envelope: relay.Envelope): Promise<void> {
  const incoming = parseEnvelope(envelope);
  await context.cryptoLane.run(async () => {
    const unit = context.newUnit();
    const opened = await openEnvelope(context, unit, incoming);
    if (opened.kind !== 'contents') return;
    context.transactWithKeys(unit, (changes) => {
      const arrival = { acceptedOrder: context.orderNow(), receivedAtMs: context.clock.now() };
      for (const verified of opened.contents) {
        if (EPHEMERAL.has(verified.content.body.case)) applyContent(context, changes, verified, arrival);
      }
    });
  });
}
