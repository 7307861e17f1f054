"""What a scan leaves for the next one, so that an export that came since can be read by itself.

Beside the photos (archives/told.py): which exports were read, and what a later one could change
that is no photo: albums, and sidecars for which there was no picture yet.
"""

import base64
import zlib
from collections.abc import Iterable

import msgspec

from photofs.providers.archives.told import Note
from photofs.providers.port import SmallState
from photofs.providers.takeout.albums import KnownAlbum
from photofs.providers.takeout.copies import Copy
from photofs.providers.takeout.items import facts_of

_KEY = "basis"
_encode = msgspec.json.Encoder().encode


class Basis(msgspec.Struct, frozen=True):
    """`marks`: of `exports.marks_of`; `products` that hold sidecars; `lone` sidecars' signs."""

    marks: dict[str, str]
    products: list[str]
    lone: list[str]
    albums: list[KnownAlbum]

    def note(self) -> Note:
        """It, packed."""
        return Note(_KEY, base64.b64encode(zlib.compress(_encode(self), 1)).decode())


_decode = msgspec.json.Decoder(Basis).decode


def read_basis(state: SmallState) -> Basis | None:
    """What the last scan left; None if it left none that can be read."""
    noted = state.get(_KEY)
    if not isinstance(noted, str):
        return None
    try:
        return _decode(zlib.decompress(base64.b64decode(noted)))
    except (ValueError, zlib.error, msgspec.DecodeError):
        return None


def signs(copies: Iterable[Copy]) -> set[str]:
    """By which sidecars are known again as of one item: the service's id, or title and time."""
    found = set()
    for copy in copies:
        title, taken = facts_of(copy)
        found.add(f"{title}\0{taken}")
        if copy.sidecar is not None and copy.sidecar.item_id:
            found.add(copy.sidecar.item_id)
    return found
