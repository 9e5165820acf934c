import type { KithEvent, ShellEvent } from '../../../src-shared/contract/events.ts';

const TYPES: Readonly<Record<ShellEvent['type'], true>> = {
  'app-state': true,
  'hosted-relay': true,
  'open-room': true,
  'join-link': true,
  command: true,
};

/** What the shell publishes itself, in contrast to the engine. */
export const SHELL_EVENT_TYPES: ReadonlySet<KithEvent['type']> = new Set(
  Object.keys(TYPES) as ShellEvent['type'][],
);
