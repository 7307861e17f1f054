"""What `open_original` needs to find a member again, as JSON text; and finding it."""

import json
from pathlib import Path
from typing import NamedTuple

from photofs.model.errors import Gone
from photofs.providers.archives.member import Member, MemberReader, Packing
from photofs.providers.archives.parts import size_of_part
from photofs.providers.archives.reading import open_member
from photofs.providers.archives.tgz import TgzParts


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


def open_ref(path: Path, ref: Ref, tgz_parts: TgzParts) -> MemberReader:
    """A reader for it; `path` is the source's, a folder or one archive. Gone if it has changed."""
    root = path.parent if path.is_file() else path
    if ref.member.packing is Packing.TAR and size_of_part(root, ref.member.part) != ref.part_size:
        raise Gone(
            f"{ref.member.part} has changed since it was listed",
            safe="what was fetched before is kept",
            remedy="run photofs scan",
        )
    return open_member(root, ref.member, tgz_parts)


def _unknown() -> Gone:
    return Gone("no archive holds this file", remedy="run photofs scan")
