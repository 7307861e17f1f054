-- Which files in kept/written are this catalog's own: those of another one it must not sweep.
CREATE TABLE draft (
  name       TEXT NOT NULL PRIMARY KEY -- its file's name in kept/written
) STRICT, WITHOUT ROWID;
INSERT INTO draft(name) SELECT DISTINCT draft FROM incoming WHERE draft <> '';
