import { SessionRecord } from '@signalapp/libsignal-client';
import type { DeviceAddress } from '../../../src-shared/ids.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** Nothing more is encrypted in the present session; what was encrypted in it can still be read. */
export function archiveSession(unit: UnitOfWork, address: DeviceAddress): void {
  const session = unit.session(address);
  if (session?.hasCurrentState() !== true) return;
  // Archiving changes the object, and this one may be in the cache.
  const copy = SessionRecord.deserialize(session.serialize());
  copy.archiveCurrentState();
  unit.saveSession(address, copy);
}
