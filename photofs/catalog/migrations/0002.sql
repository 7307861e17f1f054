-- Albums that go keep their row, re-placing photos survives a kill, hosts can have daily budgets.

ALTER TABLE album ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;

-- Photos whose places have to be worked out anew (their album changed, or went). Emptied in small
-- transactions; what a killed scan left here is done by the next one.
CREATE TABLE to_place (
  photo INTEGER PRIMARY KEY REFERENCES photo(id)  -- the photo
) STRICT;

-- Requests made to a host on one day, against a daily budget.
CREATE TABLE quota (
  key  TEXT NOT NULL,     -- host and API key
  day  INTEGER NOT NULL,  -- days since 1970-01-01 UTC
  used INTEGER NOT NULL,  -- requests made
  PRIMARY KEY (key, day)
) STRICT, WITHOUT ROWID;

-- `photofs status` names photos in trouble.
CREATE INDEX photo_troubled ON photo(library) WHERE trouble <> '';
