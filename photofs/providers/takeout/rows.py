"""Members and sidecars as rows of a pile, and back.

Names of parts and folders, which are the same for many, stay one text in memory.
"""

from sys import intern
from typing import cast

from msgspec.structs import astuple

from photofs.model.photo import Position
from photofs.model.pile import Row
from photofs.providers.archives.member import Member, Packing
from photofs.providers.takeout.sidecar import Sidecar

_PACKINGS = {int(packing): packing for packing in Packing}
_POSITION = Sidecar.__struct_fields__.index("position")


def member_row(member: Member) -> Row:
    """What `member_from` makes the member from."""
    part, folder, name, size, packed, crc, packing, at = member
    return intern(part), intern(folder), name, size, packed, crc, int(packing), at


def member_from(row: Row) -> Member:
    """The member."""
    part, folder, name, size, packed, crc, packing, at = row
    rest = (name, size, packed, crc, _PACKINGS[cast("int", packing)], at)
    return Member._make((intern(cast("str", part)), intern(cast("str", folder)), *rest))


def sidecar_row(sidecar: Sidecar) -> Row:
    """What `sidecar_from` makes the sidecar from."""
    cells, position = astuple(sidecar), sidecar.position
    if position is None:
        return cells
    told = (position.latitude, position.longitude)
    return *cells[:_POSITION], told, *cells[_POSITION + 1 :]


def sidecar_from(row: Row) -> Sidecar:
    """The sidecar."""
    position = cast("tuple[float, float] | None", row[_POSITION])
    if position is None:
        return Sidecar(*row)  # type: ignore[arg-type]  # as `sidecar_row` took it apart
    cells = (*row[:_POSITION], Position(*position), *row[_POSITION + 1 :])
    return Sidecar(*cells)  # type: ignore[arg-type]  # as above
