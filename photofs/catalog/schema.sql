-- The catalog: what is known of every library, and the journal of what the user wants changed.
--
-- This file is what a new catalog is made from; the files in migrations/ bring an old one to the
-- same shape (a test compares the two). All times are nanoseconds since 1970-01-01 UTC. All flags
-- are 0 or 1. Ids that the tree turns into inode numbers are AUTOINCREMENT, so none is used twice.
-- The invariants over these tables are listed and verified in check.py.

-- Small facts about the file itself.
CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,  -- 'next_entry': the number the next entry gets;
                                    -- 'embed': 1 if heads of pictures are to be learnt (splice)
  value INTEGER NOT NULL            -- its value
) STRICT, WITHOUT ROWID;

-- A folder of the tree. The root is row 0; its own name stands in its parent's entry.
CREATE TABLE folder (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,  -- half of the folder's inode number
  parent     INTEGER REFERENCES folder(id),  -- the folder it stands in; NULL for the root
  kind       TEXT NOT NULL,                  -- model.folder.FolderKind
  key        TEXT NOT NULL,                  -- what it stands for, unique per parent and kind
  name       TEXT NOT NULL,                  -- the name wished for; a clash may have changed it
  library    INTEGER,                        -- library(id); NULL for the root
  album      INTEGER,                        -- album(id) that it shows, for kind 'album'
  mtime_ns   INTEGER NOT NULL,               -- when an entry last came, went or was renamed
  ctime_ns   INTEGER NOT NULL,               -- the same, or when it was renamed or moved
  subfolders INTEGER NOT NULL DEFAULT 0      -- counter: entries in it that are folders
) STRICT;
CREATE UNIQUE INDEX folder_key ON folder(parent, kind, key);
CREATE INDEX folder_library ON folder(library, kind, key);
CREATE INDEX folder_album ON folder(album) WHERE album IS NOT NULL;

-- What a top folder shows.
CREATE TABLE library (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,  -- its number, never used twice
  name     TEXT NOT NULL UNIQUE,        -- the top folder's name
  folder   INTEGER NOT NULL REFERENCES folder(id),  -- the top folder
  removing INTEGER NOT NULL DEFAULT 0,  -- 1: the user removed it, rows are being deleted
  photos   INTEGER NOT NULL DEFAULT 0,  -- counter: photos that are not gone
  bytes    INTEGER NOT NULL DEFAULT 0,  -- counter: the sum of their sizes
  dates    TEXT NOT NULL DEFAULT '',    -- the template of Dates that it was placed by; '': none yet
  zone     TEXT NOT NULL DEFAULT ''     -- the zone set when it was filed; '': not filed yet
) STRICT;

-- One provider account or archive folder behind a library.
CREATE TABLE source (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- its number, never used twice
  library      INTEGER NOT NULL REFERENCES library(id),  -- the library that it stands behind
  provider     TEXT NOT NULL,               -- the provider's folder name, such as 'takeout'
  account      TEXT,                        -- the service's id of the account; set once
  config       TEXT NOT NULL,               -- the provider's own JSON
  folders      TEXT NOT NULL DEFAULT '[]',  -- JSON list: special top folders that it can fill
  cursor       TEXT,                        -- where the next scan begins
  full_scan_ns INTEGER,                     -- the end of the last complete full scan
  scan_ns      INTEGER,                     -- the end of the last complete scan of any kind
  trouble      TEXT NOT NULL DEFAULT '',    -- why it cannot be scanned or read now, a sentence
  writes       TEXT NOT NULL DEFAULT '[]'   -- JSON list: the functions of port.Writes that it has
) STRICT;
CREATE INDEX source_library ON source(library);

