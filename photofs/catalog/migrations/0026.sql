-- Of which bytes an open wish is, by index. One wish that a damaged disk had made no JSON kept the
-- whole catalog from being brought up to date: it may be of any bytes, and stands under ''.
DROP INDEX IF EXISTS operation_bytes;
CREATE INDEX operation_bytes ON operation(iif(json_valid(wish), wish ->> 'sha256', ''))
  WHERE state IN ('planned', 'held', 'claimed', 'sent', 'unsure')
  AND iif(json_valid(wish), wish ->> 'sha256', '') IS NOT NULL;
