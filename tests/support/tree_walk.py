"""A random walk over a live library: each step is done to the product and to the reference model.

`Walk.steps` is what was done, as plain words and numbers, so that it can be done again, and without
some of them; a step whose path is not there (any more) is left out.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.state import Person
from photofs.emulators.pictures import make_jpeg
from photofs.providers.flickr.machine_tags import FAVORITE
from tests.support.flickr_library import OTHER
from tests.support.tree_account import list_all, scan, send_all
from tests.support.tree_compare import Difference, compare_account, compare_bytes, compare_tree
from tests.support.tree_model import AlbumThere, Refusal, There, Tree
from tests.support.tree_verbs import Verbs

Step = tuple[object, ...]


def picture(seed: int) -> tuple[bytes, str | None]:
    """A picture, and when it was taken: every fourth one tells no date."""
    moment = datetime(2015 + seed % 3, 1 + seed % 5, 1 + seed % 28, 12, 0)  # noqa: DTZ001 - wall time
    taken = None if seed % 4 == 3 else moment
    data = make_jpeg(seed, width=24, height=16, taken=taken)
    return data, None if taken is None else taken.strftime("%Y-%m-%d %H:%M:%S")


class Hand(Protocol):
    """Does to the product what the reference model is told as well; by paths below the library."""

    def copy(self, path: str, data: bytes) -> None:
        """`cp x path`."""
        ...

    def restore(self, path: str) -> None:
        """`photofs trash restore path`."""
        ...

    async def judge(self) -> None:
        """What was written is looked at."""
        ...

    async def send(self) -> None:
        """All that is wished is sent."""
        ...

    async def scan(self, *, full: bool = False) -> None:
        """`photofs scan`."""
        ...

    def tree(self) -> dict[str, int]:
        """Every path with its inode number; folders end with a slash."""
        ...

    def digest(self, inode: int) -> str | None:
        """The hash of a file's bytes, None if that is not known here."""
        ...

    def problems(self) -> list[str]:
        """What `photofs check` says."""
        ...


