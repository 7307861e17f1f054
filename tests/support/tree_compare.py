"""Holds the product's tree and the account against the reference model; binds what it cannot know.

The model learns here which inode number a photo has got, and which name photofs made for it where
no program chose one. From then on both must stay as they are.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.state import Photo as AccountPhoto
from photofs.emulators.hosting.originals import Stored
from photofs.model.naming import fold, photo_name
from photofs.providers.flickr.machine_tags import FAVORITE, holds
from tests.support.tree_model import Name, Photo, Place, There, Tree

_SUFFIX = re.compile(r"_[a-z2-7]{6}\d*(?=\.|$)")


class Difference(AssertionError):
    """The product is not as the model has it."""


def compare_tree(tree: Tree, shown: dict[str, int]) -> None:
    """Every folder and file, by name and inode number."""
    folders = tree.folders()
    found = {path.removesuffix("/") for path in shown if path.endswith("/")}
    meant = set(folders.values())
    if found - {"Scratch"} != meant:
        raise Difference(
            f"folders: not {sorted(found - meant - {'Scratch'})}, but {sorted(meant - found)}"
        )
    there: dict[str, dict[str, int]] = defaultdict(dict)
    for path, inode in shown.items():
        folder, _, name = path.rpartition("/")
        if name:
            there[folder][name] = inode
    for photo in tree.photos:
        _bind_inode(photo, folders, there, {each.inode for each in tree.photos})
    for place, folder in sorted(folders.items(), key=lambda item: item[1]):
        _compare_folder(tree, place, folder, dict(there[folder]))


def _bind_inode(
    photo: Photo, folders: dict[Place, str], there: dict[str, dict[str, int]], bound: set[int]
) -> None:
    """Which inode a new photo has got: that which stands where it must stand."""
    for place, names in photo.names.items():
        if photo.inode:
            return
        for text, inode in there[folders[place]].items():
            if inode not in bound and _fits(photo, names[0], text):
                photo.inode = inode


def _compare_folder(tree: Tree, place: Place, folder: str, there: dict[str, int]) -> None:
    """The files of one folder."""
    for photo in tree.photos:
        names = photo.names.get(place, [])
        mine = [text for text, inode in there.items() if inode == photo.inode]
        if len(mine) != len(names):
            raise Difference(f"{folder}: {_words(photo)} has the names {mine}, not {names}")
        for name in sorted(names, key=lambda each: not each.text):
            fitting = [text for text in mine if _fits(photo, name, text)]
            if not fitting:
                raise Difference(f"{folder}: {_words(photo)} is called {mine}, not {name}")
            name.text = fitting[0]
            mine.remove(fitting[0])
            del there[fitting[0]]
    if there:
        raise Difference(f"{folder}: {there} should not be there")


def _fits(photo: Photo, name: Name, text: str) -> bool:
    """Whether a name may be the one that the model means."""
    if name.text:
        return text == name.text
    usual = photo_name(
        None, photo.shown_title, photo.there.number if photo.there else "", photo.extension
    )
    return fold(text) == fold(usual) or _SUFFIX.sub("", text) == usual


def compare_bytes(tree: Tree, digest_of: Callable[[int], str | None]) -> None:
    """What a reader gets, where the bytes are on this disk."""
    for photo in tree.photos:
        digest = digest_of(photo.inode)
        if digest is not None and digest != photo.bytes_shown:
            raise Difference(f"{_words(photo)} shows the bytes {digest[:8]}")


def compare_account(tree: Tree, account: Account) -> None:
    """All that the service holds, once everything was sent."""
    state = account.state
    mine = {each.id: each for each in state.photos.values()}
    _bind_numbers(tree.account, mine)
    facts = {number: _facts(account, photo) for number, photo in mine.items()}
    wanted = {
        each.number: (each.title, each.digest, each.taken, each.favorite) for each in tree.account
    }
    others = {each.id for each in mine.values() if each.owner != account.nsid}
    unliked = others - state.favorites.keys()
    _same("photos", {key: value for key, value in facts.items() if key not in unliked}, wanted)
    albums = sorted((album.title, sorted(album.photos)) for album in state.albums)
    expected = sorted(
        (album.title, sorted(each.number for each in album.members))
        for album in tree.account_albums
    )
    if albums != expected:
        raise Difference(f"albums at the service: {albums} instead of {expected}")
    for album in tree.account_albums:
        number = next(each.id for each in state.albums if each.title == album.title)
        if number != album.number:  # its last photo left it before the next one came
            album.number, album.listed = number, False


def _same(
    what: str, found: Mapping[str, tuple[object, ...]], wanted: Mapping[str, tuple[object, ...]]
) -> None:
    """Nothing more, nothing less, nothing else."""
    wrong = {key: value for key, value in found.items() if wanted.get(key) != value}
    lacking = {key: value for key, value in wanted.items() if found.get(key) != value}
    if wrong or lacking:
        raise Difference(f"{what} at the service: {wrong} instead of {lacking}")


def _bind_numbers(photos: list[There], mine: dict[str, AccountPhoto]) -> None:
    """Which id a photo has got that was sent."""
    bound = {each.number for each in photos}
    for each in photos:
        for number, photo in mine.items():
            if not each.number and number not in bound and _digest(photo) == each.digest:
                each.number = number
                bound.add(number)


def _facts(account: Account, photo: AccountPhoto) -> tuple[object, ...]:
    favorite = photo.id in account.state.favorites or holds([t.raw for t in photo.tags], FAVORITE)
    taken = None if photo.taken_unknown else photo.taken
    return (photo.title, _digest(photo), taken, favorite)


def _digest(photo: AccountPhoto) -> str:
    assert isinstance(photo.original, Stored)
    return photo.original.sha256


def _words(photo: Photo) -> str:
    return f"photo {photo.inode} {photo.shown_title!r} ({photo.stage.name})"
