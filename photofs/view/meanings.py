"""What a verb means in a folder: two tables, of folder kind x verb, and of moves.

The reading verbs mean what they say everywhere. What a writing verb is made into where it has a
meaning is photofs/wishing's matter; in a library that cannot be changed each is refused with EROFS
before anybody asks for its meaning. What is not listed is refused (EPERM): a meaning is never
guessed.
"""

from enum import Enum, StrEnum
from typing import Final, NamedTuple

from photofs.model.folder import FolderKind


class Verb(StrEnum):
    """What a program can do in a folder; `x` is a file from outside, `p` a photo standing there."""

    LIST = "ls"
    READ = "cat p"
    CREATE = "cp x"
    OVERWRITE = "cp x p"
    LINK = "ln p"
    REMOVE = "rm p"
    RETITLE = "mv p q"
    DESCRIBE = "setfattr p"
    MKDIR = "mkdir A"
    RMDIR = "rmdir A"
    RENAME = "mv A B"
    DISCARD = "gio trash p"
    DISCARD_ALBUM = "gio trash A"


class Told(NamedTuple):
    """A meaning in words. `remedy` is set where the verb is refused."""

    sentence: str
    remedy: str = ""


class Meaning(Enum):
    """What becomes of a verb."""

    SHOWN = Told("what the catalog knows is shown; nothing is asked of the service")
    BYTES = Told("the original's bytes, from this disk or else from the service")
    UPLOADED = Told("uploaded, private; if the library has the same bytes, nothing is sent")
    UPLOADED_AND_JOINED = Told("uploaded and put into the album")
    UPLOADED_AND_MARKED = Told("uploaded and marked as favorite")
    REPLACED = Told("the photo gets these bytes; the old ones go to Trash")
    JOINED = Told("put into the album; it stays where it was, too")
    MOVED = Told("taken out of the one album and put into the other")
    LEFT = Told("taken out of the album; the photo itself stays")
    MARKED = Told("marked as favorite; it stays where it was, too")
    UNMARKED = Told("no longer a favorite; the photo itself stays")
    ARCHIVED = Told("archived; it stays where it was, too")
    UNARCHIVED = Told("no longer archived; the photo itself stays")
    TRASHED = Told("put into Trash, with albums, dates and favorite kept for the way back")
    RESTORED = Told("taken out of Trash, back to where it was")
    RETITLED = Told("the title is changed")
    DESCRIBED = Told("tags or description are changed")
    ALBUM_MADE = Told("an album is made")
    ALBUM_REMOVED = Told("the album is removed; its photos stay")
    ALBUM_RENAMED = Told("the album is renamed")
    BY_DATE = Told(
        "this folder follows from what the photos are", "copy into Unsorted or an album instead"
    )
    NO_ALBUM = Told("only albums stand here", "make a folder here and copy into that")
    NO_FOLDER = Told(
        "only photos stand here", "make a folder in Albums and copy into that; Scratch takes any"
    )
    NO_LIBRARY = Told("only libraries stand here", "use `photofs library add` or `remove`")
    FOR_GOOD = Told("deleting for good is not done by rm", "use `photofs trash empty`")
    NOT_HERE = Told(
        "this has no meaning here",
        "photos are put into Unsorted, Favorites or an album, removed in Dates, and albums are made"
        " in Albums; Scratch takes anything",
    )

    @property
    def sentence(self) -> str:
        """What happens, or why it does not."""
        return self.value.sentence

    @property
    def remedy(self) -> str:
        """What to do instead; empty unless refused."""
        return self.value.remedy

    @property
    def refused(self) -> bool:
        """Whether nothing is done."""
        return bool(self.remedy)


_M = Meaning
_K = FolderKind
_PHOTOS: Final = (_K.ALBUM, _K.DATE, _K.FAVORITES, _K.ARCHIVE, _K.UNSORTED, _K.VIDEOS)
_OWN: Final = (_K.ALBUM, _K.DATE, _K.ARCHIVE, _K.UNSORTED, _K.VIDEOS)
_BY_DATE: Final = (_K.LIBRARY, _K.DATES, _K.DATE, _K.VIDEOS)
_OF_ALBUMS: Final = (_K.ALBUMS, _K.SHELF, _K.COLLECTIONS, _K.COLLECTION)

Kinds = tuple[FolderKind, ...]

