"""The kinds of folders; the layout and the verbs' meanings are tables over them."""

from enum import StrEnum
from typing import Final

SCRATCH: Final = "Scratch"
"""The name of the folder in each library that is no folder of the catalog's: ordinary and local."""


class FolderKind(StrEnum):
    """What a folder stands for."""

    ROOT = "root"
    LIBRARY = "library"
    ALBUMS = "albums"
    SHELF = "shelf"
    ALBUM = "album"
    COLLECTIONS = "collections"
    COLLECTION = "collection"
    DATES = "dates"
    DATE = "date"
    FAVORITES = "favorites"
    ARCHIVE = "archive"
    UNSORTED = "unsorted"
    VIDEOS = "videos"
    TRASH = "trash"
