/** Structured log lines about what the engine does. Never content, names, keys or addresses of people. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

const nothing = (): void => undefined;

export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The kind of an error and where it came from, without what it was about. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = 'code' in error ? String(error.code) : '';
  const at =
    error.stack
      ?.split('\n')[1]
      ?.trim()
      .replace(/\(?(?:file:\/\/)?\/.*\/(?=[^/]+:\d+:\d+)/, '') ?? '';
  return { error: error.name, code, at };
}