-- One run of a scan. A run without an end was killed; it counts for no absence.
CREATE TABLE scan (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- its number; later runs have higher ones
  source      INTEGER NOT NULL REFERENCES source(id),  -- what was scanned
  started_ns  INTEGER NOT NULL,            -- when it began
  finished_ns INTEGER,                     -- NULL: still running, or killed
  kind        TEXT,                        -- 'full' or 'incremental'; told at its end
  complete    INTEGER NOT NULL DEFAULT 0,  -- 1: the source told its end and all of it was filed
  seen        INTEGER NOT NULL DEFAULT 0,  -- how many photos were told of
  added       INTEGER NOT NULL DEFAULT 0,  -- of these, not known before
  changed     INTEGER NOT NULL DEFAULT 0,  -- of these, told otherwise than before
  gone        INTEGER NOT NULL DEFAULT 0   -- photos that went with this scan
) STRICT;
CREATE INDEX scan_source ON scan(source);

-- A photo as the tree shows it. What listings read comes first; the describing facts (description,
-- tags, page) are read from the observation. A photo that is gone keeps its row, and its id, for
-- ever, so that it is the same inode if it comes back.
CREATE TABLE photo (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- the inode number is twice this plus one
  size         INTEGER NOT NULL,            -- bytes, or an estimate
  size_exact   INTEGER NOT NULL,            -- 1: size is not an estimate
  mtime_ns     INTEGER NOT NULL,            -- the instant of capture as shown
  ctime_ns     INTEGER NOT NULL,            -- when its metadata or bytes last changed
  places       INTEGER NOT NULL DEFAULT 0,  -- counter: entries that name it (st_nlink)
  library      INTEGER NOT NULL REFERENCES library(id),  -- the library that shows it
  media        TEXT NOT NULL,               -- model.photo.Media
  name         TEXT NOT NULL,               -- the name wished for in every folder
  title        TEXT,                        -- the service's title
  file_name    TEXT,                        -- the original's file name, as the source tells
  content_key  TEXT NOT NULL,               -- changes when the bytes may have changed
  sha256       TEXT,                        -- of the original, once it was whole here
  taken_local  TEXT,                        -- local capture time or date, ISO 8601; NULL unknown
  granularity  INTEGER NOT NULL,            -- how exact: model.capture_time.Granularity
  taken_how    TEXT NOT NULL,               -- which facts gave it, in words
  favorite     INTEGER NOT NULL,            -- 1: in Favorites
  archived     INTEGER NOT NULL,            -- 1: in Archive
  trashed      INTEGER NOT NULL,            -- 1: in Trash alone
  owned        INTEGER NOT NULL,            -- 0: somebody else's, shown as a favourite
  missing      INTEGER NOT NULL,            -- 1: the source has its facts but not its bytes
  gone         INTEGER NOT NULL DEFAULT 0,  -- 1: no source has it any more; in no folder
  pinned       INTEGER NOT NULL DEFAULT 0,  -- 1: the user wants its bytes kept here
  trouble      TEXT NOT NULL DEFAULT '',    -- why its bytes cannot be had, a sentence
  binned_ns    INTEGER,                     -- in Trash by a mark here, since then; NULL: it is not
  set_mtime_ns INTEGER                      -- the time that a copying program set; NULL: none did
) STRICT;
CREATE INDEX photo_library ON photo(library);
CREATE INDEX photo_unsized ON photo(id) WHERE size_exact = 0 AND gone = 0;
CREATE INDEX photo_pinned ON photo(id) WHERE pinned = 1;
CREATE INDEX photo_binned ON photo(id) WHERE binned_ns IS NOT NULL;
CREATE INDEX photo_troubled ON photo(library) WHERE trouble <> '';

