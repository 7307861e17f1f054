-- What is asked of single photos and bytes, by index. At 100,000 photos: 2,000 errands of rules took
-- 2 s to judge, what else needs some bytes 17 ms to find, and 45 ms went before each original that
-- was brought, to know which ones stay in the Cache.
CREATE INDEX photo_binned ON photo(id) WHERE binned_ns IS NOT NULL;
CREATE INDEX operation_trash ON operation(photo) WHERE verb = 'trash';
CREATE INDEX operation_held ON operation(library, id) WHERE state = 'held';
CREATE INDEX operation_let_go ON operation(id)
  WHERE verb = 'let go' AND state IN ('planned', 'held', 'claimed', 'sent', 'unsure');
CREATE INDEX sent_bytes ON sent(sha256);
CREATE INDEX incoming_told ON incoming(told) WHERE told IS NOT NULL;
CREATE INDEX tombstone_bytes ON tombstone(sha256) WHERE sha256 IS NOT NULL;
-- operation_bytes comes with 0026: over a wish that is no JSON it could not be made.
