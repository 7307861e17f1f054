"""What each verb means to the reference model (docs/SEMANTICS.md "Verbs" and "Writing a file")."""

from photofs.model.naming import looks_temporary
from tests.support.tree_model import (
    FAVORITES,
    UNSORTED,
    Album,
    Facts,
    Name,
    Photo,
    Place,
    Refusal,
    Stage,
    Tree,
    stem,
)


class Verbs:
    """Programs' verbs, by paths below the library; each raises Refusal where nothing is done."""

    def __init__(self, tree: Tree) -> None:
        """They change that tree."""
        self.tree = tree

    def copy(self, path: str, digest: str, taken: str | None, extension: str = "jpg") -> None:
        """`cp x path`: a new file, or other bytes for the one that stands there."""
        present = self.tree.at(path)
        if present is not None:
            self._overwrite(present[2], digest, taken)
            return
        place, name = self._target(path)
        self._may_create(place)
        photo = Photo(Facts("", digest, taken), Stage.WRITTEN, extension, whole=True)
        photo.names = {place: [Name(name, given=True)]}
        self._touch(photo)

    def link(self, path: str, new: str) -> None:
        """`ln path new`."""
        _, _, photo = self._source(path)
        place, name = self._target(new)
        album = self.tree.album_at(place)
        if self.tree.at(new) is not None:
            raise Refusal("EEXIST")
        if photo.stands_where_put:
            self._may_create(place)
            self._touch(photo)
        elif not (place == FAVORITES or (album and not album.gone)):
            raise Refusal("EPERM")
        if not photo.owned or photo.trashed:
            raise Refusal("EPERM")
        self._name(photo, place, name)
        self._belong(photo, place)
        self.tree.settle(photo)

    def unlink(self, path: str) -> None:
        """`rm path`."""
        place, text, photo = self._source(path)
        if place[0] == "Trash":
            raise Refusal("EPERM")
        album = self.tree.album_at(place)
        if not photo.stands_where_put and not photo.owned and place != FAVORITES:
            raise Refusal("EPERM")
        names = photo.names[place]
        if photo.stands_where_put or len(names) > 1:
            self._drop_name(photo, place, text)
            return
        if album is not None:
            album.leave(photo)
        elif place == FAVORITES:
            photo.favorite = False
        elif place[0] in {"Dates", "Unsorted"}:
            photo.trashed = True
        else:
            raise Refusal("EPERM")
        self.tree.settle(photo)

    def move(self, path: str, new: str) -> None:
        """`mv path new`."""
        old, text, photo = self._source(path)
        place, name = self._target(new)
        present = self.tree.at(new)
        if present is not None and present[2] is photo:
            return
        if photo.stands_where_put:
            self._move_file(photo, (old, text), (place, name), present and present[2])
        elif present is not None:
            raise Refusal("EPERM")
        elif old == place:
            self._retitle(photo, place, text, name)
        else:
            self._move_photo(photo, old, place, name)

    def make_album(self, path: str) -> Album:
        """`mkdir path`."""
        folder, _, name = path.rpartition("/")
        place = self.tree.place_at(folder)
        if place is None:
            raise Refusal("ENOENT")
        if self.tree.place_at(path) is not None:
            raise Refusal("EEXIST")
        if self.tree.album_at(place) is not None or folder.split("/")[0] != "Albums":
            raise Refusal("EPERM")
        album = Album(" / ".join([*folder.split("/")[1:], name]))
        self.tree.albums.append(album)
        return album

    def remove_album(self, path: str) -> None:
        """`rmdir path`."""
        album = self._album(path)
        if any(not photo.trashed for photo in album.members):
            raise Refusal("ENOTEMPTY")
        if any(place[0] is album for photo in self.tree.photos for place in photo.names):
            raise Refusal("ENOTEMPTY")
        self.tree.albums.remove(album)
        self.tree.removed.append(album)

    def rename_album(self, path: str, new: str) -> None:
        """`mv path new`, both below Albums."""
        album = self._album(path)
        if self.tree.place_at(new) is not None:
            raise Refusal("EEXIST")
        album.title = " / ".join(new.split("/")[1:])

    def restore(self, photo: Photo) -> None:
        """`photofs trash restore`."""
        photo.trashed, photo.restored = False, True
        if photo.stands_where_put:
            ((name,),) = photo.names.values()
            photo.names = {}
            self._name(photo, UNSORTED, name.text)
            self._touch(photo)
        self.tree.settle(photo)

    def judge(self) -> None:
        """All written files are looked at, those first that were left alone first."""
        for photo in list(self.tree.photos):
            if photo.writing:
                photo.writing = False
                if photo.digest == photo.base.digest and photo.whole:
                    photo.digest = None
            elif photo.stage is Stage.WRITTEN:
                self._judge(photo)

    def _judge(self, photo: Photo) -> None:
        name = photo.named_last
        if looks_temporary(name) or not photo.extension:
            photo.stage = Stage.HERE
            return
        known = [
            each
            for each in self.tree.photos
            if each.stage in {Stage.JUDGED, Stage.SENT}
            and (each.whole or each.digest is not None)
            and each.owned
            and not each.writing
        ]
        same = self.tree.hold(photo.base.digest, known)
        if same is not None:
            self.hand_over(photo, same)
            return
        photo.stage = Stage.JUDGED
        if photo.had or not photo.base.title:  # else it was judged before, with other bytes
            photo.base.title = stem(name)
        for place in photo.names:
            self._belong(photo, place)
        self.tree.settle(photo)

    def hand_over(self, photo: Photo, same: Photo) -> None:
        """The names of a copy go to the photo that has these bytes already."""
        if same.trashed:
            self.restore(same)
        for album in self.tree.albums:
            album.forget(photo)
        self.tree.photos.remove(photo)
        for place, names in photo.names.items():
            if place[0] != "Dates" and any(name.given for name in names):
                same.names.setdefault(place, []).extend(name for name in names if name.given)
        for place in list(same.names):
            self._belong(same, place)
        self.tree.settle(same)

    def _overwrite(self, photo: Photo, digest: str, taken: str | None) -> None:
        if photo.trashed or not photo.owned:
            raise Refusal("EPERM")
        if photo.stage is Stage.SENT:
            photo.digest, photo.writing, photo.taken_written = digest, True, taken
        else:
            photo.base.digest = digest
            if not (photo.had and photo.base.taken):
                photo.base.taken = taken
            photo.stage = Stage.WRITTEN
            self._touch(photo)

    def _move_file(
        self, photo: Photo, old: tuple[Place, str], new: tuple[Place, str], over: Photo | None
    ) -> None:
        """A file that is not judged, or no photo."""
        self._may_create(new[0])
        if over is not None and not over.stands_where_put:
            self._overwrite(over, photo.base.digest, photo.base.taken)
            self.tree.photos.remove(photo)
            return
        if over is not None:
            self._drop_name(over, *new)
        self._drop_name(photo, *old, last=True)
        self._name(photo, *new)
        photo.trashed = False
        self._touch(photo)

    def _move_photo(self, photo: Photo, old: Place, place: Place, name: str) -> None:
        source, album = self.tree.album_at(old), self.tree.album_at(place)
        if album is not None and album.gone:
            raise Refusal("EPERM")
        if old[0] == "Trash":
            dated = place[0] == "Dates" and len(place) > 1
            if album is None and not dated and place not in {FAVORITES, UNSORTED, ("Videos",)}:
                raise Refusal("EPERM")
            self._name(photo, place, name)
            photo.trashed, photo.restored = False, True
            self._belong(photo, place)
            self.tree.settle(photo)
            return
        allowed = album is not None or place == FAVORITES or place[0] == "Trash"
        if not allowed or not photo.owned or old == place:
            raise Refusal("EPERM")
        self._name(photo, place, name)
        if place[0] == "Trash":
            photo.trashed = True
        elif album is not None and source is not None and album is not source:
            source.leave(photo)
        self._belong(photo, place)
        self.tree.settle(photo)

    def _retitle(self, photo: Photo, place: Place, text: str, name: str) -> None:
        if not photo.owned or place[0] == "Trash":
            raise Refusal("EPERM")
        photo.title = stem(name)
        mine = next(each for each in photo.names[place] if each.text == text)
        photo.name_anew()
        mine.text, mine.given = name, True

    def _belong(self, photo: Photo, place: Place) -> None:
        """What standing in a folder means for a photo."""
        album = self.tree.album_at(place)
        if photo.stands_where_put:
            return
        if album is not None and not album.gone:
            album.join(photo)
        elif place == FAVORITES and not photo.is_favorite:
            photo.favorite = True

    def _may_create(self, place: Place) -> None:
        if self.tree.album_at(place) is None and place not in {UNSORTED, FAVORITES}:
            raise Refusal("EPERM")

    def _source(self, path: str) -> tuple[Place, str, Photo]:
        found = self.tree.at(path)
        if found is None:
            raise Refusal("ENOENT")
        return found

    def _target(self, path: str) -> tuple[Place, str]:
        folder, _, name = path.rpartition("/")
        place = self.tree.place_at(folder)
        if place is None:
            raise Refusal("ENOENT")
        return place, name

    def _album(self, path: str) -> Album:
        album = self.tree.album_at(self.tree.place_at(path) or ())
        if album is None or album.gone:
            raise Refusal("EPERM")
        return album

    def _name(self, photo: Photo, place: Place, text: str) -> None:
        photo.names.setdefault(place, []).append(Name(text, given=True))
        if photo.stands_where_put:
            photo.base.title = ""  # it will be that name

    def _drop_name(self, photo: Photo, place: Place, text: str, *, last: bool = False) -> None:
        """One name less; with the last one a file that is no photo is no more."""
        left = [name for name in photo.names[place] if name.text != text]
        photo.names[place] = left
        if not left:
            del photo.names[place]
        if not photo.names and not last:
            self.tree.photos.remove(photo)

    def _touch(self, photo: Photo) -> None:
        """It was written or renamed now: it is looked at after all others."""
        if photo in self.tree.photos:
            self.tree.photos.remove(photo)
        self.tree.photos.append(photo)