_VERBS: Final[tuple[tuple[Verb, Kinds, Meaning], ...]] = (
    # verb            in these folders                means
    (Verb.LIST, tuple(_K), _M.SHOWN),
    (Verb.READ, (*_PHOTOS, _K.TRASH), _M.BYTES),
    (Verb.CREATE, (_K.UNSORTED,), _M.UPLOADED),
    (Verb.CREATE, (_K.ALBUM,), _M.UPLOADED_AND_JOINED),
    (Verb.CREATE, (_K.FAVORITES,), _M.UPLOADED_AND_MARKED),
    (Verb.CREATE, (*_BY_DATE, _K.ARCHIVE), _M.BY_DATE),
    (Verb.CREATE, _OF_ALBUMS, _M.NO_ALBUM),
    (Verb.CREATE, (_K.ROOT,), _M.NO_LIBRARY),
    (Verb.OVERWRITE, _PHOTOS, _M.REPLACED),
    (Verb.LINK, (_K.ALBUM,), _M.JOINED),
    (Verb.LINK, (_K.FAVORITES,), _M.MARKED),
    (Verb.LINK, (_K.ARCHIVE,), _M.ARCHIVED),
    (Verb.REMOVE, (_K.ALBUM,), _M.LEFT),
    (Verb.REMOVE, (_K.FAVORITES,), _M.UNMARKED),
    (Verb.REMOVE, (_K.ARCHIVE,), _M.UNARCHIVED),
    (Verb.REMOVE, (_K.DATE, _K.UNSORTED), _M.TRASHED),
    (Verb.REMOVE, (_K.TRASH,), _M.FOR_GOOD),
    (Verb.RETITLE, _PHOTOS, _M.RETITLED),
    (Verb.DESCRIBE, _PHOTOS, _M.DESCRIBED),
    (Verb.MKDIR, (_K.ALBUMS, _K.SHELF), _M.ALBUM_MADE),
    (Verb.MKDIR, (_K.ALBUM, _K.FAVORITES, _K.UNSORTED), _M.NO_FOLDER),
    (Verb.MKDIR, (_K.ROOT,), _M.NO_LIBRARY),
    (Verb.RMDIR, (_K.ALBUMS, _K.SHELF), _M.ALBUM_REMOVED),
    (Verb.RMDIR, (_K.ROOT,), _M.NO_LIBRARY),
    (Verb.RENAME, (_K.ALBUMS, _K.SHELF), _M.ALBUM_RENAMED),
    (Verb.DISCARD, (_K.ALBUM,), _M.LEFT),
    (Verb.DISCARD, (_K.FAVORITES,), _M.UNMARKED),
    (Verb.DISCARD, (_K.DATE, _K.UNSORTED, _K.ARCHIVE, _K.VIDEOS), _M.TRASHED),
    (Verb.DISCARD_ALBUM, (_K.ALBUMS, _K.SHELF), _M.ALBUM_REMOVED),
    (Verb.DISCARD_ALBUM, (_K.ROOT,), _M.NO_LIBRARY),
)

_MOVES: Final[tuple[tuple[Kinds, Kinds, Meaning], ...]] = (
    # from                          to                  means
    ((_K.ALBUM,), (_K.ALBUM,), _M.MOVED),
    ((_K.DATE, _K.FAVORITES, _K.ARCHIVE, _K.UNSORTED, _K.VIDEOS), (_K.ALBUM,), _M.JOINED),
    (_OWN, (_K.FAVORITES,), _M.MARKED),
    ((_K.ALBUM, _K.DATE, _K.FAVORITES, _K.UNSORTED, _K.VIDEOS), (_K.ARCHIVE,), _M.ARCHIVED),
    (_PHOTOS, (_K.TRASH,), _M.TRASHED),
    (_PHOTOS, _BY_DATE, _M.BY_DATE),
    ((_K.TRASH,), _PHOTOS, _M.RESTORED),
)

_MEANINGS: Final = {(kind, verb): means for verb, kinds, means in _VERBS for kind in kinds}
_MOVED: Final = {(a, b): means for froms, tos, means in _MOVES for a in froms for b in tos}


def meaning(kind: FolderKind, verb: Verb) -> Meaning:
    """What the verb means in a folder of that kind."""
    return _MEANINGS.get((kind, verb), Meaning.NOT_HERE)


def meaning_of_move(source: FolderKind, target: FolderKind) -> Meaning:
    """What moving a photo from one folder to another folder of the same library means."""
    return _MOVED.get((source, target), Meaning.NOT_HERE)
