"""The ladder of sizes: which a photo has, how large they are, and where they lie."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from photofs.emulators.flickr.state import SERVER, Photo
from photofs.emulators.flickr.words import derived_secret

OWN_SECRET_ABOVE = 1024
PANORAMA = 2.0


class Size(NamedTuple):
    """A rung: its name in `extras`, in file names and in getSizes; `edge` is the long one."""

    extra: str
    suffix: str
    label: str
    edge: int
    square: bool = False

    @property
    def ending(self) -> str:
        """What follows the secret in a file's name."""
        return f"_{self.suffix}.jpg" if self.suffix else ".jpg"


class Rung(NamedTuple):
    """A size of a photo, in pixels; `keys` are the fields of a list record that tell it.

    `widths` and `heights` are the numbers as a JSON number and as a quoted one.
    """

    size: Size
    width: int
    height: int
    keys: tuple[str, str, str]
    widths: tuple[int, str]
    heights: tuple[int, str]


SIZES = (
    Size("sq", "s", "Square", 75, square=True),
    Size("q", "q", "Large Square", 150, square=True),
    Size("t", "t", "Thumbnail", 100),
    Size("s", "m", "Small", 240),
    Size("n", "n", "Small 320", 320),
    Size("w", "w", "Small 400", 400),
    Size("m", "", "Medium", 500),
    Size("z", "z", "Medium 640", 640),
    Size("c", "c", "Medium 800", 800),
    Size("l", "b", "Large", 1024),
    Size("h", "h", "Large 1600", 1600),
    Size("k", "k", "Large 2048", 2048),
    Size("3k", "3k", "X-Large 3K", 3072),
    Size("4k", "4k", "X-Large 4K", 4096),
    Size("f", "f", "X-Large 4K", 4096),
    Size("5k", "5k", "X-Large 5K", 5120),
    Size("6k", "6k", "X-Large 6K", 6144),
)
SMALLEST = frozenset({"sq", "q", "t", "s"})
BY_SUFFIX = {size.suffix: size for size in SIZES}


@lru_cache(maxsize=4096)
def ladder(width: int, height: int, *, big: bool, names: frozenset[str]) -> tuple[Rung, ...]:
    """The sizes among `names` that a picture of that size has; `big`: those above 1024 too."""
    long = max(width, height, 1)
    rungs = []
    for size in SIZES:
        if size.extra not in names or (size.edge > OWN_SECRET_ABOVE and not big):
            continue
        panorama = long >= PANORAMA * min(width, height)
        if size.extra == "f" and not panorama:
            continue
        if size.edge < long or size.extra in SMALLEST:
            rungs.append(_rung(size, width, height))
    return tuple(rungs)


def all_sizes(photo: Photo, *, big: bool) -> tuple[Rung, ...]:
    """Every size that a photo has but for the original."""
    return ladder(photo.width, photo.height, big=big, names=frozenset(s.extra for s in SIZES))


def _rung(size: Size, width: int, height: int) -> Rung:
    keys = (f"url_{size.extra}", f"height_{size.extra}", f"width_{size.extra}")
    if size.square:
        wide = high = size.edge
    else:
        scale = min(1.0, size.edge / max(width, height, 1))
        wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    return Rung(size, wide, high, keys, (wide, str(wide)), (high, str(high)))


def size_secret(photo: Photo, size: Size) -> str:
    """Sizes up to 1024 share the photo's secret; every larger one has its own."""
    if size.edge <= OWN_SECRET_ABOVE:
        return photo.secret
    return derived_secret(photo.secret, size.suffix)


def size_url(base: str, photo: Photo, size: Size) -> str:
    """Where a size lies."""
    return f"{base}/static/{SERVER}/{photo.id}_{size_secret(photo, size)}{size.ending}"


def original_url(base: str, photo: Photo) -> str:
    """Where the original lies; for a video, its poster."""
    extension = "jpg" if photo.media == "video" else photo.format
    return f"{base}/static/{SERVER}/{photo.id}_{photo.original_secret}_o.{extension}"


def wanted_sizes(extras: Iterable[str]) -> frozenset[str]:
    """The sizes that `extras` ask for."""
    known = {size.extra for size in SIZES}
    return frozenset(e[4:] for e in extras if e.startswith("url_") and e[4:] in known)
