"""What `open_original` needs to find a member again, as JSON text."""

import json
from typing import NamedTuple

from photofs.model.errors import Gone
from photofs.providers.archives.member import Member, Packing


class Ref(NamedTuple):
    """A member, and the length of the part that it was listed in (0 for the unpacked tree)."""

    member: Member
    part_size: int


def write_ref(ref: Ref) -> str:
    """ASCII, so that names of any bytes come back as they were."""
    return json.dumps([*ref.member, ref.part_size])


def read_ref(text: str) -> Ref:
    """What `write_ref` wrote; Gone for any other text."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unknown() from error
    if not isinstance(told, list) or len(told) != len(Member._fields) + 1:
        raise _unknown()
    part, folder, name, size, packed, crc, packing, at, part_size = told
    numbers = (size, packed, packing, part_size, 0 if crc is None else crc)
    if not all(isinstance(one, str) for one in (part, folder, name)):
        raise _unknown()
    if not all(isinstance(one, int) and one >= 0 for one in numbers) or not isinstance(at, int):
        raise _unknown()
    if packing not in set(Packing):
        raise _unknown()
    return Ref(Member(part, folder, name, size, packed, crc, Packing(packing), at), part_size)


def _unknown() -> Gone:
    return Gone("no archive holds this file", remedy="run photofs scan")
