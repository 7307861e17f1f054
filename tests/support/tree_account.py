"""The reference model's account: what sending does to it, and what a scan tells of it."""

from collections.abc import Container, Mapping

from tests.support.tree_model import (
    REPLACED,
    Album,
    AlbumThere,
    Facts,
    Name,
    Photo,
    Stage,
    There,
    Tree,
)
from tests.support.tree_verbs import Verbs

TWICE = 2
"""Listings, an hour apart, that have to leave something out before it counts as deleted."""


def send_all(tree: Tree, titles: Container[str]) -> None:
    """All that is wished is done at the service, and told.

    `titles` of the albums that it has by now: whether an album that was removed there was emptied
    first depends on what else is sent.
    """
    for photo in list(tree.photos):
        if photo.stage is Stage.JUDGED and not photo.trashed:
            _upload(tree, photo)
    for photo in list(tree.photos):
        if photo.stage is Stage.SENT and photo.there is not None:
            _change(tree, photo, photo.there)
    for album in tree.albums:
        if not album.gone:
            _send_album(tree, album, titles)
    going = [album.there for album in tree.removed]
    tree.account_albums = [there for there in tree.account_albums if there not in going]
    tree.removed.clear()
    tree.drop_empty_albums()
    for photo in list(tree.photos):
        photo.restored = False
        tree.settle(photo)


def _upload(tree: Tree, photo: Photo) -> None:
    same = [each for each in tree.photos if each.there in tree.account and each is not photo]
    other = tree.hold(photo.base.digest, same)
    if other is not None:
        Verbs(tree).hand_over(photo, other)
        return
    there = There(photo.shown_title, photo.base.digest, photo.base.taken)
    tree.account.append(there)
    photo.there, photo.stage = there, Stage.SENT
    photo.base.title, photo.title = photo.shown_title, None


def _change(tree: Tree, photo: Photo, there: There) -> None:
    """The photo's own facts."""
    if there not in tree.account:
        if photo.digest is not None and not photo.writing:
            photo.base.title = photo.shown_title
            _upload_instead(tree, photo)
        elif photo.title is not None:
            photo.name_anew()
        photo.title = photo.favorite = None
        return
    if photo.title is not None:
        there.title = photo.base.title = photo.title
    if photo.favorite is not None:
        there.favorite = photo.base.favorite = photo.favorite
        if not photo.owned and not photo.favorite:
            tree.account.remove(there)
    if photo.digest is not None and not photo.writing:
        old = Photo(Facts(photo.base.title, photo.base.digest, photo.base.taken), Stage.HERE)
        _tell(photo, there)
        aside = [each for each in tree.photos if REPLACED in each.names]
        if tree.hold(old.base.digest, aside) is None:  # the same bytes stand there once
            old.names, old.whole = {REPLACED: [Name()]}, True
            tree.photos.append(old)
        there.digest = photo.base.digest = photo.digest
        photo.digest, photo.whole = None, True
    photo.title = photo.favorite = None


def _upload_instead(tree: Tree, photo: Photo) -> None:
    """New bytes for what the service does not have any more are a new photo."""
    photo.base.digest, photo.digest, photo.whole = photo.digest or "", None, True
    photo.base.taken = photo.base.taken or photo.taken_written
    photo.base.favorite = False
    there = There(photo.base.title, photo.base.digest, photo.base.taken)
    photo.there = there
    tree.account.append(there)
    for album in tree.albums:
        album.told -= album.left & {photo}
        album.forget(photo)


