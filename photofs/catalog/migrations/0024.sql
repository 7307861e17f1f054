-- What rules and removals ask of many photos at once, by index: 2,000 errands took 2 s to judge, and
-- each question what else needs some bytes went through all that was ever sent.
CREATE INDEX operation_trash ON operation(photo) WHERE verb = 'trash';
CREATE INDEX sent_bytes ON sent(sha256);
CREATE INDEX incoming_told ON incoming(told) WHERE told IS NOT NULL;
CREATE INDEX tombstone_bytes ON tombstone(sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX operation_bytes ON operation(wish ->> 'sha256')
  WHERE state IN ('planned', 'held', 'claimed', 'sent', 'unsure') AND wish ->> 'sha256' IS NOT NULL;
