"""A reference model of a live library's tree, and of the account that it shows.

It knows docs/SEMANTICS.md and nothing else: what a source told, what was wished on top of it, where
a photo stands because of both, and what the account holds once all was sent. It is held against
the product by `tree_walk.py`. Names that photofs makes are not foretold letter by letter:
`Name.given` says what a program chose; what photofs makes must be the title's or that with a
suffix, and stay.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count

TOPS = ("Albums", "Collections", "Dates", "Favorites", "Unsorted", "Videos", "Trash")

Place = tuple[object, ...]
"""A folder: its steps below the library; an album's is itself, and below which top it is shown."""

UNSORTED: Place = ("Unsorted",)
FAVORITES: Place = ("Favorites",)
TRASH: Place = ("Trash",)
REPLACED: Place = ("Trash", "Replaced")


class Refusal(Exception):
    """The errno that a program gets, and nothing is changed."""


class Stage(Enum):
    """How far a file is that a program brought in. SENT: a photo that the service has told of."""

    WRITTEN = auto()
    JUDGED = auto()
    SENT = auto()
    HERE = auto()


@dataclass(eq=False)
class There:
    """A photo at the service. `number` is its id there, "" until the walk has found it."""

    title: str
    digest: str
    taken: str | None
    number: str = ""
    favorite: bool = False
    owned: bool = True


@dataclass(eq=False)
class AlbumThere:
    """An album at the service. `listed`: a scan has told of it since it was made, or made anew."""

    title: str
    members: list[There]
    number: str = ""
    listed: bool = False


@dataclass
class Name:
    """One name in a folder. `given`: a program chose it; else photofs makes it from the title.

    `order`: of names that the photo has got it is the one that came after those of lower order.
    """

    text: str = ""
    given: bool = False
    order: int = field(default_factory=count().__next__, compare=False)


@dataclass
class Facts:
    """What a source told of a photo, or its file tells while the service does not have it."""

    title: str
    digest: str
    taken: str | None
    favorite: bool = False


@dataclass(eq=False)
class Photo:
    """A photo, or a file that a program wrote. `base` is told; `wished` lies over it.

    `extension` is that of its bytes. `whole`: its bytes are on this disk, by the catalog's word.
    `taken_written`: what the bytes that were written over it tell of their time.
    `lost`: in how many listings the service did not have it. `had`: it had it once, and deleted it.
    `restored`: it came out of Trash, and that was not sent yet.
    """

    base: Facts
    stage: Stage
    extension: str = "jpg"
    inode: int = 0
    there: There | None = None
    title: str | None = None
    favorite: bool | None = None
    digest: str | None = None
    writing: bool = False
    taken_written: str | None = None
    trashed: bool = False
    owned: bool = True
    whole: bool = False
    lost: int = 0
    had: bool = False
    restored: bool = False
    names: dict[Place, list[Name]] = field(default_factory=dict)

    @property
    def shown_title(self) -> str:
        """As it is wished, else as it is told."""
        return self.base.title if self.title is None else self.title

    @property
    def is_favorite(self) -> bool:
        """As it is wished, else as it is told."""
        return self.base.favorite if self.favorite is None else self.favorite

    @property
    def bytes_shown(self) -> str:
        """The hash of what a reader gets."""
        return self.base.digest if self.digest is None else self.digest

    @property
    def named_last(self) -> str:
        """The name that it has got last."""
        return max((name.order, name.text) for names in self.names.values() for name in names)[1]

    def name_anew(self) -> None:
        """photofs makes all its names from the title that is shown now."""
        for names in self.names.values():
            for name in names:
                name.text, name.given = "", False

    @property
    def stands_where_put(self) -> bool:
        """Whether no folder follows from what it is: it was not looked at, or is no photo."""
        return self.stage in {Stage.WRITTEN, Stage.HERE}


@dataclass(eq=False)
class Album:
    """`told`: its members by the last listing; `joined`, `left`: wishes over those.

    `bereft`: a photo in it was deleted there since it was told of.
    `lost`: in how many listings it was not. `gone`: it is no album any more, but a folder as long
    as files stand in it that are no photos yet.
    """

    base: str
    tops: tuple[Place, ...] = (("Albums",),)
    there: AlbumThere | None = None
    title: str | None = None
    told: set[Photo] = field(default_factory=set)
    joined: list[Photo] = field(default_factory=list)
    left: set[Photo] = field(default_factory=set)
    bereft: bool = False
    lost: int = 0
    gone: bool = False

    @property
    def shown_title(self) -> str:
        """As it is wished, else as it is told."""
        return self.base if self.title is None else self.title

    @property
    def members(self) -> set[Photo]:
        """Whom it shows."""
        return (self.told | set(self.joined)) - self.left

    def join(self, photo: Photo) -> None:
        """Wish that it is in."""
        if photo not in self.members:
            self.joined.append(photo)
        self.left.discard(photo)

    def leave(self, photo: Photo) -> None:
        """Wish that it is out."""
        if photo in self.joined:
            self.joined.remove(photo)
        self.left.add(photo)  # also if it is not told: somebody else may put it in meanwhile

    def forget(self, photo: Photo) -> None:
        """Nothing is wished of it any more."""
        self.left.discard(photo)
        if photo in self.joined:
            self.joined.remove(photo)

    def paths(self) -> Iterator[tuple[Place, tuple[str, ...]]]:
        """Each folder that shows it, and that folder's path."""
        for top in self.tops:
            steps = tuple(self.shown_title.split(" / "))
            below = steps if top == ("Albums",) else (self.shown_title.replace("/", "_"),)
            yield (self, *top), (*(str(step) for step in top), *below)


