/** The log of the whole app: one JSON line an event, without content, names or keys. */
import { pino } from 'pino';
import { errorFields, type LogFields, type Logger } from '../../engine/log.ts';

export function pinoLogger(sink: { write(line: string): void }): Logger {
  const log = pino({ level: 'info', base: null }, sink);
  return {
    debug: (event, fields: LogFields = {}) => {
      log.debug(fields, event);
    },
    info: (event, fields: LogFields = {}) => {
      log.info(fields, event);
    },
    warn: (event, fields: LogFields = {}) => {
      log.warn(fields, event);
    },
    error: (event, fields: LogFields = {}) => {
      log.error(fields, event);
    },
  };
}

/** Takes the outcome of work that nobody waits for: a failure is logged, never lost. */
export function logFailure(log: Logger, event: string): (error: unknown) => void {
  return (error) => {
    log.error(event, errorFields(error));
  };
}
