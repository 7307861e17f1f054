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
