"""Which bytes of an item count, where several exports and folders hold it; pure.

The newest export that holds an item's bytes says what they are; older ones stand in only for what
it does not hold. Files of one role whose bytes differ within that export are all kept: the one
with the most copies is the item's own, the others get an id of their own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from photofs.providers.archives.member import Member, Packing
from photofs.providers.takeout.copies import Copy
from photofs.providers.takeout.variants import Role

Moments = Mapping[str, int]
"""When each export was made, nanoseconds since 1970-01-01 UTC."""


class Version(NamedTuple):
    """One photo to show: where its bytes lie, and all copies that speak of it.

    `suffix` sets its id apart from the item's main photo. `extra` marks other bytes than the
    item's own of this role.
    """

    role: Role
    suffix: str
    member: Member
    copies: Sequence[Copy]
    extra: bool


def versions(copies: Sequence[Copy], moments: Moments) -> list[Version]:
    """The photos of one item, main first; none if no part holds its bytes."""
    by_role: dict[Role, list[Copy]] = defaultdict(list)
    for copy in copies:
        by_role[copy.role].append(copy)
    return [
        version
        for role in Role
        if role in by_role
        for version in _of_role(role, by_role[role], moments)
    ]


def moment_of(copy: Copy, moments: Moments) -> int:
    """When the export of a copy was made."""
    return moments[copy.folder.place.export]


def _of_role(role: Role, copies: list[Copy], moments: Moments) -> list[Version]:
    held = [copy for copy in copies if copy.member is not None]
    if not held:
        return []
    newest = max(moment_of(copy, moments) for copy in held)
    kinds: dict[tuple[int, int], list[Copy]] = defaultdict(list)
    for copy in held:
        if moment_of(copy, moments) == newest and copy.member:
            kinds[copy.member.size, copy.member.crc or 0].append(copy)
    own, *others = sorted(kinds, key=lambda kind: (-len(kinds[kind]), kind))
    suffix = "" if role is Role.MAIN else f"#{role}"
    extra_copies = {id(copy) for other in others for copy in kinds[other]}
    own_copies = [copy for copy in copies if id(copy) not in extra_copies]
    found = [Version(role, suffix, _best(kinds[own], moments, held, own), own_copies, extra=False)]
    for size, crc in others:
        key = f"{suffix}#{crc:08x}" if crc else f"{suffix}#{size}"
        same = kinds[size, crc]
        found.append(Version(role, key, _best(same, moments, held, (size, crc)), same, extra=True))
    return found


def _best(copies: list[Copy], moments: Moments, held: list[Copy], kind: tuple[int, int]) -> Member:
    """Of equal bytes, those quickest to reach: zip and tree before tgz, then the newest part."""
    equal = [
        copy
        for copy in held
        if copy.member and copy.member.crc and (copy.member.size, copy.member.crc) == kind
    ]
    _key, member = min(
        (
            (copy.member.packing is Packing.TAR, -moment_of(copy, moments), copy.member[:3]),
            copy.member,
        )
        for copy in (equal or copies)
        if copy.member
    )
    return member
