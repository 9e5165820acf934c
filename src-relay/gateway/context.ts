import type { Logger } from 'pino';
import type { Clock, Timers } from '../../src-shared/clock.ts';
import type { RelayLimits } from '../limits.ts';
import type { AccountService } from '../services/accounts/service.ts';
import type { MailService } from '../services/mail/service.ts';
import type { MediaService } from '../services/media/service.ts';
import type { PreKeyService } from '../services/pre-keys/service.ts';
import type { Registry } from './registry.ts';

/** What every connection needs from the process. */
export interface GatewayContext {
  readonly relayName: string;
  readonly accounts: AccountService;
  readonly preKeys: PreKeyService;
  readonly mail: MailService;
  readonly media: MediaService;
  readonly registry: Registry;
  readonly limits: RelayLimits;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  /** Told of every failure that is not the device's own: for health and log. */
  readonly onFailure: (error: unknown) => void;
  /** Once stopping, no new work is taken. */
  readonly lifecycle: () => 'running' | 'stopping';
}
