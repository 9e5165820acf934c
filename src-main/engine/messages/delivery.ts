/** How far an own message has come. It never goes back, in whatever order the signs of it arrive. */
export type DeliveryState = 'queued' | 'encrypted' | 'accepted' | 'delivered' | 'read' | 'failed';

const RANK: Record<DeliveryState, number> = {
  failed: 0,
  queued: 1,
  encrypted: 2,
  accepted: 3,
  delivered: 4,
  read: 5,
};

/** The states that `next` may follow, as a list for SQL's IN. */
export function sqlStatesBefore(next: DeliveryState): string {
  return (Object.keys(RANK) as DeliveryState[])
    .filter((state) => RANK[state] < RANK[next])
    .map((state) => `'${state}'`)
    .join(', ');
}
