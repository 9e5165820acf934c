/** The options of `kith-relay`, from words to values. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { RELAY_VERSION } from './version.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { DEFAULT_HOST, DEFAULT_PORT, type RelayOptions } from './relay.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface CommandLine {
  readonly relay: Omit<RelayOptions, 'log'>;
  readonly output: 'text' | 'json';
  readonly logLevel: LogLevel;
}

/** What commander collects: names as commander derives them from the flags. */
interface Flags {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly name?: string;
  readonly publicUrl?: string;
  readonly registration: 'open' | 'closed';
  readonly behindProxy?: true;
  readonly mailLifetimeDays: number;
  readonly json?: true;
  readonly logLevel: LogLevel;
}

const EXAMPLES = `
Examples:
  $ kith-relay                                     for this machine only
  $ kith-relay --host 0.0.0.0                      for the local network
  $ kith-relay --port 0 --data ./relay --json      for scripts: any port, one JSON line when ready
  $ kith-relay --public-url https://relay.example.org --behind-proxy
                                                   behind a proxy that ends TLS
`;

/** Parses the arguments after the program's name. Commander prints help and mistakes, and exits. */
export function parseCommandLine(args: readonly string[], defaultData: string): CommandLine {
  const command = new Command('kith-relay')
    .description('Runs a Kith relay: stores and forwards end-to-end encrypted messages.')
    .version(RELAY_VERSION)
    .option('--host <address>', 'address to listen on', DEFAULT_HOST)
    .option('--port <number>', 'port to listen on, 0 for any free one', parsePort, DEFAULT_PORT)
    .option('--data <folder>', 'folder for the database', defaultData)
    .option('--name <name>', "a new relay's name; devices pin it, so it never changes", parseName)
    .option(
      '--public-url <url>',
      'address that devices use, if another than the one listened on',
      parsePublicUrl,
    )
    .addOption(
      new Option('--registration <mode>', 'whether new accounts may register')
        .choices(['open', 'closed'])
        .default('open'),
    )
    .option('--behind-proxy', "trust the last X-Forwarded-For entry as the client's address")
    .option(
      '--mail-lifetime-days <days>',
      'how long undelivered mail and files are kept',
      parseDays,
      DEFAULT_LIMITS.mailLifetimeDays,
    )
    .option('--json', 'print one JSON line when listening')
    .addOption(new Option('--log-level <level>', 'what to log on stderr').choices(LOG_LEVELS).default('info'))
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false);
  const flags = command.parse(args, { from: 'user' }).opts<Flags>();
  return {
    relay: {
      dataDirectory: flags.data,
      host: flags.host,
      port: flags.port,
      newAccounts: flags.registration,
      proxyTrust: flags.behindProxy === true ? 'behind-proxy' : 'direct',
      // A file lives as long as the message that points to it.
      limits: { mailLifetimeDays: flags.mailLifetimeDays, mediaLifetimeDays: flags.mailLifetimeDays },
      ...(flags.name === undefined ? {} : { name: flags.name }),
      ...(flags.publicUrl === undefined ? {} : { publicUrl: flags.publicUrl }),
    },
    output: flags.json === true ? 'json' : 'text',
    logLevel: flags.logLevel,
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is 0 to 65535.');
  return port;
}

function parseDays(text: string): number {
  const days = Number(text);
  if (!/^\d+$/.test(text) || days < 1 || days > 3650)
    throw new InvalidArgumentError('A lifetime is 1 to 3650 days.');
  return days;
}

function parseName(text: string): string {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{2,62}$/.test(text)) {
    throw new InvalidArgumentError('A name is 3 to 63 letters, digits, dots, hyphens and underscores.');
  }
  return text;
}

function parsePublicUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidArgumentError('An address looks like https://relay.example.org.');
  }
  return text.replace(/\/+$/, '');
}