@dataclass
class Walk:
    """One walk; `numbers` makes names that nothing has had before."""

    hand: Hand
    account: Account
    tree: Tree = field(default_factory=Tree)
    steps: list[Step] = field(default_factory=list)
    numbers: int = 100

    def __post_init__(self) -> None:
        """The verbs change this walk's tree."""
        self.verbs = Verbs(self.tree)

    async def begin(self, photos: int = 8) -> None:
        """Fill the account, and scan it."""
        self.account.state.people[OTHER] = Person(nsid=OTHER, username="grace")
        for seed in range(photos):
            self.remote_photo(f"Old {seed}", seed)
        for title, first in (("One", 0), ("Two", 2), ("Far / Near", 4)):
            self.remote_album(title, self.tree.account[first].number)
            self.remote_join(title, self.tree.account[first + 1].number)
        await self.do(("scan", True))

    async def do(self, step: Step) -> None:
        """One step, to both; then the whole tree is compared."""
        self.steps.append(step)
        verb, *words = step
        act: Callable[..., Awaitable[None]] = getattr(self, f"do_{verb}")
        await act(*words)
        compare_tree(self.tree, self.hand.tree())
        compare_bytes(self.tree, self.hand.digest)
        problems = self.hand.problems()
        if problems:
            raise Difference(f"photofs check: {problems}")

    def _both(self, verb: str, hands: Sequence[object], models: Sequence[object]) -> None:
        """A program's verb: both do it, or both refuse it with the same errno."""
        refusals = []
        for does, words in ((self.verbs, models), (self.hand, hands)):
            try:
                getattr(does, verb)(*words)
                refusals.append("done")
            except Refusal as refusal:
                refusals.append(str(refusal))
        if refusals[0] != refusals[1]:
            raise Difference(f"{verb} {models}: {refusals[1]} instead of {refusals[0]}")

    async def do_copy(self, path: str, seed: int) -> None:
        """`cp picture path`."""
        data, taken = picture(seed)
        digest = hashlib.sha256(data).hexdigest()
        self._both("copy", (path, data), (path, digest, taken))

    async def do_note(self, path: str, text: str) -> None:
        """`cp text path`: no photo."""
        data = text.encode()
        digest = hashlib.sha256(data).hexdigest()
        self._both("copy", (path, data), (path, digest, None, ""))

    async def do_link(self, path: str, new: str) -> None:
        """`ln path new`."""
        if self.tree.at(path):
            self._both("link", (path, new), (path, new))

    async def do_unlink(self, path: str) -> None:
        """`rm path`."""
        if self.tree.at(path):
            self._both("unlink", (path,), (path,))

    async def do_move(self, path: str, new: str) -> None:
        """`mv path new`."""
        if self.tree.at(path):
            self._both("move", (path, new), (path, new))

    async def do_mkdir(self, path: str) -> None:
        """`mkdir path`."""
        self._both("make_album", (path,), (path,))

    async def do_rmdir(self, path: str) -> None:
        """`rmdir path`."""
        if self.tree.album_at(self.tree.place_at(path) or ()):
            self._both("remove_album", (path,), (path,))

    async def do_rename(self, path: str, new: str) -> None:
        """`mv album other`."""
        if self.tree.album_at(self.tree.place_at(path) or ()):
            self._both("rename_album", (path, new), (path, new))

    async def do_restore(self, path: str) -> None:
        """`photofs trash restore path`."""
        found = self.tree.at(path)
        if found is not None and found[2].trashed:
            self.hand.restore(path)
            self.verbs.restore(found[2])

    async def do_judge(self) -> None:
        """What was written is looked at."""
        await self.hand.judge()
        self.verbs.judge()

    async def do_send(self) -> None:
        """A quiet point: all is judged and sent, and the account is as it should be."""
        await self.do_judge()
        await self.hand.send()
        send_all(self.tree, {album.title for album in self.account.state.albums})
        compare_account(self.tree, self.account)

    async def do_scan(self, full: bool) -> None:  # noqa: FBT001 - a step is plain words
        """`photofs scan`; a full one is an incremental one before it."""
        await self.hand.scan()
        if full:
            await self.hand.scan(full=True)
        if full:
            list_all(self.tree)
        scan(self.tree, full=full)

    # at the service

    async def do_remote(self, change: str, *words: object) -> None:
        """Somebody changes the account elsewhere."""
        getattr(self, f"remote_{change}")(*words)

    def remote_photo(self, title: str, seed: int) -> None:
        """A photo comes."""
        data, taken = picture(seed)
        stored, digest = self.account.store(data)
        photo = self.account.add_photo(stored, taken=taken, title=title)
        self.account.state.hashes[digest] = photo.id
        self.account.changed()
        self.tree.account.append(There(title, digest, taken, photo.id))

    def remote_delete(self, number: str) -> None:
        """A photo goes."""
        there = self._there(number)
        if there is not None:
            self.account.remove_photo(number)
            self.tree.account.remove(there)
            for album in self.tree.account_albums:
                album.members = [each for each in album.members if each is not there]
            self.tree.drop_empty_albums()

    def remote_title(self, number: str, title: str) -> None:
        """A photo is called otherwise."""
        there = self._there(number)
        if there is not None:
            photo = self.account.state.photos[number]
            photo.title = there.title = title
            self.account.touch(photo)

    def remote_date(self, number: str, taken: str) -> None:
        """A photo gets another date."""
        there = self._there(number)
        if there is not None:
            photo = self.account.state.photos[number]
            photo.taken, photo.taken_unknown = taken, False
            there.taken = taken
            self.account.touch(photo)

    def remote_favorite(self, number: str) -> None:
        """A photo is tagged as favorite, or no longer."""
        there = self._there(number)
        if there is not None:
            photo = self.account.state.photos[number]
            there.favorite = not there.favorite
            if there.favorite:
                self.account.tag(photo, FAVORITE)
            else:
                photo.tags = [tag for tag in photo.tags if tag.raw != FAVORITE]
            self.account.touch(photo)

    def remote_album(self, title: str, number: str) -> None:
        """An album is made."""
        there = self._there(number)
        if there is not None:
            made = self.account.add_album(title, [number])
            self.tree.account_albums.append(AlbumThere(title, [there], made.id))

    def remote_album_title(self, title: str, new: str) -> None:
        """An album is called otherwise."""
        album = self._album(title)
        if album is not None:
            found = self.account.album(album.number)
            assert found is not None
            found.title = album.title = new
            found.updated = self.account.now()
            self.account.changed()

    def remote_album_delete(self, title: str) -> None:
        """An album goes; its photos stay."""
        album = self._album(title)
        if album is not None:
            found = self.account.album(album.number)
            assert found is not None
            self.account.state.albums.remove(found)
            self.account.changed()
            self.tree.account_albums.remove(album)

    def remote_join(self, title: str, number: str) -> None:
        """A photo comes into an album."""
        album, there = self._album(title), self._there(number)
        if album is not None and there is not None and there not in album.members:
            found = self.account.album(album.number)
            assert found is not None
            found.photos.append(number)
            found.updated = self.account.now()
            self.account.changed()
            album.members.append(there)

    def remote_leave(self, title: str, number: str) -> None:
        """A photo leaves an album, which goes with its last one."""
        album, there = self._album(title), self._there(number)
        if album is not None and there is not None and there in album.members:
            found = self.account.album(album.number)
            assert found is not None
            self.account.take_from_album(found, {number})
            album.members.remove(there)
            self.tree.drop_empty_albums()

    def _there(self, number: str) -> There | None:
        return next((each for each in self.tree.account if each.number == number), None)

    def _album(self, title: str) -> AlbumThere | None:
        albums = self.tree.account_albums
        return next((each for each in albums if each.title == title and each.number), None)
