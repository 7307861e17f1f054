"""A scan of what came since the last one: exports that are newer than all that were read.

It reads their parts alone, and tells what a whole scan would tell otherwise than the last one did.
Where that takes more than these parts and the notes, it gives up before it has told anything, and
the whole scan follows: a file that was told under another id, a sidecar that waited for its
picture, items without ids, damage. `tests/providers/test_takeout_increments.py` holds both kinds
of scans against each other.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain

from photofs.model.observation import Finding, Observation, PhotoSeen
from photofs.providers.archives.member import Member
from photofs.providers.archives.member_stream import content_key
from photofs.providers.archives.parts import Parts
from photofs.providers.archives.sweep import Sweep
from photofs.providers.archives.told import Brief, Note, Told
from photofs.providers.takeout.albums import Albums
from photofs.providers.takeout.basis import Basis, read_basis, signs
from photofs.providers.takeout.copies import Copy, Link, is_hashed
from photofs.providers.takeout.exports import (
    lacking_parts,
    marks_of,
    moment_ns,
    place_of,
)
from photofs.providers.takeout.gathering import Folder, Gathering
from photofs.providers.takeout.item_copies import ItemCopies
from photofs.providers.takeout.items import Items
from photofs.providers.takeout.orphans import Orphans
from photofs.providers.takeout.recall import Recall, member_of, take_apart
from photofs.providers.takeout.scan import album_lost, photos_of
from photofs.providers.takeout.succession import last_resort
from photofs.providers.takeout.telling import Telling, is_special
from photofs.providers.takeout.variants import Role

Sufficing = Generator[Observation | Note | None, None, bool]
"""A scan's steps, and whether they were enough."""


class Before:
    """What was told before of the items that were met now, and of files with the same bytes."""

    def __init__(self) -> None:
        """`learn` first."""
        self._told: list[PhotoSeen] = []
        self._by_item: dict[str, dict[str, PhotoSeen]] = {}

    def all_before(self) -> Iterable[PhotoSeen]:
        """All of it."""
        return self._told

    def of(self, item_id: str) -> dict[str, PhotoSeen]:
        """Of one item, by id."""
        return self._by_item.get(item_id, {})

    def learn(self, told: Told, items: Items) -> bool:
        """Read the notes; whether all that is met now was told as it would be told now, if at all.

        The same bytes under another item's id, and an item that was told with several bytes for one
        role, mean that something is to be superseded or joined.
        """
        holders: dict[str, set[str]] = {}
        for item_id, member in _files(items):
            holders.setdefault(content_key(member), set()).add(item_id)
        ids = set(items.copies).union(*holders.values())
        ids.update(_id_of(copy) for copy, _member in items.widows)

        def wanted(one: Brief) -> bool:
            return one.content_key in holders or take_apart(one.remote_id).item in ids

        found = told.some_before(wanted)
        if found is None:
            return False
        self._told = found
        for seen in found:
            item_id, _role, extra = take_apart(seen.remote_id)
            if extra or item_id not in holders.get(seen.content_key, {item_id}):
                return False
            self._by_item.setdefault(item_id, {})[seen.remote_id] = seen
        return True


