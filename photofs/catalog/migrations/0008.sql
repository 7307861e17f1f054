-- Several sources of one library: what is known to be one photo, by which evidence.
-- What photofs learnt of the bytes that an observation leads to, beyond what its source tells.
CREATE TABLE learnt (
  observation INTEGER PRIMARY KEY REFERENCES observation(id),  -- whose bytes
  content_key TEXT NOT NULL,  -- of which version of them; of another one nothing is learnt yet
  sha256      TEXT,           -- their hash, once they were whole here
  width       INTEGER,        -- in pixels; 0: looked at, and nothing found
  height      INTEGER         -- the same
) STRICT;

-- Which bytes were sent as the photo that an observation tells of; its source may give back others.
CREATE TABLE sent (
  observation INTEGER PRIMARY KEY REFERENCES observation(id),  -- the photo at its source
  sha256      TEXT NOT NULL REFERENCES original(sha256)        -- of the bytes as they were sent
) STRICT;

INSERT OR REPLACE INTO sent(observation, sha256)
SELECT o.id, g.sha256 FROM operation p
JOIN observation o ON o.photo = p.photo AND o.source = p.source AND o.gone = 0
JOIN original g ON g.sha256 = iif(json_valid(p.wish), p.wish ->> 'sha256', NULL)
WHERE p.verb IN ('upload', 'replace') AND p.state = 'done' ORDER BY p.id;

-- What an observation has that another source's of the same photo may have, too (model/trace.py).
-- Kept in libraries of several sources alone, and not of what is gone.
CREATE TABLE trace (
  library     INTEGER NOT NULL REFERENCES library(id),  -- only there it is looked for
  kind        TEXT NOT NULL,  -- model.trace.TraceKind
  value       TEXT NOT NULL,  -- equal for what is alike
  observation INTEGER NOT NULL REFERENCES observation(id),  -- who has it
  PRIMARY KEY (library, kind, value, observation)
) STRICT, WITHOUT ROWID;
CREATE INDEX trace_observation ON trace(observation);

-- By which evidence an observation tells of a photo of which another source tells as well.
CREATE TABLE merge (
  observation INTEGER PRIMARY KEY REFERENCES observation(id),  -- what was merged
  kind        TEXT NOT NULL,     -- the evidence: the trace that both had then
  value       TEXT NOT NULL,     -- the same
  other       INTEGER NOT NULL REFERENCES observation(id),  -- with whom it has that trace
  merged_ns   INTEGER NOT NULL,  -- when they were merged
  own         INTEGER REFERENCES photo(id)  -- the photo that it told of before, shown if split
) STRICT;
CREATE INDEX merge_other ON merge(other);
CREATE INDEX merge_own ON merge(own) WHERE own IS NOT NULL;

-- Two observations that are of two photos, as the user said; no evidence merges them.
CREATE TABLE split (
  one      INTEGER NOT NULL REFERENCES observation(id),  -- the one with the lower number
  other    INTEGER NOT NULL REFERENCES observation(id),  -- the other
  split_ns INTEGER NOT NULL,  -- when that was said
  PRIMARY KEY (one, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX split_other ON split(other);

-- Observations of which it has to be worked out anew with which others they are of one photo.
CREATE TABLE to_merge (
  observation INTEGER PRIMARY KEY REFERENCES observation(id)  -- the observation
) STRICT;

-- Photos that show lesser bytes for a while: their best source could not be read.
CREATE TABLE stand_in (
  photo  INTEGER PRIMARY KEY REFERENCES photo(id),  -- the photo
  source INTEGER NOT NULL REFERENCES source(id)  -- whose bytes come back with its next whole scan
) STRICT;
CREATE INDEX stand_in_source ON stand_in(source);

-- Albums of equal title of several sources have one folder: that of the album that leads.
ALTER TABLE album ADD COLUMN lead INTEGER;
CREATE INDEX album_title ON album(title);
CREATE INDEX album_lead ON album(lead) WHERE lead IS NOT NULL;

-- Whether a program wrote a photo here: then its names were given, and merging changes none.
CREATE INDEX operation_upload ON operation(photo) WHERE verb = 'upload';
