"""One item from its many files: copies in year and album folders, variants, several exports; pure.

An item is known by the service's own id (in its sidecar's url); where an old sidecar has none, by a
hash of title, capture time, length and CRC. A file without any sidecar belongs to the item that has
the same bytes, if there is just one; else it is an item by its name and bytes.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from photofs.model.observation import Finding, FindingKind
from photofs.providers.archives.member import Member
from photofs.providers.takeout.file_name import clean
from photofs.providers.takeout.gathering import Folder, Mark
from photofs.providers.takeout.pairing import Pair, Pairing
from photofs.providers.takeout.sidecar import Sidecar
from photofs.providers.takeout.variants import Role

_Outside = tuple[int, int | str]
_Bytes = tuple[int, int | str, str]
_Facts = tuple[str, int | None]


class Copy(NamedTuple):
    """One file of an item, or a sidecar that has none beside it, in one folder of one export."""

    role: Role
    folder: Folder
    member: Member | None
    sidecar: Sidecar | None


class Link(NamedTuple):
    """An item with an id of its own that belongs to another item's set."""

    main: str
    role: Role


class _Orphan(NamedTuple):
    """A medium without a sidecar; `anchor` is the medium that decides which item it is of."""

    copy: Copy
    anchor: Member


class Items:
    """All items by id, filled folder by folder; then `settle`, then read."""

    def __init__(self, told_before: frozenset[str], mark: Mark) -> None:
        """`told_before` holds the ids by hash of earlier scans: they stay, once told."""
        self._mark = mark
        self.copies: dict[str, list[Copy]] = {}
        self.links: dict[str, Link] = {}
        self._told_before = told_before
        self._orphans: list[_Orphan] = []
        self._widows: list[tuple[Copy, Member]] = []

    def add_folder(self, folder: Folder) -> Iterator[Finding | None]:
        """Pair the folder's files and take them; tells each guess, and None to breathe."""
        pairing = Pairing(folder.media_names(), folder.sidecar_names())
        for index, pair in enumerate(pairing.pairs):
            self._add_medium(folder, index, pair, pairing)
            if pair.why:
                path = clean(folder.media[index].shown)
                yield Finding(kind=FindingKind.GUESS, path=path, why=pair.why)
            yield None
        for index in pairing.left:
            self._add_widow(folder, index)

    def _add_medium(self, folder: Folder, index: int, pair: Pair, pairing: Pairing) -> None:
        member = folder.media[index]
        sidecar = folder.sidecars[pair.sidecar][1] if pair.sidecar is not None else None
        anchor = folder.media[pair.of] if pair.of is not None and not pair.own else member
        copy = Copy(pair.role, folder, member, sidecar)
        if sidecar is None:
            self._mark(anchor)  # may read the file, which is better done here, bit by bit
            self._orphans.append(_Orphan(copy, anchor))
            return
        item_id = sidecar.item_id or self._hashed_id(sidecar.title, sidecar.taken, anchor)
        if pair.own and pair.of is not None:
            copy = self._linked(copy, item_id, folder, pairing.pairs[pair.of], pair.of)
        self.copies.setdefault(item_id, []).append(copy)

    def _linked(self, copy: Copy, item_id: str, folder: Folder, main: Pair, of: int) -> Copy:
        """A variant with its own sidecar: of another item's set, unless both have one id."""
        if main.sidecar is None:
            return copy._replace(role=Role.MAIN)
        sidecar = folder.sidecars[main.sidecar][1]
        main_id = sidecar.item_id or self._hashed_id(sidecar.title, sidecar.taken, folder.media[of])
        if main_id == item_id:
            return copy
        self.links[item_id] = Link(main_id, copy.role)
        return copy._replace(role=Role.MAIN)

    def _add_widow(self, folder: Folder, index: int) -> None:
        member, sidecar = folder.sidecars[index]
        self._widows.append((Copy(Role.MAIN, folder, None, sidecar), member))

    def settle(self) -> Iterator[Finding]:
        """When all folders are in: find the items of what stood alone, and tell what stays so."""
        self._join_hashed()
        yield from self._settle_widows()
        yield from self._settle_orphans()

    def _join_hashed(self) -> None:
        """Copies from exports of before and after the url came are one item, under one id."""
        hashed = [item_id for item_id in self.copies if is_hashed(item_id)]
        if not hashed:
            return
        outsides = {
            _outside(copy.member)
            for item_id in hashed
            for copy in self.copies[item_id]
            if copy.member
        }
        known = {
            self._hashed_id(copy.sidecar.title, copy.sidecar.taken, copy.member): item_id
            for item_id, copies in self.copies.items()
            if not is_hashed(item_id)
            for copy in copies
            if copy.member and copy.sidecar and copy.role is Role.MAIN
            if _outside(copy.member) in outsides
        }
        for old in hashed:
            new = known.get(old)
            if new is not None and new in self.copies:
                stays, goes = (old, new) if old in self._told_before else (new, old)
                self.copies[stays] = [*self.copies[stays], *self.copies.pop(goes)]
                self.links = {
                    (stays if one == goes else one): link for one, link in self.links.items()
                }

    def _settle_widows(self) -> Iterator[Finding]:
        """Sidecars alone: of an item with bytes elsewhere, or of one that was not exported."""
        if not self._widows:
            return
        by_facts: dict[_Facts, set[str]] = defaultdict(set)
        for item_id, copies in self.copies.items():
            for copy in copies:
                by_facts[_facts_of(copy)].add(item_id)
        for copy, member in self._widows:
            home = self._home_of_widow(copy, by_facts)
            if home is not None:
                self.copies[home].append(copy)
            else:
                why = "its picture or video is in none of the parts that are here"
                yield Finding(kind=FindingKind.NO_MEDIUM, path=clean(member.shown), why=why)

    def _home_of_widow(self, copy: Copy, by_facts: Mapping[_Facts, set[str]]) -> str | None:
        """By the service's id, else by title and time, if just one item has those."""
        told = copy.sidecar.item_id if copy.sidecar else None
        if told in self.copies:
            return told
        fitting = by_facts.get(_facts_of(copy), set())
        return next(iter(fitting)) if len(fitting) == 1 else None

    def _settle_orphans(self) -> Iterator[Finding]:
        wanted = {self._bytes_of(orphan.anchor) for orphan in self._orphans}
        outsides = {_outside(orphan.anchor) for orphan in self._orphans}
        holders: dict[_Bytes, set[str]] = defaultdict(set)
        for item_id, copies in self.copies.items() if wanted else ():
            for copy in copies:
                if copy.member and _outside(copy.member) in outsides:
                    found = self._bytes_of(copy.member)
                    if found in wanted:
                        holders[found].add(item_id)
        for copy, anchor in self._orphans:
            member = copy.member or anchor
            holding = holders.get(self._bytes_of(anchor), set())
            if len(holding) == 1:
                (item_id,) = holding
                why = "it has no sidecar here, but the bytes of an item that has one"
                yield Finding(kind=FindingKind.GUESS, path=clean(member.shown), why=why)
            else:
                item_id = self._hashed_id(clean(anchor.name), None, anchor)
                why = "its date comes from the file itself, if from anywhere"
                yield Finding(kind=FindingKind.NO_SIDECAR, path=clean(member.shown), why=why)
            self.copies.setdefault(item_id, []).append(copy)

    def _hashed_id(self, title: str, taken: int | None, member: Member) -> str:
        return hashed_id(title, taken, member.size, self._mark(member))

    def _bytes_of(self, member: Member) -> _Bytes:
        """Equal for equal bytes; in an unpacked tree only if the names are equal, too."""
        return *_outside(member), self._mark(member)


def _facts_of(copy: Copy) -> _Facts:
    """By which a sidecar without an id is known again."""
    return (copy.sidecar.title, copy.sidecar.taken) if copy.sidecar else ("", None)


def _outside(member: Member) -> _Outside:
    """What is known of the bytes without reading any."""
    return member.size, member.name if member.crc is None else member.crc


def hashed_id(title: str, taken: int | None, size: int, mark: str) -> str:
    """The id of an item whose sidecar tells none; `mark` as `Sameness` tells it."""
    told = f"{title}\0{taken}\0{size}\0{mark}"
    return f"file-{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def is_hashed(item_id: str) -> bool:
    """Whether the id is one that `hashed_id` made."""
    return item_id.startswith("file-")
