-- Mirrors: folders on disks that hold a file of each photo of a library.
CREATE TABLE mirror (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- its number, never used twice
  library     INTEGER NOT NULL REFERENCES library(id),  -- whose photos it holds
  root        TEXT NOT NULL UNIQUE,        -- the folder's absolute path
  marker      TEXT NOT NULL UNIQUE,        -- the random id in its marker file
  disk        TEXT NOT NULL,               -- the file system it lay on when last seen; a hint
  layout      TEXT NOT NULL,               -- the template of its folders
  albums      TEXT NOT NULL,               -- model.mirror.AlbumFolders
  settings    TEXT NOT NULL DEFAULT '{}',  -- JSON: further choices
  traits      TEXT NOT NULL,               -- JSON: model.mirror.Traits
  made_ns     INTEGER NOT NULL,            -- when it was added
  trouble     TEXT NOT NULL DEFAULT '',    -- why it cannot be worked on now, a sentence
  run_ns      INTEGER,                     -- the end of the last run that went through
  verified_ns INTEGER                      -- the end of the last verifying that went through
) STRICT;
CREATE INDEX mirror_library ON mirror(library);

-- A file in a mirror. None is forgotten while it is there: former bytes of a photo and photos that
-- vanished have rows as well.
CREATE TABLE mirrored (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- its number, never used twice
  mirror      INTEGER NOT NULL REFERENCES mirror(id),  -- where it lies
  photo       INTEGER REFERENCES photo(id),  -- whose bytes; NULL: not known (a mirror taken over)
  role        TEXT NOT NULL,               -- model.mirror.Role
  path        TEXT NOT NULL,               -- below the mirror's root
  fold        TEXT NOT NULL,               -- naming.fold(path): two such are one file to SMB
  moving      TEXT NOT NULL DEFAULT '',    -- the path to which it is just being moved
  wished      TEXT NOT NULL,               -- the path that it would have had without a clash
  placed_by   TEXT NOT NULL DEFAULT '',    -- the photo's name and date that it follows from
  shown_ns    INTEGER NOT NULL,            -- the capture instant that it was given as mtime
  content_key TEXT NOT NULL,               -- which version of the photo's bytes it is
  sha256      TEXT NOT NULL,               -- of its bytes
  size        INTEGER NOT NULL,            -- bytes; this and what follows as the disk told it ...
  mtime_ns    INTEGER NOT NULL,            -- ... when it was known to be right: its mtime,
  inode       INTEGER NOT NULL,            -- inode number (0: does not last on that disk),
  ctime_ns    INTEGER NOT NULL,            -- and ctime (the same)
  fidelity    TEXT NOT NULL,               -- model.photo.Fidelity
  observation INTEGER,                     -- observation(id) whose source gave the bytes, if known
  written_ns  INTEGER NOT NULL,            -- when it was written
  read_ns     INTEGER,                     -- when it was last re-read and found right; NULL: never
  state       TEXT NOT NULL,               -- model.mirror.CopyState
  why         TEXT NOT NULL DEFAULT ''     -- for other states than good: why, a sentence
) STRICT;
CREATE UNIQUE INDEX mirrored_fold ON mirrored(mirror, fold);
CREATE UNIQUE INDEX mirrored_current ON mirrored(mirror, photo) WHERE role = 'current';
CREATE INDEX mirrored_photo ON mirrored(photo);
CREATE INDEX mirrored_bytes ON mirrored(sha256);
CREATE INDEX mirrored_read ON mirrored(mirror, read_ns);
CREATE INDEX mirrored_moving ON mirrored(mirror) WHERE moving <> '';

-- Folders of a mirror in which something was begun or changed, so that their list of hashes has to
-- be written anew and leftovers of a killed run looked for.
CREATE TABLE mirror_stale (
  mirror INTEGER NOT NULL REFERENCES mirror(id),  -- the mirror
  folder TEXT NOT NULL,                           -- below its root; '' is the root
  PRIMARY KEY (mirror, folder)
) STRICT, WITHOUT ROWID;

-- A folder of a mirror that shows an album.
CREATE TABLE mirrored_album (
  mirror INTEGER NOT NULL REFERENCES mirror(id),  -- the mirror
  album  INTEGER NOT NULL,           -- album(id) whose folder it is
  path   TEXT NOT NULL,              -- below the mirror's root
  fold   TEXT NOT NULL,              -- naming.fold(path)
  shown  TEXT NOT NULL DEFAULT '',   -- stands for all that it was last made to show
  files  TEXT NOT NULL DEFAULT '{}', -- JSON: name -> what was made under it, and may be removed
  PRIMARY KEY (mirror, album)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX mirrored_album_fold ON mirrored_album(mirror, fold);
