/** Fresh ids and random numbers by injection, so that tests can repeat a run. */
import { randomInt, randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { AccountId, EnvelopeId, FileId, MessageId } from '../../src-shared/ids.ts';

export interface IdSource {
  accountId(): AccountId;
  messageId(): MessageId;
  envelopeId(): EnvelopeId;
  fileId(): FileId;
  /** A whole number from `min` to `max`, both included. */
  random(min: number, max: number): number;
}

export const systemIds: IdSource = {
  accountId: () => randomUUID() as AccountId,
  messageId: () => uuidv7() as MessageId,
  envelopeId: () => uuidv7() as EnvelopeId,
  fileId: () => randomUUID() as FileId,
  random: (min, max) => randomInt(min, max + 1),
};