-- The latest word of one source on one remote id.
CREATE TABLE observation (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,  -- its number, in the order first told of
  source     INTEGER NOT NULL REFERENCES source(id),  -- who told
  remote_id  TEXT NOT NULL,               -- the source's own id
  photo      INTEGER NOT NULL REFERENCES photo(id),  -- several sources may tell of one photo
  as_of_ns   INTEGER NOT NULL,            -- the moment for which the facts held
  first_scan INTEGER NOT NULL,            -- scan(id) that first told of it
  last_scan  INTEGER NOT NULL,            -- scan(id) that last told of it
  absent     INTEGER NOT NULL DEFAULT 0,  -- 1: not in an inventory; 2: nor in one apart from it;
                                          -- 3: gone by the source's word; 4: the user agreed
  absent_ns  INTEGER,                     -- when the first of these was taken
  gone       INTEGER NOT NULL DEFAULT 0,  -- 1: taken for deleted at the source
  seen       TEXT NOT NULL                -- the whole PhotoSeen as JSON, as_of_ns as 0
) STRICT;
CREATE UNIQUE INDEX observation_remote ON observation(source, remote_id);
CREATE INDEX observation_photo ON observation(photo);
CREATE INDEX observation_absent ON observation(source) WHERE absent > 0;
-- The files of one shot (a live pair, RAW and JPEG, an edited copy) have one set_key.
CREATE INDEX observation_set ON observation(source, iif(json_valid(seen), seen ->> '$.set_key', NULL))
  WHERE iif(json_valid(seen), seen ->> '$.set_key', NULL) IS NOT NULL;

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
CREATE INDEX sent_bytes ON sent(sha256);

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

-- By which clocks an absence was noted: found by its wall time, as the columns absent_ns and
-- emptied_ns have it.
CREATE TABLE moment (
  wall_ns INTEGER PRIMARY KEY,  -- the wall time
  boot    TEXT NOT NULL,        -- which start of the machine; '' if nobody knows
  boot_ns INTEGER NOT NULL      -- nanoseconds since that start, sleep counted
) STRICT;

-- An original that was whole and verified on this disk at some time.
CREATE TABLE original (
  sha256    TEXT NOT NULL PRIMARY KEY,  -- of all its bytes, lower-case hex
  size      INTEGER NOT NULL,           -- bytes
  sealed_ns INTEGER NOT NULL,           -- when it was first sealed here
  crc32     TEXT                        -- of all its bytes, 8 hex digits; NULL: not known
) STRICT, WITHOUT ROWID;

-- An album of a source.
CREATE TABLE album (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- its number, never used twice
  source      INTEGER NOT NULL REFERENCES source(id),  -- who told of it
  remote_id   TEXT NOT NULL,               -- the source's own id
  title       TEXT NOT NULL,               -- as the source tells it
  description TEXT,                        -- as the source tells it
  position    INTEGER NOT NULL,            -- the service's order of albums
  as_of_ns    INTEGER NOT NULL,            -- the moment for which the facts held
  last_scan   INTEGER NOT NULL,            -- scan(id) that last told of it
  absent      INTEGER NOT NULL DEFAULT 0,  -- complete full scans in a row without it
  gone        INTEGER NOT NULL DEFAULT 0,  -- 1: no more; its folder goes, its photos stay
  absent_ns   INTEGER,                     -- when the first of the scans without it ended
  emptied_ns  INTEGER,                     -- when it was first told without its members
  lead        INTEGER                      -- album(id) whose folder shows it; NULL: its own does
) STRICT;
CREATE UNIQUE INDEX album_remote ON album(source, remote_id);
CREATE INDEX album_title ON album(title);
CREATE INDEX album_lead ON album(lead) WHERE lead IS NOT NULL;

