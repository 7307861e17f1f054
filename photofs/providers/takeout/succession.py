"""Ids that were a makeshift, and whose they turn out to be once the sidecars are there.

A file without a sidecar was told under an id of last resort, or under that of an item that it was
guessed to belong to. When its sidecar comes (its part was downloaded again, or for the first time),
the file is told under the right id, and the former one is superseded rather than missing.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from photofs.model.observation import PhotoSeen
from photofs.providers.archives.member import Member
from photofs.providers.archives.ref import Ref, write_ref
from photofs.providers.takeout.copies import Copy, is_hashed
from photofs.providers.takeout.recall import (
    Trace,
    folder_of,
    member_of,
    take_apart,
    trace,
    without_sidecar,
)
from photofs.providers.takeout.variants import Role
from photofs.providers.takeout.versions import Moments, versions

_Items = Mapping[str, Sequence[Copy]]


class _Former(NamedTuple):
    """An id that is not told any more, the file that it had, and whether by a sidecar."""

    remote_id: str
    member: Member
    bare: bool


class _Home(NamedTuple):
    """Where a file is told now."""

    remote_id: str
    member: Member


def succession(
    before: Iterable[PhotoSeen],
    begun: Mapping[str, str],
    known: Mapping[str, str],
    items: _Items,
    moments: Moments,
) -> dict[str, str]:
    """By each former id the one that stands for it now; with `known`, found by earlier scans.

    `begun`: by id, the files of ids of last resort that scans without an end may have told.
    """
    former = [*_makeshift(before, items, moments)]
    for remote_id, ref in begun.items():
        member = member_of(ref)
        if member is not None and not _is_told(remote_id, items, moments):
            former.append(_Former(remote_id, member, bare=True))
    wanted: dict[Trace, list[_Home]] = {trace(one.member): [] for one in former}
    for home in _homes(wanted.keys(), items, moments) if wanted else ():
        wanted[trace(home.member)].append(home)
    found = {
        remote_id: by for remote_id, by in known.items() if not _is_told(remote_id, items, moments)
    }
    for one in former:
        by = _successor(one, wanted[trace(one.member)])
        if by is not None:
            found[one.remote_id] = by
    return found


def last_resort(items: _Items, before: Container[str], moments: Moments) -> dict[str, str]:
    """By id, the files of all that is told without any sidecar, and was not told `before`."""
    return {
        item_id + version.suffix: write_ref(Ref(version.member, 0))
        for item_id in items
        if is_hashed(item_id) and not any(copy.sidecar for copy in items[item_id])
        for version in versions(items[item_id], moments)
        if item_id + version.suffix not in before
    }


def _makeshift(before: Iterable[PhotoSeen], items: _Items, moments: Moments) -> Iterator[_Former]:
    """Of what was told before: ids that no sidecar told for sure, and that are not told now."""
    for seen in before:
        bare, apart = without_sidecar(seen), take_apart(seen.remote_id)
        # a RAW file was taken for another item's for want of its own sidecar
        if not (bare or apart.extra or apart.role is Role.RAW):
            continue
        member = member_of(seen.ref)
        if member is not None and not _is_told(seen.remote_id, items, moments):
            yield _Former(seen.remote_id, member, bare)


def _is_told(remote_id: str, items: _Items, moments: Moments) -> bool:
    item_id = take_apart(remote_id).item
    copies = items.get(item_id)
    if copies is None:
        return False
    if remote_id == item_id:
        return any(copy.member and copy.role is Role.MAIN for copy in copies)
    return any(item_id + one.suffix == remote_id for one in versions(copies, moments))


def _homes(wanted: Iterable[Trace], items: _Items, moments: Moments) -> Iterator[_Home]:
    """All files of these traces, with the ids under which they are told now."""
    traces = frozenset(wanted)
    sizes = {size for size, *_more in traces}
    for item_id, copies in items.items():
        members = [copy.member for copy in copies if copy.member and copy.member.size in sizes]
        if not any(trace(member) in traces for member in members):
            continue
        for version in versions(copies, moments):
            for member in (copy.member for copy in version.copies):
                if member and trace(member) in traces and _same(member, version.member):
                    yield _Home(item_id + version.suffix, member)


def _same(member: Member, shown: Member) -> bool:
    """Whether the file's bytes are those that are shown, and not older ones of another export."""
    return (member.size, member.crc) == (shown.size, shown.crc)


def _successor(former: _Former, homes: Sequence[_Home]) -> str | None:
    """Of those with its bytes: that of the same place; for an id of last resort, any that is sure.

    Such an id stands for all files of a name with these bytes, and a file without a sidecar belongs
    to the one item that has its bytes (orphans.py).
    """
    named = [home for home in homes if home.member.name == former.member.name]
    place = folder_of(former.member)
    fitting = [home for home in named if folder_of(home.member) == place]
    if former.bare and not fitting:
        fitting = named or (list(homes) if len({home.remote_id for home in homes}) == 1 else [])
    return min((home.remote_id for home in fitting), default=None)
