"""How much a mount holds, as `df` asks for it."""

from typing import NamedTuple


class Capacity(NamedTuple):
    """For statfs: bytes of all photos, bytes free on this disk, number of photos."""

    used: int
    free: int
    photos: int
