-- What was last written outside of the catalog by which it knows itself again (P18).
CREATE TABLE witness (
  place     TEXT NOT NULL PRIMARY KEY,
  token     TEXT,
  following TEXT,
  rolled_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Why the catalog may not know what happened last.
CREATE TABLE doubt (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  why      TEXT NOT NULL,
  since_ns INTEGER NOT NULL
) STRICT;

CREATE INDEX mirrored_wrong ON mirrored(mirror) WHERE state <> 'good';
