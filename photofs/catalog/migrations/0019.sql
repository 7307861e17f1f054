-- Copies in mirrors into which facts were written (mirror add --embed, docs/decisions/0023).
ALTER TABLE mirrored ADD COLUMN original TEXT;
ALTER TABLE mirrored ADD COLUMN cut_at INTEGER;
ALTER TABLE mirrored ADD COLUMN cut_size INTEGER;
