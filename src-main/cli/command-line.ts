/** Commands, their options, and the words of `--help`. */
import { Command, InvalidArgumentError } from 'commander';
import { KithError, serializeError } from '../../src-shared/errors.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { runHistory } from './history.ts';
import { runSend } from './send.ts';
import { runSession } from './session.ts';

export interface ProfileOptions {
  readonly data: string;
  readonly passphraseFile?: string;
  readonly relay?: string;
  readonly register?: string;
}

const SESSION_HELP = `
One JSON object a line. The first operations to know:
  {"op":"send","to":"noor","text":"Hello","ref":"1"}
  {"op":"history","with":"noor","limit":50}
  {"op":"read","with":"noor"}
  {"op":"accept","from":"noor"}
  {"op":"block","who":"noor"}        {"op":"unblock","who":"noor"}
  {"op":"typing","to":"noor","state":"typing"}
  {"op":"retry","messageId":"…"}
  {"op":"verify","who":"noor"}       {"op":"acknowledge","who":"noor"}
  {"op":"attach","to":"noor","path":"./cat.jpg","text":"Look","ref":"2"}
  {"op":"download","fileId":"…","path":"./cat.jpg","overwrite":true}
  {"op":"cancel","fileId":"…"}       also "pause" and "resume"
  {"op":"storage"}
  {"op":"clean-up","with":"noor","olderThanDays":30,"largerThanBytes":1000000}
  {"op":"conversations"}             {"op":"status"}
  {"op":"quit"}

Example:
  $ export KITH_PASSPHRASE=…
  $ kith session --data ./noor --relay http://127.0.0.1:5484 --register noor
`;

export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('kith')
    .description('End-to-end encrypted chat without a window, for bots, scripts and tests.')
    .version(packageJson.version)
    .showHelpAfterError()
    .addHelpText(
      'after',
      '\nThe store is opened with KITH_PASSPHRASE or --passphrase-file; it is never on the disk unencrypted.',
    );

  profileCommand(program, 'session')
    .description('speak newline-delimited JSON on standard input and output')
    .addHelpText('after', SESSION_HELP)
    .action((options: ProfileOptions) => runSession(options));

  profileCommand(program, 'send')
    .description('send one message and wait until the relay has it')
    .argument('<username>')
    .argument('<text>')
    .option('--timeout <seconds>', 'give up waiting after this long; the message stays queued', seconds, 30)
    .addHelpText('after', '\nExample:\n  $ kith send --data ./noor mara "On my way"\n')
    .action((username: string, text: string, options: ProfileOptions & { timeout: number }) =>
      runSend(options, username, text, options.timeout * 1000),
    );

  profileCommand(program, 'history')
    .description('print a conversation from the local store')
    .argument('<username>')
    .option('--limit <count>', 'how many of the newest messages', count, 50)
    .option('--json', 'one JSON object a line')
    .addHelpText('after', '\nExample:\n  $ kith history --data ./noor mara --limit 20\n')
    .action((username: string, options: ProfileOptions & { limit: number; json?: true }) =>
      runHistory(options, username, options.limit, options.json === true ? 'json' : 'text'),
    );

  try {
    await program.parseAsync(argv);
  } catch (error) {
    const { code, message } = serializeError(error);
    process.stderr.write(`kith: ${message} (${code})\n`);
    if (!(error instanceof KithError))
      process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
    process.exitCode = 1;
  }
}

function profileCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .requiredOption('--data <folder>', 'folder of this profile; made on first use')
    .option('--passphrase-file <file>', 'file whose first line opens the store')
    .option('--relay <address>', 'relay address or join link, with --register')
    .option('--register <username>', 'make an account with this username where there is none yet');
}

function seconds(text: string): number {
  return positive(text, 86_400);
}

function count(text: string): number {
  return positive(text, 1_000_000);
}

function positive(text: string, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw new InvalidArgumentError(`1 to ${String(max)}`);
  return value;
}
