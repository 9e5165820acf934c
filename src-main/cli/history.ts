/** `kith history`: a conversation from the local store, for reading or for programs. */
import type { ProfileOptions } from './command-line.ts';
import { conversation, newestMessages } from './operations.ts';
import { describeMessage } from './output.ts';
import { ensureAccount, openCommandLineProfile, tellRecovery } from './profile.ts';

export async function runHistory(
  options: ProfileOptions,
  username: string,
  limit: number,
  format: 'json' | 'text',
): Promise<void> {
  const profile = await openCommandLineProfile(options);
  try {
    await tellRecovery(profile.engine);
    const account = await ensureAccount(profile.engine, options);
    const { peer, ...view } = await conversation(profile.engine, username);
    const messages = await newestMessages(profile.engine, { peer, ...view }, limit);
    for (const message of messages) {
      const name = message.isOwn ? account.username : peer.username;
      const described = describeMessage(message, () => name);
      if (described === null) continue;
      const time = new Date(message.sentAtMs).toISOString();
      const text = message.body.type === 'text' ? message.body.text : '';
      process.stdout.write(
        format === 'json' ? `${JSON.stringify(described)}\n` : `${time}  ${name}: ${text}\n`,
      );
    }
  } finally {
    await profile.close();
  }
}
