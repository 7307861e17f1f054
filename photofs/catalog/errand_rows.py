"""Errands in the journal: wishes that a hand does on the photo's page (docs/decisions/0017)."""

from photofs.catalog.claimable import ERRANDS, OPEN
from photofs.catalog.journal import OperationRow
from photofs.catalog.journal_reads import JournalReading
from photofs.model.operation import State
from photofs.model.wish import WishVerb

TAKEN_BACK = "taken back, for its rule does not mean it any more: "
"""How the reason of an errand begins that photofs itself has taken back."""

_EVERY = "source IS NULL AND settled = 0 AND library = ?1"

_OF_RULES = f"""
SELECT id FROM operation INDEXED BY operation_errand WHERE {_EVERY} AND {OPEN} AND id > ?2
  AND wish ->> 'rule' IS NOT NULL ORDER BY id LIMIT ?3"""  # noqa: S608 - words of ours

_SET_KEY = "iif(json_valid({0}.seen), {0}.seen ->> '$.set_key', NULL)"
_ON_PAGE = f"""
SELECT DISTINCT o.photo FROM observation o JOIN photo p ON p.id = o.photo
WHERE o.id IN (
  SELECT t.observation FROM trace t WHERE t.library = ?1 AND t.kind = 'page'
  AND t.value >= ?3 || '#' AND t.value < ?3 || '$'
  UNION SELECT b.id FROM observation a JOIN observation b ON b.source = a.source
  AND {_SET_KEY.format("b")} = {_SET_KEY.format("a")} WHERE a.photo = ?2 AND a.gone = 0)
AND o.gone = 0 AND o.photo <> ?2 AND p.library = ?1
AND iif(json_valid(o.seen), o.seen ->> '$.page_url', NULL) = ?3 ORDER BY o.photo"""  # noqa: S608 - words of ours


def is_errand(row: OperationRow) -> bool:
    """Whether a wish is no source's, but a hand's; a last copy that is let go is neither's."""
    return row.wish.source is None and row.wish.verb != WishVerb.LET_GO


class ErrandRows(JournalReading):
    """Operations without a source."""

    def errands_ready(self, library_id: int, now_ns: int, most: int) -> list[OperationRow]:
        """Those that a hand may be given now, oldest first; later wishes wait for earlier ones."""
        values = (library_id, now_ns, most)
        rows = self.database.all(f"SELECT id FROM operation {ERRANDS}", values)  # noqa: S608 - words of ours
        return [self.operation(number) for (number,) in rows]

    def errands_begun(self, library_id: int) -> list[OperationRow]:
        """Those that a hand was given, of which nobody has said yet how they ended."""
        return self._operations(
            f"{_EVERY} AND state IN ('claimed', 'sent', 'unsure')", (library_id,)
        )

    def errands_open(self, library_id: int) -> list[OperationRow]:
        """All that are not over."""
        return self._operations(f"{_EVERY} AND {OPEN}", (library_id,))

    def errands_of_rules(self, library_id: int, after: int, most: int) -> list[OperationRow]:
        """Those that a rule wished, with ids above `after`, oldest first; at most so many."""
        rows = self.database.all(_OF_RULES, (library_id, after, most))
        return [self.operation(number) for (number,) in rows]

    def errands_unsettled(self, library_id: int) -> list[int]:
        """The ids of those that are laid over what the sources tell, done ones included."""
        rows = self.database.all(
            f"SELECT id FROM operation WHERE {_EVERY} ORDER BY id",  # noqa: S608 - words of ours
            (library_id,),
        )
        return [number for (number,) in rows]

    def errands_of_photo(self, photo_id: int) -> list[OperationRow]:
        """The same of one photo."""
        return self._operations("photo = ?1 AND settled = 0 AND source IS NULL", (photo_id,))

    def others_on_page(self, library_id: int, photo_id: int, page: str) -> list[int]:
        """The other photos of a library that have the same page at the service: files of a shot.

        Found by the page as it was traced, or as files of one shot; taken if told of it now.
        """
        rows = self.database.all(_ON_PAGE, (library_id, photo_id, page))
        return [photo for (photo,) in rows]

    def count_errands(self, library_id: int | None = None) -> list[tuple[str, State, int]]:
        """How many are not over and not held: verb, state, number."""
        rows = self.database.all(
            "SELECT verb, state, count(*) FROM operation"  # noqa: S608 - words of ours
            " WHERE source IS NULL AND settled = 0 AND (?1 IS NULL OR library = ?1)"
            f" AND {OPEN} AND state <> 'held' GROUP BY verb, state ORDER BY min(id)",
            (library_id,),
        )
        return [(verb, State(state), number) for verb, state, number in rows]

    def taken_back(self, library_id: int, since_ns: int) -> list[OperationRow]:
        """The errands of rules that photofs itself has taken back since, oldest first."""
        return self._operations(
            "library = ?1 AND source IS NULL AND state = 'cancelled' AND changed_ns >= ?2"
            " AND substr(reason, 1, length(?3)) = ?3",
            (library_id, since_ns, TAKEN_BACK),
        )

    def overruled_of_photo(self, photo_id: int) -> list[OperationRow]:
        """Those of one photo of which a source has told since that it is not so."""
        row = self.database.one("SELECT library FROM photo WHERE id = ?", (photo_id,))
        told = self.overruled(row[0], 0) if row else []
        return [each for each in told if each.wish.photo == photo_id]

    def overrule(self, operation_id: int, why: str, now_ns: int) -> None:
        """A source's later word is that an errand which was told to be done is not so."""
        self.database.run(
            "UPDATE operation SET settled = 1, reason = ?, changed_ns = ? WHERE id = ?",
            (why, now_ns, operation_id),
        )

    def overruled(self, library_id: int, since_ns: int) -> list[OperationRow]:
        """The errands of which that was found out since, oldest first."""
        return self._operations(
            "library = ?1 AND source IS NULL AND state = 'done' AND reason <> ''"
            " AND changed_ns >= ?2",
            (library_id, since_ns),
        )