@dataclass(slots=True)
class Increment:
    """A scan of `added`, some of the parts of a sweep."""

    whole: Sweep
    added: Parts
    _before: Before = field(default_factory=Before)
    _alone: list[Folder] = field(default_factory=list)

    def steps(self) -> Sufficing:
        """All but the ScanEnd, or nothing but progress."""
        basis, told = read_basis(self.whole.tools.small_state), self.whole.told
        if basis is None or basis.marks != told.since or told.begun:
            return False
        new_pile = self.whole.tools.new_pile
        with closing(new_pile()) as files, closing(new_pile()) as copies:
            return (yield from self._steps(basis, Gathering(files), ItemCopies(copies)))

    def _steps(self, basis: Basis, gathering: Gathering, copies: ItemCopies) -> Sufficing:
        sweep, told = replace(self.whole, parts=self.added), self.whole.told
        findings: list[Finding] = []
        for one in sweep.gather(gathering, lacking_parts([each.path for each in self.added[1]])):
            if isinstance(one, Finding):
                return False
            yield one
        sameness = sweep.sameness()
        mark = sameness.mark
        orphans = Orphans(Recall(self._before), mark, told.superseded)
        items = Items(copies, frozenset(), mark, orphans)
        for folder in gathering.folders(sameness):
            findings += album_lost(folder)
            self._alone += [folder] if folder.album_alone else []
            for found in items.add_folder(folder):
                if found is None:
                    yield None
                else:
                    findings.append(found)
        if not self._is_plain(items, gathering, basis) or not self._before.learn(told, items):
            return False
        if not self._give_bytes(items):
            return False
        findings += [found for found in items.settle() if found is not None]
        yield from findings
        yield from self._tell(items, basis)
        return True

    def _is_plain(self, items: Items, gathering: Gathering, basis: Basis) -> bool:
        """Whether nothing is met of which only a whole scan knows what follows."""
        products = gathering.products()
        if not products or not products <= set(basis.products):
            return False
        copies = [copy for each in items.copies.values() for copy in each]
        orphans = list(items.orphans.waiting())
        if any(is_hashed(item_id) for item_id in items.copies):
            return False
        if any(guess is not None and is_hashed(guess) for _copy, _member, guess in orphans):
            return False
        if any(guess is None for _copy, _member, guess in orphans) and self.whole.told.superseded:
            return False
        copies += [copy for copy, _member, _guess in orphans]
        return not any(_by_folder_alone(copy) for copy in copies) and signs(copies).isdisjoint(
            basis.lone
        )

    def _give_bytes(self, items: Items) -> bool:
        """Sidecars alone speak of bytes that were told before; whether all have some."""
        for copy, _member in items.widows:
            item_id = _id_of(copy)
            mains = [one.role for one in items.copies.get(item_id, ()) if one.member]
            if Role.MAIN in mains:
                continue
            known = self._before.of(item_id).get(item_id)
            member = member_of(known.ref) if known is not None and not known.missing else None
            if member is None:
                return False
            place = place_of(member.part, member.folder)
            items.copies.add(item_id, Copy(Role.MAIN, Folder(place), member, None))
        return True

    def _tell(self, items: Items, basis: Basis) -> Iterator[Observation | Note]:
        told, marks = self.whole.told, marks_of(self.whole.parts)
        moments = {export: moment_ns(export) or 0 for export in marks}
        sizes = {part.path: part.size for part in self.whole.parts.archives}
        albums = Albums(basis.albums)
        telling = Telling(items, moments, sizes, self.whole.read_head, albums)
        told.only_more()
        yield from told.begin(last_resort(items.copies, frozenset(), moments))
        photos = (self._photos(telling, items, item_id) for item_id in items.copies)
        rest: Iterator[Observation] = chain(albums.tell(), albums.untold(self._alone))
        yield from self.whole.tell(photos, len(items.copies), rest)
        yield Basis(marks, basis.products, basis.lone, albums.all()).note()

    def _photos(
        self, telling: Telling, items: Items, item_id: str
    ) -> Iterator[PhotoSeen | Finding]:
        """The photos of one item, and what follows for those that only older exports hold."""
        now = list(photos_of(telling, items, item_id))
        before = self._before.of(item_id)
        told = {one.remote_id for one in now if isinstance(one, PhotoSeen)}
        roles = {take_apart(remote_id).role for remote_id in told}
        stay = [seen for seen in before.values() if take_apart(seen.remote_id).role not in roles]
        several = bool(told) and any(not seen.missing for seen in stay)
        link = items.links.get(item_id) or _link(item_id, before.values(), several=several)
        for one in now:
            yield _in_set(one, link) if isinstance(one, PhotoSeen) else one
        for seen in stay:
            if not seen.missing and _in_set(seen, link) != seen:
                yield _in_set(seen, link)


def _link(item_id: str, before: Iterable[PhotoSeen], *, several: bool) -> Link | None:
    """The set that an item was or is of: another item's, its own if it is several files, none."""
    of_others = {
        (seen.set_key, seen.set_role)
        for seen in before
        if seen.set_key not in {None, item_id} and take_apart(seen.remote_id).role is Role.MAIN
    }
    for main, role in of_others:
        return Link(main or item_id, Role(role or Role.MAIN))
    return Link(item_id, Role.MAIN) if several or any(seen.set_key for seen in before) else None


def _in_set(seen: PhotoSeen, link: Link | None) -> PhotoSeen:
    """The photo as one of the set's files."""
    if link is None:
        return seen
    role = take_apart(seen.remote_id).role
    named = link.role if role is Role.MAIN else role
    return replace(seen, set_key=link.main, set_role=named.value)


def _files(items: Items) -> Iterator[tuple[str, Member]]:
    """All files, each with its item as far as that is sure: "" for no item."""
    for item_id, copies in items.copies.items():
        yield from ((item_id, copy.member) for copy in copies if copy.member)
    for _copy, member, guess in items.orphans.waiting():
        yield guess or "", member


def _id_of(copy: Copy) -> str:
    return (copy.sidecar and copy.sidecar.item_id) or ""


def _by_folder_alone(copy: Copy) -> bool:
    """Whether only its folder says that it is archived or in the trash: others may deny it."""
    told = copy.sidecar is not None and (copy.sidecar.archived or copy.sidecar.trashed)
    return is_special(copy.folder.path) and not told