def _send_album(tree: Tree, album: Album, titles: Container[str]) -> None:
    """Its title and members."""
    joined = [photo for photo in album.joined if photo.there in tree.account]
    waiting = [photo for photo in album.joined if photo.stage is Stage.JUDGED]
    left = set(album.left)
    if album.there is None or album.there not in tree.account_albums:
        left_first = album.told <= left and album.shown_title in titles
        was_emptied = not album.bereft and (not album.told or left_first)
        if not joined or (album.there is not None and not was_emptied):
            album.told -= left
            album.joined, album.left = waiting, set()
            if album.there is not None:
                album.base, album.title = album.shown_title, None
            return
        album.there = AlbumThere(album.shown_title, [])
        tree.account_albums.append(album.there)
    there = album.there
    if album.title is not None:
        there.title, album.base, album.title = album.title, album.title, None
    members = [each for each in there.members if each not in {photo.there for photo in left}]
    for photo in joined:
        if photo.there is not None and photo.there not in members:
            members.append(photo.there)
    there.members = members
    album.told = (album.told | set(joined)) - left
    album.joined, album.left = waiting, set()


def scan(tree: Tree, *, full: bool) -> None:
    """What is new or changed, and albums that are no more; full: after a complete listing."""
    known = {photo.there: photo for photo in tree.photos if photo.there is not None}
    for there in tree.account:
        photo = known.get(there)
        if photo is None:
            photo = Photo(Facts("", "", None), Stage.SENT, there=there, owned=there.owned)
            tree.photos.append(photo)
            known[there] = photo
        _tell(photo, there)
    _miss_albums(tree, full=full)
    _tell_albums(tree, known)
    for photo in list(tree.photos):
        tree.settle(photo)


def _miss_albums(tree: Tree, *, full: bool) -> None:
    """Albums that the service does not have any more."""
    for album in list(tree.albums):
        if album.gone or album.there is None or album.there in tree.account_albums:
            album.lost = 0
            continue
        album.lost += full
        if not album.there.listed and album.lost < TWICE:
            continue  # no list has held it, so none can have lost it
        if album.told or album.bereft or not album.joined:
            tree.end_album(album)
        else:
            album.there = None  # it was emptied here, and is made anew


def _tell_albums(tree: Tree, known: Mapping[There, Photo]) -> None:
    """Albums as the service has them, but for those that are to go."""
    shown = {album.there: album for album in tree.albums if album.there is not None}
    going = [album.there for album in tree.removed]
    for there in tree.account_albums:
        if there in going:
            continue
        album = shown.get(there) or Album(there.title, there=there)
        if album not in tree.albums:
            tree.albums.append(album)
        album.base, there.listed, album.bereft = there.title, True, False
        album.told = {known[each] for each in there.members}


def _tell(photo: Photo, there: There) -> None:
    """The service's facts; a new title is a new name everywhere."""
    before = photo.shown_title
    photo.base = Facts(there.title, there.digest, there.taken, there.favorite)
    if photo.shown_title != before:
        photo.name_anew()


def list_all(tree: Tree) -> None:
    """A complete listing, an hour after the one before: the second that lacks a photo counts."""
    for photo in list(tree.photos):
        if photo.there is None or photo.there in tree.account:
            photo.lost = 0
            continue
        photo.lost += 1
        if photo.lost >= TWICE:
            _gone(tree, photo)


def _gone(tree: Tree, photo: Photo) -> None:
    """It was deleted there: it goes, or stays here if it is dear and whole."""
    changed = photo.restored or photo.title is not None or photo.favorite is not None
    for album in tree.albums:
        changed = changed or photo in album.joined or photo in album.left
        album.bereft = album.bereft or photo in album.told - album.left
        album.told.discard(photo)
        album.forget(photo)
    title, photo.title, photo.favorite = photo.shown_title, None, None
    photo.there, photo.lost, photo.had = None, 0, True
    if photo.digest is not None:
        photo.base.title, photo.base.digest, photo.digest = title, photo.digest, None
        photo.base.taken = photo.base.taken or photo.taken_written
        photo.base.favorite = False
        photo.stage = Stage.WRITTEN if photo.writing else Stage.JUDGED
        photo.writing = False
    elif photo.whole and (changed or photo.trashed):
        photo.trashed = True
        photo.base.title, photo.base.favorite = title, False
        photo.stage = Stage.JUDGED
    else:
        tree.photos.remove(photo)
        return
    tree.settle(photo)
