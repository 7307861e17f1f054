-- Thumbnails that were written for the desktop (docs/decisions/0030).
CREATE TABLE thumbnail (
  point       BLOB NOT NULL,
  folder      INTEGER NOT NULL,
  entry       INTEGER NOT NULL,
  size        TEXT NOT NULL,
  path        TEXT NOT NULL,
  mtime       INTEGER NOT NULL,
  length      INTEGER,
  content_key TEXT NOT NULL,
  bytes       INTEGER NOT NULL,
  made        INTEGER NOT NULL,
  PRIMARY KEY (point, folder, entry, size)
) STRICT, WITHOUT ROWID;
CREATE TABLE opened (
  folder    INTEGER PRIMARY KEY,
  opened_ns INTEGER NOT NULL
) STRICT;
