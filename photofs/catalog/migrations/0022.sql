-- What stands beside a mirror's files: what was written there, and what verifying found wrong of it
-- (docs/decisions/0027).
CREATE TABLE mirror_beside (
  mirror   INTEGER NOT NULL REFERENCES mirror(id),
  path     TEXT NOT NULL,
  sha256   TEXT NOT NULL DEFAULT '',
  mtime_ns INTEGER NOT NULL DEFAULT 0,
  why      TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (mirror, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX mirror_beside_wrong ON mirror_beside(mirror, path) WHERE why <> '';
-- no hash of a sidecar that is there is known: the next run of each mirror looks at all of them
DELETE FROM meta WHERE key LIKE 'beside %';