@dataclass
class Tree:
    """Everything: what is shown, and the account behind it."""

    photos: list[Photo] = field(default_factory=list)
    albums: list[Album] = field(default_factory=list)
    removed: list[Album] = field(default_factory=list)
    account: list[There] = field(default_factory=list)
    account_albums: list[AlbumThere] = field(default_factory=list)

    # where things stand

    def albums_of(self, photo: Photo) -> list[Album]:
        """The albums that hold it."""
        return [album for album in self.albums if photo in album.members]

    def wanted(self, photo: Photo) -> list[Place]:
        """The folders that it stands in, as "The tree" of docs/SEMANTICS.md has it."""
        if photo.trashed:
            return [TRASH]
        albums = self.albums_of(photo)
        places: list[Place] = [place for album in albums for place, _ in album.paths()]
        if photo.owned:
            places.append(date_place(photo.base.taken))
            places += [] if albums else [UNSORTED]
        if photo.is_favorite:
            places.append(FAVORITES)
        return places

    def settle(self, photo: Photo) -> None:
        """Give it names where it belongs, and take those elsewhere away."""
        if photo.stands_where_put:
            return
        wanted = self.wanted(photo)
        photo.names = {place: names for place, names in photo.names.items() if place in wanted}
        for place in wanted:
            photo.names.setdefault(place, [Name()])
        if not wanted:
            self.photos.remove(photo)

    def folders(self) -> dict[Place, str]:
        """Every folder that is shown, with its path below the library."""
        found: dict[Place, str] = {(top,): top for top in TOPS}
        inhabited = {place for photo in self.photos for place in photo.names}
        for album in self.albums:
            for place, steps in album.paths():
                if album.gone and place not in inhabited:
                    continue
                found[place] = "/".join(steps)
                for depth in range(1, len(steps)):
                    found.setdefault(steps[:depth], "/".join(steps[:depth]))
        for photo in self.photos:
            for place in photo.names:
                if place[0] in {"Dates", "Trash"}:
                    for depth in range(1, len(place) + 1):
                        found[place[:depth]] = "/".join(str(step) for step in place[:depth])
        return found

    def at(self, path: str) -> tuple[Place, str, Photo] | None:
        """What stands at a path: folder, name, photo."""
        folder, _, text = path.rpartition("/")
        places = {shown: place for place, shown in self.folders().items()}
        for photo in self.photos:
            for name in photo.names.get(places.get(folder, ()), ()):
                if name.text == text:
                    return places[folder], text, photo
        return None

    def place_at(self, folder: str) -> Place | None:
        """The folder at a path."""
        return next((place for place, shown in self.folders().items() if shown == folder), None)

    def album_at(self, place: Place) -> Album | None:
        """The album that a folder shows."""
        return place[0] if place and isinstance(place[0], Album) else None

    def paths(self) -> Iterator[tuple[str, Photo]]:
        """Every path of a file."""
        folders = self.folders()
        for photo in self.photos:
            for place, names in photo.names.items():
                for name in names:
                    yield f"{folders[place]}/{name.text}", photo

    def end_album(self, album: Album) -> None:
        """It is no more; its photos stay elsewhere."""
        album.base, album.title, album.there, album.gone = album.shown_title, None, None, True
        album.told, album.joined, album.left = set(), [], set()

    # at the service

    def drop_empty_albums(self) -> None:
        """With its last photo an album goes, as the emulated service has it."""
        self.account_albums = [album for album in self.account_albums if album.members]

    def hold(self, digest: str, photos: Iterable[Photo]) -> Photo | None:
        """One of those photos that has these bytes."""
        return next((photo for photo in photos if photo.bytes_shown == digest), None)


def date_place(taken: str | None) -> Place:
    """The folder of a capture date ("2019-07-21 ..."; None: not known)."""
    return ("Dates", "Unknown") if taken is None else ("Dates", taken[:4], taken[:7])


def stem(name: str) -> str:
    """A name without its extension."""
    return name.rpartition(".")[0] or name
