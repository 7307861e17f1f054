"""Media without a sidecar, or with a doubtful one: of which items they are.

What an earlier scan told of the very file counts first; then an item that has the same bytes, if
there is just one; else it is an item by its name and bytes. A doubtful pair counts where no earlier
scan knew better.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from photofs.model.observation import Finding, FindingKind, PhotoSeen
from photofs.providers.archives.member import Member
from photofs.providers.archives.plain import clean
from photofs.providers.takeout.copies import Copy, hashed_id, outside
from photofs.providers.takeout.gathering import Mark
from photofs.providers.takeout.item_copies import ItemCopies
from photofs.providers.takeout.recall import Recall, take_apart, trace

_Bytes = tuple[int, int | str, str]


class _Orphan(NamedTuple):
    """A medium; `anchor` is the one that decides which item it is of, `guess` a doubtful item."""

    copy: Copy
    member: Member
    anchor: Member
    guess: str | None


class Orphans:
    """Takes orphans folder by folder; `recognise`, then `settle`, when all are in.

    `known` holds, by item and then by id, what was told of photos whose sidecars are not here now.
    """

    def __init__(self, recall: Recall, mark: Mark, former: Mapping[str, str]) -> None:
        """`former`: ids of last resort of which it was found out whose they are."""
        self._recall = recall
        self._mark = mark
        self._former = former
        self._waiting: list[_Orphan] = []
        self.known: dict[str, dict[str, PhotoSeen]] = defaultdict(dict)

    def add(self, copy: Copy, member: Member, anchor: Member, guess: str | None = None) -> None:
        """Take one."""
        if guess is None:
            self._mark(anchor)  # may read the file, which is better done here, bit by bit
        self._waiting.append(_Orphan(copy, member, anchor, guess))

    def waiting(self) -> Iterator[tuple[Copy, Member, str | None]]:
        """Those that were taken, and the item that each is guessed to be of."""
        return ((one.copy, one.member, one.guess) for one in self._waiting)

    def recognise(self, items: ItemCopies) -> Iterator[Finding]:
        """Give those to their items that earlier scans knew, and doubtful ones to their guess."""
        self._recall.learn(orphan.member for orphan in self._waiting)
        left = []
        for orphan in self._waiting:
            seen = self._known(orphan, items)
            if seen is not None:
                yield self._take_as(orphan, seen, items)
            elif orphan.guess is not None:
                items.add(orphan.guess, orphan.copy)
            else:
                left.append(orphan)
        self._waiting = left

    def _known(self, orphan: _Orphan, items: ItemCopies) -> PhotoSeen | None:
        """What is believed of the file: not against a sure file of that item with other bytes."""
        doubtful = orphan.guess is not None
        look_up = self._recall.exactly if doubtful else self._recall.nearest
        seen = look_up(orphan.member)
        if seen is None:
            return None
        item_id, role, extra = take_apart(seen.remote_id)
        if item_id == orphan.guess:
            return None
        others = [
            copy
            for copy in items.get(item_id, ())
            if copy.role is role
            and copy.folder.place.export == orphan.copy.folder.place.export
            and copy.member is not None
            and trace(copy.member) != trace(orphan.member)
        ]
        return seen if extra or not others else None

    def _take_as(self, orphan: _Orphan, seen: PhotoSeen, items: ItemCopies) -> Finding:
        item_id, role, _extra = take_apart(seen.remote_id)
        items.add(item_id, orphan.copy._replace(role=role, sidecar=None))
        self.known[item_id][seen.remote_id] = seen
        why = "its sidecar is not here now; what an earlier scan read there still counts"
        return Finding(kind=FindingKind.NO_SIDECAR, path=clean(orphan.member.shown), why=why)

    def settle(self, items: ItemCopies) -> Iterator[Finding]:
        """Give the others to items of the same bytes, or make them items of their own."""
        holders = self._holders(items)
        for copy, member, anchor, _guess in self._waiting:
            holding = holders.get(self._bytes_of(anchor), set())
            if len(holding) == 1:
                (item_id,) = holding
                why = "it has no sidecar here, but the bytes of an item that has one"
                yield Finding(kind=FindingKind.GUESS, path=clean(member.shown), why=why)
            else:
                item_id = hashed_id(clean(anchor.name), None, anchor.size, self._mark(anchor))
                item_id = take_apart(self._former.get(item_id, item_id)).item
                why = "its date comes from the file itself, if from anywhere"
                yield Finding(kind=FindingKind.NO_SIDECAR, path=clean(member.shown), why=why)
            items.add(item_id, copy)

    def _holders(self, items: ItemCopies) -> Mapping[_Bytes, set[str]]:
        """The items that hold the bytes of orphans."""
        wanted = {self._bytes_of(orphan.anchor) for orphan in self._waiting}
        outsides = {outside(orphan.anchor) for orphan in self._waiting}
        holders: dict[_Bytes, set[str]] = defaultdict(set)
        for item_id, copies in items.items() if wanted else ():
            for copy in copies:
                if copy.member and outside(copy.member) in outsides:
                    found = self._bytes_of(copy.member)
                    if found in wanted:
                        holders[found].add(item_id)
        return holders

    def _bytes_of(self, member: Member) -> _Bytes:
        """Equal for equal bytes; in an unpacked tree only if the names are equal, too."""
        return *outside(member), self._mark(member)
