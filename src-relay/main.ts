#!/usr/bin/env node
/** `kith-relay`: runs a relay until it is told to stop. */
import { homedir } from 'node:os';
import { pino } from 'pino';
import { KithError } from '../src-shared/errors.ts';
import { parseCommandLine, type CommandLine } from './command-line.ts';
import { defaultDataFolder } from './data-folder.ts';
import { startRelay, type RunningRelay } from './relay.ts';

/** Exit codes by error, after sysexits.h, so that a service manager can tell what not to retry. */
const EXIT: Partial<Record<KithError['code'], number>> = {
  'invalid-request': 64,
  'store-corrupt': 65,
  'store-too-new': 65,
  'disk-full': 74,
  'store-in-use': 75,
};
const EXIT_OTHER = 70;

const commandLine = parseCommandLine(
  process.argv.slice(2),
  defaultDataFolder({ platform: process.platform, homeDirectory: homedir(), variables: process.env }),
);
// stdout belongs to what was asked for; logs go to stderr, at once, so that none is lost at an exit.
const log = pino({ level: commandLine.logLevel }, pino.destination({ dest: 2, sync: true }));

try {
  const relay = await startRelay({ ...commandLine.relay, log });
  stopOnSignals(relay);
  announce(relay, commandLine);
} catch (error) {
  const isKnown = error instanceof KithError;
  process.stderr.write(`kith-relay: ${isKnown ? error.message : String(error)}\n`);
  process.exitCode = (isKnown ? EXIT[error.code] : undefined) ?? EXIT_OTHER;
}

function announce(relay: RunningRelay, { output }: CommandLine): void {
  const { url, joinLink, name } = relay;
  if (output === 'json') {
    process.stdout.write(
      `${JSON.stringify({ event: 'listening', url, joinLink, name, pid: process.pid })}\n`,
    );
    return;
  }
  process.stdout.write(
    `Kith relay "${name}" is listening on ${url}\n` +
      `To join, paste this link into Kith:\n\n  ${joinLink}\n\nPress Ctrl-C to stop.\n`,
  );
}

function stopOnSignals(relay: RunningRelay): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // A second Ctrl-C means now. What was answered is on disk either way.
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    relay.close().catch((error: unknown) => {
      log.error({ err: error }, 'the relay did not stop cleanly');
      process.exitCode = EXIT_OTHER;
    });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
