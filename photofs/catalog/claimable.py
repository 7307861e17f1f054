"""Which wishes may be sent now, as one condition in SQL, and in which order.

Parameters: the source's id, the time, how many at most, whether those that send files, and whether
the service keeps albums without photos; and after which wish to begin.
"""

from typing import Final

OPEN: Final = "state IN ('planned', 'held', 'claimed', 'sent', 'unsure')"

BYTES: Final = "iif(json_valid(wish), wish ->> 'sha256', '')"
"""Of which bytes a wish is; '' if a damaged disk has made it no JSON: it may be of any."""

# in order: nothing of the same photo that was wished earlier is open (but for errands, which may
# wait for months; what lies in the service's trash waits for its way out), nor anything that
# changes the album itself; an album that is to be made does not bar its first photo, which makes
# it; nothing is
# done to an album that is to be removed but for what was wished of the album itself before (else
# both would wait for each other), nor to an album or photo that this source does not have (another
# source of the library may), but for its upload, which waits for no text that was wished before it,
# and for Trash, which is a mark here; where an album goes with its last photo, the last one that is
# to leave it waits for those to come, but for those that have to leave another album first (two
# albums may swap their photos).
# Each of the parts has its own index: an album that 10,000 photos are to join is met 10,000 times.
_ITSELF = "verb IN ('rename album', 'remove album')"
CLAIMABLE: Final = f"""o INDEXED BY operation_sendable
WHERE source = ?1 AND verb IN ('upload', 'replace') = ?4 AND state = 'planned'
AND id > ?6 AND not_before_ns <= ?2
AND (photo IS NULL OR verb IN ('upload', 'trash', 'restore') OR EXISTS (
  SELECT 1 FROM observation s WHERE s.photo = o.photo AND s.source = o.source AND s.gone = 0))
AND (album IS NULL OR EXISTS (SELECT 1 FROM album a WHERE a.id = o.album AND a.source = o.source))
AND (verb <> 'make album' OR ?5)
AND NOT EXISTS (
  SELECT 1 FROM operation e WHERE e.settled = 0 AND e.photo = o.photo AND e.id < o.id
  AND e.{OPEN} AND (e.source IS NOT NULL OR e.verb = 'restore')
  AND (o.verb <> 'upload' OR e.verb IN ('upload', 'replace', 'delete')))
AND NOT EXISTS (
  SELECT 1 FROM operation e INDEXED BY operation_of_album_itself
  WHERE e.settled = 0 AND e.{_ITSELF} AND e.album = o.album AND e.id < o.id AND e.{OPEN})
AND NOT EXISTS (
  SELECT 1 FROM operation e INDEXED BY operation_of_album_itself
  WHERE e.settled = 0 AND e.{_ITSELF} AND e.album = o.album AND e.id > o.id AND e.{OPEN}
  AND e.verb = 'remove album' AND o.verb NOT IN ('rename album', 'remove album'))
AND CASE WHEN verb <> 'leave' OR ?5 THEN 1 WHEN EXISTS (
  SELECT 1 FROM operation e WHERE e.settled = 0 AND e.album = o.album AND e.id > o.id
  AND e.verb = 'leave' AND e.{OPEN}) THEN 1 ELSE NOT EXISTS (
  SELECT 1 FROM operation e WHERE e.settled = 0 AND e.album = o.album AND e.verb = 'join'
  AND e.{OPEN} AND NOT EXISTS (
    SELECT 1 FROM operation b WHERE b.settled = 0 AND b.photo = e.photo AND b.id < e.id
    AND b.verb = 'leave' AND b.{OPEN})) END
ORDER BY id LIMIT ?3"""  # noqa: S608 - column names of ours

ERRANDS: Final = f"""o INDEXED BY operation_errand
WHERE library = ?1 AND source IS NULL AND settled = 0 AND state = 'planned' AND not_before_ns <= ?2
AND NOT EXISTS (
  SELECT 1 FROM operation e WHERE e.settled = 0 AND e.photo = o.photo AND e.id < o.id AND e.{OPEN})
ORDER BY id LIMIT ?3"""  # noqa: S608 - column names of ours
"""The errands that a hand may be given. Parameters: library, time, how many at most."""
