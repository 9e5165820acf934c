/** `kith session`: operations in on standard input, events out on standard output, until told to quit. */
import type { AccountId } from '../../src-shared/ids.ts';
import { KithError, serializeError } from '../../src-shared/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { ProfileOptions } from './command-line.ts';
import { readLines } from './lines.ts';
import { operationSchema, perform, type Operation } from './operations.ts';
import { emitToStdout, eventPrinter, type Emit, type Names } from './output.ts';
import { ensureAccount, openCommandLineProfile, recoveryText, takeRecovery } from './profile.ts';

export async function runSession(options: ProfileOptions): Promise<void> {
  const emit = emitToStdout;
  try {
    const profile = await openCommandLineProfile(options);
    if (profile.recoveryKey !== null) {
      emit('store-created', { recoveryKey: profile.recoveryKey });
      profile.recoveryKeyShown();
    }
    profile.engine.subscribe(eventPrinter(emit));
    try {
      const recovery = await takeRecovery(profile.engine);
      if (recovery !== null) {
        emit('recovered', { movedTo: recovery.movedTo, message: recoveryText(recovery) });
      }
      const account = await ensureAccount(profile.engine, options);
      emit('ready', {
        username: account.username,
        accountId: account.accountId,
        deviceId: account.deviceId,
        relay: account.relayUrl,
      });
      await serve(profile.engine, account.accountId, account.username, emit);
    } finally {
      await profile.close();
    }
  } catch (error) {
    emit('error', { ...serializeError(error) });
    process.exitCode = 1;
  }
  // Standard input may still be open; nothing of ours is.
  process.stdin.destroy();
}

async function serve(engine: Engine, ownId: AccountId, ownUsername: string, emit: Emit): Promise<void> {
  const stopped = new AbortController();
  const stop = (): void => {
    stopped.abort();
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  const names = await usernames(engine, ownId, ownUsername);
  for await (const line of readLines(process.stdin, stopped.signal)) {
    const operation = parseLine(line, emit);
    if (operation === null) continue;
    if (operation.op === 'quit') return;
    try {
      await perform(engine, names, operation, emit);
    } catch (error) {
      emit('error', { op: operation.op, ref: operation.ref, ...serializeError(error) });
    }
  }
}

function parseLine(line: string | KithError, emit: Emit): Operation | null {
  try {
    if (line instanceof KithError) throw line;
    if (line.trim() === '') return null;
    const parsed = operationSchema.safeParse(JSON.parse(line));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new KithError(
      'invalid-request',
      `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'not understood'}`.trim(),
    );
  } catch (error) {
    const known =
      error instanceof KithError
        ? error
        : new KithError('invalid-request', 'That line is not a JSON object.');
    emit('error', { ...serializeError(known) });
    return null;
  }
}

async function usernames(engine: Engine, ownId: AccountId, ownUsername: string): Promise<Names> {
  const known = new Map<AccountId, string>([[ownId, ownUsername]]);
  for (const { peer } of await engine.request('conversations.list', {}))
    known.set(peer.accountId, peer.username);
  engine.subscribe((event) => {
    if (event.type === 'conversation')
      known.set(event.conversation.peer.accountId, event.conversation.peer.username);
  });
  return (accountId) => known.get(accountId) ?? accountId;
}