-- Which photos an album holds; members may be told of before the photo itself is.
CREATE TABLE membership (
  album     INTEGER NOT NULL REFERENCES album(id),  -- the album
  remote_id TEXT NOT NULL,                 -- the member's id at the album's source
  position  INTEGER NOT NULL,              -- the service's order within the album
  photo     INTEGER REFERENCES photo(id),  -- NULL until the photo was told of
  PRIMARY KEY (album, remote_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_photo ON membership(photo) WHERE photo IS NOT NULL;
CREATE INDEX membership_unseen ON membership(remote_id) WHERE photo IS NULL;

-- A folder of albums, where the service nests them.
CREATE TABLE collection (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,  -- its number, never used twice
  source    INTEGER NOT NULL REFERENCES source(id),  -- who told of it
  remote_id TEXT NOT NULL,              -- the source's own id
  title     TEXT NOT NULL,              -- as the source tells it
  parent    TEXT,                       -- remote_id of the collection that holds it
  position  INTEGER NOT NULL,           -- the service's order
  last_scan INTEGER NOT NULL,           -- scan(id) that last told of it
  absent    INTEGER NOT NULL DEFAULT 0,  -- complete full scans in a row without it
  absent_ns INTEGER                     -- when the first of these ended
) STRICT;
CREATE UNIQUE INDEX collection_remote ON collection(source, remote_id);

-- Which albums a collection holds, by remote id, for an album may be told of later.
CREATE TABLE shelving (
  collection INTEGER NOT NULL REFERENCES collection(id),  -- the collection
  album      TEXT NOT NULL,     -- the album's remote_id at the collection's source
  position   INTEGER NOT NULL,  -- the service's order within the collection
  PRIMARY KEY (collection, album)
) STRICT, WITHOUT ROWID;
CREATE INDEX shelving_album ON shelving(album);

-- A name in a folder: the hot path. `id` is the listing cookie; it grows and is never used twice.
CREATE TABLE entry (
  folder    INTEGER NOT NULL REFERENCES folder(id),  -- the folder that the name stands in
  id        INTEGER NOT NULL,               -- the cookie
  name      TEXT NOT NULL,                  -- exactly as shown
  fold      TEXT NOT NULL,                  -- naming.fold(name): equal for names that clash
  photo     INTEGER REFERENCES photo(id),   -- either a photo ...
  subfolder INTEGER REFERENCES folder(id),  -- ... or a folder
  PRIMARY KEY (folder, id),
  CHECK ((photo IS NULL) <> (subfolder IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entry_fold ON entry(folder, fold);
CREATE INDEX entry_photo ON entry(photo) WHERE photo IS NOT NULL;
CREATE UNIQUE INDEX entry_subfolder ON entry(subfolder) WHERE subfolder IS NOT NULL;

-- Photos whose places have to be worked out anew (their album changed, or went). Emptied in small
-- transactions; what a killed scan left here is done by the next one.
CREATE TABLE to_place (
  photo INTEGER PRIMARY KEY REFERENCES photo(id)  -- the photo
) STRICT;

-- What a mount with --embed shows in place of the first bytes of a picture that tells no date or
-- place. Learnt by the agent; can be learnt again.
CREATE TABLE splice (
  photo       INTEGER PRIMARY KEY REFERENCES photo(id),  -- whose bytes
  content_key TEXT NOT NULL,     -- of which version of them, and ...
  size        INTEGER NOT NULL,  -- ... how long that is; of another one nothing is known yet
  ctime_ns    INTEGER NOT NULL,  -- the photo's then: its facts may have changed if it is another
  skip        INTEGER NOT NULL,  -- so many bytes are not shown ...
  head        BLOB NOT NULL      -- ... but these; empty: the picture is shown as it is
) STRICT;

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

-- The journal: one wish of the user each, with its states as model/operation.py has them.
CREATE TABLE operation (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,  -- its number; the order of wishes
  key           TEXT NOT NULL UNIQUE,      -- random, so that a restored backup is noticed
  library       INTEGER NOT NULL,          -- kept after the library is gone, so no reference
  source        INTEGER,                   -- where it is to be sent; NULL: a hand does it
  photo         INTEGER,                   -- what it is about, if that is a photo
  verb          TEXT NOT NULL,             -- model.wish.WishVerb
  wish          TEXT NOT NULL,             -- its details, JSON
  state         TEXT NOT NULL,             -- model.operation.State
  reason        TEXT NOT NULL DEFAULT '',  -- why it waits or was given up, a sentence
  planned_ns    INTEGER NOT NULL,          -- when it was wished
  not_before_ns INTEGER NOT NULL,          -- the end of its grace, or of a pause after a refusal
  changed_ns    INTEGER NOT NULL,          -- when its state last changed
  action        INTEGER REFERENCES action(id),  -- what the user did when it was wished
  album         INTEGER,                   -- the album that it is about, if it is about one
  tries         INTEGER NOT NULL DEFAULT 0,     -- how often it was sent
  settled       INTEGER NOT NULL DEFAULT 0      -- 1: what the sources tell holds its outcome
) STRICT;
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
CREATE INDEX operation_upload ON operation(photo) WHERE verb = 'upload';
CREATE INDEX operation_trash ON operation(photo) WHERE verb = 'trash';
CREATE INDEX operation_held ON operation(library, id) WHERE state = 'held';
CREATE INDEX operation_let_go ON operation(id)
  WHERE verb = 'let go' AND state IN ('planned', 'held', 'claimed', 'sent', 'unsure');
CREATE INDEX operation_bytes ON operation(iif(json_valid(wish), wish ->> 'sha256', ''))
  WHERE state IN ('planned', 'held', 'claimed', 'sent', 'unsure')
  AND iif(json_valid(wish), wish ->> 'sha256', '') IS NOT NULL;
CREATE INDEX operation_errand ON operation(library, id) WHERE source IS NULL AND settled = 0;
CREATE INDEX operation_overruled ON operation(library, changed_ns)
  WHERE source IS NULL AND state = 'done' AND reason <> '';

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
CREATE INDEX incoming_told ON incoming(told) WHERE told IS NOT NULL;

-- Each file that this catalog ever had programs write; only of these it removes what it does not
-- need. Files of an older or a lost catalog are unknown to it, and stay.
CREATE TABLE draft (
  name       TEXT NOT NULL PRIMARY KEY -- its file's name in kept/written
) STRICT, WITHOUT ROWID;

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

-- The trash of the mount: what a file manager put there of photos and albums, and the way back.
CREATE TABLE discard (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,  -- its number; an album's inode number there
  owner     INTEGER NOT NULL,        -- whose trash: the number of a user of this machine
  name      BLOB NOT NULL,           -- its name in "files", byte for byte
  kind      TEXT NOT NULL,           -- model.discard.DiscardKind
  library   INTEGER NOT NULL,        -- where it was; this and what follows outlive their rows
  photo     INTEGER,                 -- the photo, unless it is an album
  album     INTEGER,                 -- the album that it is, or that the photo left
  folder    INTEGER NOT NULL,        -- folder(id) that it stood in, which stays meanwhile
  was       TEXT NOT NULL,           -- its name there
  operation INTEGER,                 -- the wish that came of it; NULL: none did
  held      TEXT NOT NULL DEFAULT '{}',  -- JSON: an album's title, photos in order, files
  at_ns     INTEGER NOT NULL         -- when it was put there
) STRICT;
CREATE UNIQUE INDEX discard_name ON discard(owner, name);
CREATE INDEX discard_folder ON discard(folder);

-- Of these, what really lies there: what came back by another way (undo, `photofs trash restore`,
-- `mv` out of Trash, a scan) does not.
CREATE VIEW lying AS
  SELECT d.* FROM discard d LEFT JOIN photo p ON p.id = d.photo AND p.gone = 0
  WHERE CASE d.kind
    WHEN 'trashed' THEN p.trashed = 1
    WHEN 'left' THEN p.id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM shown_member m WHERE m.photo = d.photo AND m.album = d.album)
    WHEN 'unmarked' THEN p.favorite = 0
    WHEN 'album' THEN EXISTS (SELECT 1 FROM album a WHERE a.id = d.album AND a.gone = 1)
    ELSE p.id IS NOT NULL END;

-- A mirror: a folder on a disk that holds a file of each photo of a library.
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
  why         TEXT NOT NULL DEFAULT '',    -- for other states than good: why, a sentence
  original    TEXT,                        -- SHA-256 of the original that facts were written into;
                                           -- NULL: the file is the original
  cut_at      INTEGER,                     -- where bytes were put in, without which it is that, ...
  cut_size    INTEGER                      -- ... and how many; NULL: it was written anew as a whole
) STRICT;
CREATE UNIQUE INDEX mirrored_fold ON mirrored(mirror, fold);
CREATE UNIQUE INDEX mirrored_current ON mirrored(mirror, photo) WHERE role = 'current';
CREATE INDEX mirrored_photo ON mirrored(photo);
CREATE INDEX mirrored_bytes ON mirrored(sha256);
CREATE INDEX mirrored_read ON mirrored(mirror, read_ns);
CREATE INDEX mirrored_moving ON mirrored(mirror) WHERE moving <> '';
CREATE INDEX mirrored_wrong ON mirrored(mirror) WHERE state <> 'good';

-- Folders of a mirror in which something was begun or changed, so that their list of hashes has to
-- be written anew and leftovers of a killed run looked for.
CREATE TABLE mirror_stale (
  mirror INTEGER NOT NULL REFERENCES mirror(id),  -- the mirror
  folder TEXT NOT NULL,                           -- below its root; '' is the root
  PRIMARY KEY (mirror, folder)
) STRICT, WITHOUT ROWID;

-- What photofs writes beside a mirror's files, sidecars and albums.json (docs/decisions/0027); and
-- what verifying found wrong there, lists of hashes as well.
CREATE TABLE mirror_beside (
  mirror   INTEGER NOT NULL REFERENCES mirror(id),  -- the mirror
  path     TEXT NOT NULL,               -- below its root
  sha256   TEXT NOT NULL DEFAULT '',    -- of what was written there last; '': not known
  mtime_ns INTEGER NOT NULL DEFAULT 0,  -- its mtime as the disk told it then
  why      TEXT NOT NULL DEFAULT '',    -- why it is wrong, a sentence; '': right as far as known
  PRIMARY KEY (mirror, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX mirror_beside_wrong ON mirror_beside(mirror, path) WHERE why <> '';

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

-- What the user had deleted: a scan does not bring it back.
CREATE TABLE tombstone (
  provider  TEXT NOT NULL,     -- with the account: outlives the source's row
  account   TEXT NOT NULL,     -- the service's id of the account, '' if unknown
  remote_id TEXT NOT NULL,     -- the source's own id
  sha256    TEXT,              -- of the bytes, if they were known
  buried_ns INTEGER NOT NULL,  -- when it was deleted
  PRIMARY KEY (provider, account, remote_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstone_bytes ON tombstone(sha256) WHERE sha256 IS NOT NULL;

-- What was seen, run and armed of the user's rules.
CREATE TABLE rule (
  name   TEXT NOT NULL PRIMARY KEY,  -- as rules.toml has it
  seen   TEXT NOT NULL DEFAULT '',   -- stands for the rule and the outcome that was shown last
  ran    TEXT NOT NULL DEFAULT '',   -- stands for the rule that was last run by hand
  armed  TEXT NOT NULL DEFAULT '',   -- stands for the rule that the agent may run; '': none
  run_ns INTEGER,                    -- when it was last run
  told   TEXT NOT NULL DEFAULT ''    -- what came of it, a sentence
) STRICT, WITHOUT ROWID;

-- By which clocks rules were looked at last: what time it is must follow from it. The wall time is
-- that of the first look and goes on by the other clock (model/rule_plan.py, `trusted`).
CREATE TABLE rule_clock (
  id      INTEGER PRIMARY KEY CHECK (id = 1),  -- there is one
  wall_ns INTEGER NOT NULL,  -- the wall clock
  boot    TEXT NOT NULL,     -- which start of the machine; '' if nobody knows
  boot_ns INTEGER NOT NULL   -- nanoseconds since that start, sleep counted
) STRICT;

-- What was last written outside of the catalog by which it knows itself again: a catalog from an
-- older backup, or a new one, finds another word there than its own (docs/decisions/0022).
CREATE TABLE witness (
  place     TEXT NOT NULL PRIMARY KEY,  -- 'home', or 'mirror' and the id in its marker
  token     TEXT,             -- what stands there; NULL: nothing; '*': whatever does is believed
  following TEXT,             -- what is just being put there in its place; NULL: nothing is
  rolled_ns INTEGER NOT NULL  -- when that was last done
) STRICT, WITHOUT ROWID;

-- Why the catalog may not know what happened last; while there is a row, nothing is taken away.
CREATE TABLE doubt (
  id       INTEGER PRIMARY KEY CHECK (id = 1),  -- there is one at the most
  why      TEXT NOT NULL,    -- a sentence
  since_ns INTEGER NOT NULL  -- when that was found out
) STRICT;

-- What photofs wrote into the desktop's folder of thumbnails, so that it goes when it is of no more
-- use (docs/decisions/0030). A row refers to nothing: it has to outlive what it tells of, or nobody
-- would know which file to remove.
CREATE TABLE thumbnail (
  point       BLOB NOT NULL,     -- the mount point, an absolute path
  folder      INTEGER NOT NULL,  -- the entry's folder ...
  entry       INTEGER NOT NULL,  -- ... and its cookie: neither is ever used twice
  size        TEXT NOT NULL,     -- model.thumbnail.ThumbnailSize, the folder's name
  path        TEXT NOT NULL,     -- below the mount point, with its slash, as it was then
  mtime       INTEGER NOT NULL,  -- the photo's as it was shown then, in whole seconds
  length      INTEGER,           -- its size as it was shown then; NULL: the thumbnail tells none
  content_key TEXT NOT NULL,     -- of the bytes that it shows
  bytes       INTEGER NOT NULL,  -- that the PNG takes up; 0: there is none to be had of these bytes
  made        INTEGER NOT NULL,  -- 0: about to be written, which a kill may have prevented
  PRIMARY KEY (point, folder, entry, size)
) STRICT, WITHOUT ROWID;

-- Folders that somebody opened in a mount: what is filled first, and let go last.
CREATE TABLE opened (
  folder    INTEGER PRIMARY KEY,     -- folder(id), or that of one that is gone
  opened_ns INTEGER NOT NULL,        -- when it was last opened; of several at once, the first last
  program   TEXT NOT NULL DEFAULT '' -- by which program; '' for `photofs thumbnails fill`
) STRICT;

-- When the next request to a host may go out; shared by all processes (pacing.py).
CREATE TABLE pacing (
  key         TEXT NOT NULL PRIMARY KEY,  -- host and API key
  interval_ns INTEGER NOT NULL,           -- between two requests, adaptive
  free_ns     INTEGER NOT NULL,           -- the next free place for background work
  person_ns   INTEGER NOT NULL,           -- the next free place for a person's request
  quiet_ns    INTEGER NOT NULL,           -- background work steps aside until then
  closed_ns   INTEGER NOT NULL,           -- nobody asks before then
  throttled   INTEGER NOT NULL            -- how many requests in a row were throttled
) STRICT, WITHOUT ROWID;

-- Requests made to a host on one day, against a daily budget.
CREATE TABLE quota (
  key  TEXT NOT NULL,     -- host and API key
  day  INTEGER NOT NULL,  -- days since 1970-01-01 in the zone by whose midnights they are counted
  used INTEGER NOT NULL,  -- requests made
  PRIMARY KEY (key, day)
) STRICT, WITHOUT ROWID;

-- One line of a source's report. Those of a scan that was not complete are not shown.
CREATE TABLE finding (
  id     INTEGER PRIMARY KEY,  -- its number
  source INTEGER NOT NULL REFERENCES source(id),  -- whose report
  scan   INTEGER NOT NULL,     -- scan(id) that found it
  kind   TEXT NOT NULL,        -- model.observation.FindingKind
  path   TEXT NOT NULL,        -- which file
  why    TEXT NOT NULL         -- what about it, a sentence
) STRICT;
CREATE INDEX finding_source ON finding(source, scan);

-- What the kernel may have cached and is no longer true; the oldest rows are trimmed away.
CREATE TABLE change (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,  -- without gaps, so that a reader sees a trim
  ino      INTEGER NOT NULL,  -- whose attributes, or whose entry
  parent   INTEGER,           -- inode number of the folder, if an entry changed
  name     TEXT,              -- the entry's name, if an entry changed
  content  INTEGER NOT NULL   -- 1: the bytes may have changed
) STRICT;

CREATE TRIGGER entry_added AFTER INSERT ON entry BEGIN
  INSERT INTO change(ino, parent, name, content) VALUES (
    iif(new.photo IS NULL, new.subfolder * 2, new.photo * 2 + 1),
    iif(new.folder = 0, 1, new.folder * 2), new.name, 0);
END;

CREATE TRIGGER entry_removed AFTER DELETE ON entry BEGIN
  INSERT INTO change(ino, parent, name, content) VALUES (
    iif(old.photo IS NULL, old.subfolder * 2, old.photo * 2 + 1),
    iif(old.folder = 0, 1, old.folder * 2), old.name, 0);
END;

CREATE TRIGGER entry_renamed AFTER UPDATE OF name ON entry WHEN new.name <> old.name BEGIN
  INSERT INTO change(ino, parent, name, content) VALUES
    (iif(old.photo IS NULL, old.subfolder * 2, old.photo * 2 + 1),
     iif(old.folder = 0, 1, old.folder * 2), old.name, 0),
    (iif(new.photo IS NULL, new.subfolder * 2, new.photo * 2 + 1),
     iif(new.folder = 0, 1, new.folder * 2), new.name, 0);
END;

CREATE TRIGGER folder_changed AFTER UPDATE OF mtime_ns, ctime_ns, subfolders ON folder
WHEN new.mtime_ns <> old.mtime_ns OR new.ctime_ns <> old.ctime_ns
  OR new.subfolders <> old.subfolders BEGIN
  INSERT INTO change(ino, parent, name, content)
    VALUES (iif(new.id = 0, 1, new.id * 2), NULL, NULL, 0);
END;

CREATE TRIGGER photo_changed
AFTER UPDATE OF size, size_exact, mtime_ns, ctime_ns, places, content_key ON photo
WHEN new.size <> old.size OR new.size_exact <> old.size_exact OR new.mtime_ns <> old.mtime_ns
  OR new.ctime_ns <> old.ctime_ns OR new.places <> old.places
  OR new.content_key <> old.content_key BEGIN
  INSERT INTO change(ino, parent, name, content)
    VALUES (new.id * 2 + 1, NULL, NULL, new.content_key <> old.content_key);
END;

CREATE TRIGGER photo_counted AFTER INSERT ON photo WHEN new.gone = 0 BEGIN
  UPDATE library SET photos = photos + 1, bytes = bytes + new.size WHERE id = new.library;
END;

CREATE TRIGGER photo_uncounted AFTER DELETE ON photo WHEN old.gone = 0 BEGIN
  UPDATE library SET photos = photos - 1, bytes = bytes - old.size WHERE id = old.library;
END;

CREATE TRIGGER photo_recounted AFTER UPDATE OF size, gone ON photo
WHEN new.size <> old.size OR new.gone <> old.gone BEGIN
  UPDATE library SET
    photos = photos + old.gone - new.gone,
    bytes = bytes + (1 - new.gone) * new.size - (1 - old.gone) * old.size
  WHERE id = new.library;
END;

INSERT INTO meta(key, value) VALUES ('next_entry', 1);
INSERT INTO folder(id, parent, kind, key, name, library, album, mtime_ns, ctime_ns)
  VALUES (0, NULL, 'root', '', '', NULL, NULL, 0, 0);
