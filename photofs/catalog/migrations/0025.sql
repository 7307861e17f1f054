-- Who opened a folder (docs/decisions/0030).
ALTER TABLE opened ADD COLUMN program TEXT NOT NULL DEFAULT '';
