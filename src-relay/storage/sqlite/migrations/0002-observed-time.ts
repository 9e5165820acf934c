/** Time as expiry believes it (services/observed-time.ts). At most one row. */
export const OBSERVED_TIME_SCHEMA = `
CREATE TABLE observed_time (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  trusted_ms INTEGER NOT NULL,
  claimed_ms INTEGER NOT NULL,
  held_ms INTEGER NOT NULL
) STRICT;
`;
