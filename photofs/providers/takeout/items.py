"""One item from its many files: copies in year and album folders, variants, several exports; pure.

An item is known by the service's own id (in its sidecar's url); where an old sidecar has none, by a
hash of title, capture time, length and CRC; a file without any sidecar as orphans.py says.
"""

from collections.abc import Iterator, Mapping

from photofs.model.observation import Finding, FindingKind
from photofs.providers.archives.member import Member
from photofs.providers.archives.plain import clean
from photofs.providers.takeout.copies import Copy, Link, hashed_id, is_hashed, outside
from photofs.providers.takeout.gathering import Folder, Mark
from photofs.providers.takeout.item_copies import ItemCopies
from photofs.providers.takeout.orphans import Orphans
from photofs.providers.takeout.pairing import Pair, Pairing
from photofs.providers.takeout.variants import Role

_Facts = tuple[str, int | None]


class Items:
    """All items by id, filled folder by folder; then `settle`, then read."""

    def __init__(
        self, copies: ItemCopies, told_before: frozenset[str], mark: Mark, orphans: Orphans
    ) -> None:
        """`told_before` holds the ids by hash of earlier scans: they stay, once told.

        `widows` are sidecars without a medium beside them; `lone`, once settled, those for which
        there is none anywhere.
        """
        self._mark = mark
        self.copies = copies
        self.links: dict[str, Link] = {}
        self._told_before = told_before
        self.orphans = orphans
        self.widows: list[tuple[Copy, Member]] = []
        self.lone: list[Copy] = []

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
            self.orphans.add(copy, member, anchor)
            return
        item_id = sidecar.item_id or self._hashed_id(sidecar.title, sidecar.taken, anchor)
        if pair.why and pair.of is None:
            self.orphans.add(copy, member, anchor, item_id)
            return
        if pair.own and pair.of is not None:
            copy = self._linked(copy, item_id, folder, pairing.pairs[pair.of], pair.of)
        self.copies.add(item_id, copy)

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
        self.widows.append((Copy(Role.MAIN, folder, None, sidecar), member))

    def settle(self) -> Iterator[Finding | None]:
        """When all folders are in: find the items of what stood alone, and tell what stays so.

        None to breathe.
        """
        yield from self.orphans.recognise(self.copies)
        yield from self._join_hashed()
        yield from self._settle_widows()
        yield from self.orphans.settle(self.copies)

    def _join_hashed(self) -> Iterator[None]:
        """Copies from exports of before and after the url came are one item, under one id."""
        hashed = [item_id for item_id in self.copies if is_hashed(item_id)]
        if not hashed:
            return
        outsides = {
            outside(copy.member)
            for item_id in hashed
            for copy in self.copies[item_id]
            if copy.member
        }
        known = {}
        for item_id, copies in self.copies.items():
            yield None
            if is_hashed(item_id):
                continue
            for copy in copies:
                if copy.member is None or copy.sidecar is None or copy.role is not Role.MAIN:
                    continue
                if outside(copy.member) in outsides:
                    title, taken = copy.sidecar.title, copy.sidecar.taken
                    known[self._hashed_id(title, taken, copy.member)] = item_id
        joined: dict[str, str] = {}
        for old in hashed:
            yield None
            new = known.get(old)
            if new is not None and new in self.copies:
                stays, goes = (old, new) if old in self._told_before else (new, old)
                self.copies.join(stays, goes)
                joined[goes] = stays
        self._follow_joined(joined)

    def _follow_joined(self, joined: Mapping[str, str]) -> None:
        """Links from and to items that have another id now; else one shot's files would part."""

        def now(item_id: str) -> str:
            while item_id in joined:  # an item may have been joined more than once
                item_id = joined[item_id]
            return item_id

        if joined:
            self.links = {
                now(one): link._replace(main=now(link.main)) for one, link in self.links.items()
            }

    def _settle_widows(self) -> Iterator[Finding]:
        """Sidecars alone: of an item with bytes elsewhere, or of one that was not exported."""
        if not self.widows:
            return
        by_facts: dict[_Facts, set[str]] = {facts_of(copy): set() for copy, _ in self.widows}
        for item_id, copies in self.copies.items():
            for copy in copies:
                if (facts := facts_of(copy)) in by_facts:
                    by_facts[facts].add(item_id)
        for copy, member in self.widows:
            home = self._home_of_widow(copy, by_facts)
            if home is not None:
                self.copies.add(home, copy)
            else:
                self.lone.append(copy)
                why = "its picture or video is in none of the parts that are here"
                yield Finding(kind=FindingKind.NO_MEDIUM, path=clean(member.shown), why=why)

    def _home_of_widow(self, copy: Copy, by_facts: Mapping[_Facts, set[str]]) -> str | None:
        """By the service's id, else by title and time, if just one item has those."""
        told = copy.sidecar.item_id if copy.sidecar else None
        if told in self.copies:
            return told
        fitting = by_facts.get(facts_of(copy), set())
        return next(iter(fitting)) if len(fitting) == 1 else None

    def _hashed_id(self, title: str, taken: int | None, member: Member) -> str:
        return hashed_id(title, taken, member.size, self._mark(member))


def facts_of(copy: Copy) -> _Facts:
    """By which a sidecar without an id is known again."""
    return (copy.sidecar.title, copy.sidecar.taken) if copy.sidecar else ("", None)
