-- Writing: what the user did and when, what was sent and answered, files that programs write, and
-- facts that are known only here.

ALTER TABLE photo ADD COLUMN binned_ns INTEGER;
ALTER TABLE photo ADD COLUMN set_mtime_ns INTEGER;

CREATE INDEX photo_hash ON photo(sha256) WHERE sha256 IS NOT NULL;

-- What the user did with one program, within a short while; what `photofs undo` takes back.
CREATE TABLE action (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,  -- its number, as `photofs log` shows it
  library   INTEGER NOT NULL,          -- kept after the library is gone, so no reference
  program   TEXT NOT NULL,             -- the asking program's name, '' if unknown
  process   INTEGER NOT NULL,          -- its process id; 0 for a command of photofs itself
  asked_ns  INTEGER NOT NULL,          -- when its first wish was made
  last_ns   INTEGER NOT NULL,          -- when its last wish was made
  undone_by INTEGER REFERENCES action(id)  -- the action that took it back
) STRICT;
CREATE INDEX action_last ON action(library, process, last_ns);

ALTER TABLE operation ADD COLUMN action INTEGER REFERENCES action(id);
ALTER TABLE operation ADD COLUMN album INTEGER;
ALTER TABLE operation ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
DROP INDEX operation_state;
CREATE INDEX operation_open ON operation(source, not_before_ns)
  WHERE state IN ('planned', 'held', 'claimed', 'sent', 'unsure');
CREATE INDEX operation_of_photo ON operation(photo, id) WHERE settled = 0;
CREATE INDEX operation_of_album ON operation(album, id) WHERE settled = 0;
CREATE INDEX operation_of_album_itself ON operation(album, id)
  WHERE settled = 0 AND verb IN ('rename album', 'remove album');
CREATE INDEX operation_sendable ON operation(source, verb IN ('upload', 'replace'), id)
  WHERE state = 'planned';
CREATE INDEX operation_under_way ON operation(source, id)
  WHERE state IN ('claimed', 'sent', 'unsure');
CREATE INDEX operation_planned ON operation(library, planned_ns);
CREATE INDEX operation_action ON operation(action);

-- What was sent for an operation and what came back; rows are only ever added.
CREATE TABLE exchange (
  id        INTEGER PRIMARY KEY,                     -- its number
  operation INTEGER NOT NULL REFERENCES operation(id),  -- what it was for
  at_ns     INTEGER NOT NULL,                        -- when the answer came, or none did
  sent      TEXT NOT NULL,                           -- the request, in words, without secrets
  answer    TEXT NOT NULL                            -- what came back, or why nothing did
) STRICT;
CREATE INDEX exchange_operation ON exchange(operation);

-- A file that a program wrote through the mount, until a source has told of it.
CREATE TABLE incoming (
  photo      INTEGER PRIMARY KEY REFERENCES photo(id),  -- its inode, size and times
  stage      TEXT NOT NULL,            -- model.incoming.Stage
  draft      TEXT NOT NULL,            -- its file's name in kept/written; '' once it is sealed
  changed_ns INTEGER NOT NULL,         -- when it was last written, closed or renamed
  why        TEXT NOT NULL DEFAULT '', -- for 'local' and 'failed': why, a sentence
  action     INTEGER REFERENCES action(id), -- what the user did when it was written
  told       TEXT                    -- SHA-256 of what its source has, if that was whole here
) STRICT;
CREATE INDEX incoming_stage ON incoming(stage, changed_ns);

-- The wished part of album membership: the latest unsettled wish for a photo and an album.
CREATE TABLE wished_member (
  photo     INTEGER NOT NULL REFERENCES photo(id),      -- the photo
  album     INTEGER NOT NULL REFERENCES album(id),      -- the album
  joined    INTEGER NOT NULL,                           -- 1: to be in it, 0: not to be in it
  operation INTEGER NOT NULL REFERENCES operation(id),  -- the wish
  PRIMARY KEY (photo, album)
) STRICT, WITHOUT ROWID;
CREATE INDEX wished_member_album ON wished_member(album);

-- Which photos an album holds as the tree shows it: told, and on top of it wished.
CREATE VIEW shown_member AS
  SELECT m.album AS album, m.photo AS photo FROM membership m WHERE m.photo IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM wished_member w
      WHERE w.photo = m.photo AND w.album = m.album AND w.joined = 0)
  UNION
  SELECT w.album, w.photo FROM wished_member w WHERE w.joined = 1;

-- What a source can change, so that a verb that it cannot do is refused at once.
ALTER TABLE source ADD COLUMN writes TEXT NOT NULL DEFAULT '[]';
