-- Albums that go keep their row, and go as photos do; re-placing photos survives a kill, hosts can
-- have daily budgets, a library knows the settings that it was filed by.

ALTER TABLE album ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE album ADD COLUMN absent_ns INTEGER;
ALTER TABLE album ADD COLUMN emptied_ns INTEGER;
ALTER TABLE collection ADD COLUMN absent_ns INTEGER;
ALTER TABLE library ADD COLUMN dates TEXT NOT NULL DEFAULT '';
ALTER TABLE library ADD COLUMN zone TEXT NOT NULL DEFAULT '';

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
