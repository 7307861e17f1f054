"""Where a photo stands in its library: the path table.

Read a row of TABLE aloud: "Videos, shown where the library can tell videos, holds a photo that is
the user's own, not in the trash, and a video; flat." The rows together keep three promises:
Dates holds each own photo that is not in the trash exactly once, so copying Dates copies the
library with one file a photo; what is in the trash stands in Trash alone; others' photos stand in
Favorites and albums alone.

Dates follows a template, "{year}/{year}-{month}" unless set otherwise. A photo of which only the
month or year is known goes as deep as that is true: with the usual template a photo from "1980"
lies in Dates/1980 itself. One without a capture date lies in Dates/Unknown.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from photofs.model.capture_time import Granularity
from photofs.model.dates_template import filled, template_steps
from photofs.model.folder import FolderKind
from photofs.model.naming import fold

UNKNOWN_DATE: Final = "Unknown"


class Step(NamedTuple):
    """One folder on a path. `key` is unique among the folders of its kind in a library."""

    kind: FolderKind
    name: str
    key: str


FolderPath = tuple[Step, ...]
"""The folders from below the library's folder down to the one meant."""


class Placed(NamedTuple):
    """What the layout asks of a photo. `albums` are paths made by `album_in`."""

    local_date: date | None
    favorite: bool
    archived: bool
    trashed: bool
    owned: bool
    video: bool
    albums: tuple[FolderPath, ...]
    granularity: Granularity = Granularity.SECOND


class Row(NamedTuple):
    """A top folder: when it is shown, which photos it holds, and where below it they stand.

    `asked` is the ability that shows it (a name of providers.port.Folders), None for always.
    """

    kind: FolderKind
    name: str
    asked: str | None
    holds: Callable[[Placed], bool]
    below: Callable[[Placed, FolderPath, str], tuple[FolderPath, ...]]

    @property
    def step(self) -> Step:
        """The top folder itself."""
        return Step(self.kind, self.name, "")


def _in_album(photo: Placed) -> bool:
    return bool(photo.albums) and not photo.trashed


def _own(photo: Placed) -> bool:
    return photo.owned and not photo.trashed


def _favorite(photo: Placed) -> bool:
    return photo.favorite and not photo.trashed


def _archived(photo: Placed) -> bool:
    return photo.archived and _own(photo)


def _unsorted(photo: Placed) -> bool:
    return _own(photo) and not photo.albums


def _video(photo: Placed) -> bool:
    return photo.video and _own(photo)


def _trashed(photo: Placed) -> bool:
    return photo.trashed


def _by_album(photo: Placed, top: FolderPath, _dates: str) -> tuple[FolderPath, ...]:
    """Each of the photo's albums under this top folder, once."""
    return tuple(dict.fromkeys(path for path in photo.albums if path[:1] == top))


def _by_date(photo: Placed, top: FolderPath, dates: str) -> tuple[FolderPath, ...]:
    """The one folder of the photo's local capture date."""
    return (top + date_steps(photo.local_date, photo.granularity, dates),)


def _flat(_photo: Placed, top: FolderPath, _dates: str) -> tuple[FolderPath, ...]:
    """The top folder itself."""
    return (top,)


_K = FolderKind
TABLE: Final = (
    #   folder                          shown if          holds       below
    Row(_K.ALBUMS, "Albums", None, _in_album, _by_album),
    Row(_K.COLLECTIONS, "Collections", "Collections", _in_album, _by_album),
    Row(_K.DATES, "Dates", None, _own, _by_date),
    Row(_K.FAVORITES, "Favorites", "Favorites", _favorite, _flat),
    Row(_K.ARCHIVE, "Archive", "Archive", _archived, _flat),
    Row(_K.UNSORTED, "Unsorted", None, _unsorted, _flat),
    Row(_K.VIDEOS, "Videos", "Videos", _video, _flat),
    Row(_K.TRASH, "Trash", "Trash", _trashed, _flat),
)
_TOP: Final = {row.kind: row.step for row in TABLE}

UNSORTED: Final[FolderPath] = (_TOP[_K.UNSORTED],)
TRASH: Final[FolderPath] = (_TOP[_K.TRASH],)

REPLACED: Final[FolderPath] = (_TOP[_K.TRASH], Step(_K.TRASH, "Replaced", "replaced"))
"""Where the old bytes of photos stand that were given others."""


def top_folders(folders: frozenset[str]) -> tuple[Step, ...]:
    """The standing top folders of a library that can have the special ones named."""
    return tuple(row.step for row in TABLE if _shown(row, folders))


def places(photo: Placed, folders: frozenset[str], dates: str) -> tuple[FolderPath, ...]:
    """Every folder that the photo stands in, each once; `dates` is the template for Dates.

    A photo in the trash has a place even where the library said it knows no trash.
    """
    rows = (row for row in TABLE if row.holds(photo) and (photo.trashed or _shown(row, folders)))
    return tuple(path for row in rows for path in row.below(photo, (row.step,), dates))


def album_in(names: tuple[str, ...], key: str) -> FolderPath:
    """The path of an album below Albums; all names but the last are shelves for its title's steps.

    `key` is the album's own. `names` come from naming.album_path.
    """
    shelves = tuple(
        Step(_K.SHELF, name, "/".join(fold(n) for n in names[: depth + 1]))
        for depth, name in enumerate(names[:-1])
    )
    return (_TOP[_K.ALBUMS], *shelves, Step(_K.ALBUM, names[-1], key))


def collected(collections: tuple[tuple[str, str], ...], album: tuple[str, str]) -> FolderPath:
    """The path of an album below Collections; each collection and the album as (name, key)."""
    nested = (Step(_K.COLLECTION, name, key) for name, key in collections)
    return (_TOP[_K.COLLECTIONS], *nested, Step(_K.ALBUM, *album))


@lru_cache(maxsize=4096)  # a scan asks for the same few thousand days again and again
def date_steps(day: date | None, granularity: Granularity, template: str) -> FolderPath:
    """The folders below Dates, as deep as the date is known; never empty.

    Raises Misconfigured for a template that cannot be right.
    """
    if day is None:
        return (Step(_K.DATE, UNKNOWN_DATE, UNKNOWN_DATE),)
    known = _known_parts(day, granularity)
    wanted = (filled(step, known) for step in template_steps(template))
    names = [name for name in wanted if name is not None] or ["-".join(known.values())]
    return tuple(
        Step(_K.DATE, name, "/".join(names[: depth + 1])) for depth, name in enumerate(names)
    )


def _known_parts(day: date, granularity: Granularity) -> dict[str, str]:
    """What of the date is known, largest first."""
    parts = {"year": f"{day.year:04}", "month": f"{day.month:02}", "day": f"{day.day:02}"}
    deep = {Granularity.SECOND: 3, Granularity.MONTH: 2}.get(granularity, 1)
    return dict(list(parts.items())[:deep])


def _shown(row: Row, folders: frozenset[str]) -> bool:
    return row.asked is None or row.asked in folders
