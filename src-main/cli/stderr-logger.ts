import pino from 'pino';
import type { Logger } from '../engine/log.ts';

/** JSON lines on standard error; `KITH_LOG` sets the level, `warn` without it. */
export function stderrLogger(): Logger {
  const log = pino(
    { level: process.env['KITH_LOG'] ?? 'warn', base: null },
    pino.destination({ dest: 2, sync: true }),
  );
  return {
    debug: (event, fields) => {
      log.debug(fields, event);
    },
    info: (event, fields) => {
      log.info(fields, event);
    },
    warn: (event, fields) => {
      log.warn(fields, event);
    },
    error: (event, fields) => {
      log.error(fields, event);
    },
  };
}
