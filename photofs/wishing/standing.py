"""What stands at a spot of the tree, as the writing verbs ask for it."""

from typing import NamedTuple

from photofs.catalog.incoming import IncomingRow
from photofs.catalog.sqlite import Catalog
from photofs.catalog.tree_writes import EntryRow, FolderFacts
from photofs.model.errors import NameTooLong, NotFolder, NotFound, Refused
from photofs.model.folder import FolderKind
from photofs.model.naming import NAME_BYTES
from photofs.model.node import ROOT_INO, is_folder_ino, row_id
from photofs.model.spot import Spot
from photofs.view.meanings import Meaning


class Standing(NamedTuple):
    """A folder, a name in it, and what stands under that name, None if nothing does."""

    folder: FolderFacts
    name: str
    entry: EntryRow | None


def folder_at(catalog: Catalog, ino: int) -> FolderFacts:
    """The folder of an inode; NotFound, NotFolder."""
    if not is_folder_ino(ino):
        raise NotFolder("this is a file, not a folder")
    facts = catalog.folder_facts(0 if ino == ROOT_INO else row_id(ino))
    if facts is None:
        raise NotFound("this folder is no longer there")
    return facts


def standing_at(catalog: Catalog, spot: Spot) -> Standing:
    """What stands at a spot; NotFound if the folder is gone, NameTooLong, Refused."""
    if len(spot.name.encode("utf-8", "surrogateescape")) > NAME_BYTES:
        raise NameTooLong("a name has at most 255 bytes")
    folder = folder_at(catalog, spot.folder_ino)
    return Standing(folder, spot.name, catalog.entry_named(folder.folder_id, spot.name))


def present_at(catalog: Catalog, spot: Spot) -> tuple[Standing, EntryRow]:
    """The same for what has to be there; NotFound."""
    standing = standing_at(catalog, spot)
    if standing.entry is None:
        raise NotFound(f"there is nothing named {spot.name!r} here")
    return standing, standing.entry


def allowed(meaning: Meaning, into: Standing | None = None) -> Meaning:
    """The meaning, or Refused with its sentence and remedy.

    `into`: where a photo is to go, which the folder of an album that is no more does not take.
    """
    if meaning.refused:
        raise Refused(meaning.sentence, safe="nothing was changed", remedy=meaning.remedy)
    if into and into.folder.kind is FolderKind.ALBUM and into.folder.album is None:
        raise Refused(
            "this album is no more: its folder stays only until the files in it are looked at",
            safe="nothing was changed",
            remedy="make an album of another name, and move them there",
        )
    return meaning


def stands_in_trash(noun: str) -> Refused:
    """Why what lies in Trash gets no second name: it stands nowhere else."""
    return Refused(
        f"this {noun} is in Trash, and what is there stands nowhere else",
        safe="nothing was changed",
        remedy="move it there instead: that takes it out of Trash",
    )


def unjudged(catalog: Catalog, photo_id: int) -> IncomingRow | None:
    """The incoming file of a photo that no source has told of and no wish is about yet."""
    return catalog.incoming(photo_id) if catalog.stands_where_put(photo_id) else None
