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
