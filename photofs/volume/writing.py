"""What programs change in the tree: names, folders, times, bytes; with no FUSE in sight.

Verbs become wishes (wishes.py) in the writer's thread, one after the other, each durable before it
is answered. What is open in this mount follows them, before the next one has its turn.
"""

from contextlib import suppress
from typing import Final

import trio

from photofs.model.errors import Exists, PhotofsError, Refused
from photofs.model.naming import backup_of, is_of_a_medium, looks_temporary
from photofs.model.node import is_folder_ino
from photofs.model.spot import Renamed, Spot, check_name
from photofs.model.wish import Asker
from photofs.volume.intake import Intake
from photofs.volume.mount_trash import MountTrash
from photofs.volume.volume import Opened, Volume
from photofs.volume.writer import Around, Store, Writer

REFUSE: Final = "refuse"


class Writing:
    """All writing verbs of one mount."""

    def __init__(
        self, volume: Volume, store: Store, writer: Writer, *, other_files: str = "keep"
    ) -> None:
        """`other_files`: "keep" files that are no photos, or "refuse" to make them."""
        self._volume = volume
        self._store = store
        self._writer = writer
        self._refuse_others = other_files == REFUSE
        self.files = Intake(volume, store.written, writer)
        self.trash = MountTrash(volume, writer)

    def surround(self, around: Around) -> None:
        """From now on each change of the catalog is made within this."""
        self._writer.surround(around)

    async def create(self, spot: Spot, asker: Asker, *, exclusive: bool, empty: bool) -> Opened:
        """A file that is open for writing: a new one, or without `exclusive` the one there is."""
        check_name(spot)
        self._check_kind(spot.name)
        try:
            return await self.files.create(spot, asker)
        except Exists:
            if exclusive:
                raise
        node = self._volume.lookup(spot.folder_ino, spot.name)
        return await self.files.open(node.ino, asker, empty=empty)

    async def link(self, ino: int, spot: Spot, asker: Asker) -> None:
        """One more name for a photo."""
        check_name(spot)
        real = self._volume.drafts.real(ino)
        await self._writer.do(lambda wishes: wishes.link(real, spot, asker), spot, told=ino)

    async def unlink(self, spot: Spot, asker: Asker) -> None:
        """Take a name away."""
        await self._writer.do(lambda wishes: wishes.unlink(spot, asker), spot, then=self._unnamed)

    def _unnamed(self, ino: int) -> None:
        """A name of it is gone, perhaps its last one."""
        if not self._volume.attributes(ino).links:
            self._volume.drafts.removed(ino)

    async def rename(self, old: Spot, new: Spot, asker: Asker, *, replace: bool) -> Renamed:
        """Move a name; over another photo's name it is an overwriting of that photo."""
        check_name(new)
        node = self._volume.lookup(old.folder_ino, old.name)
        if not node.folder:
            if self._volume.draft_here(node.ino):
                self._check_kind(new.name)
            elif old.folder_ino == new.folder_ino and backup_of(new.name) == old.name:
                await self._keep_original(node.ino)
        return await self._writer.do(
            lambda wishes: wishes.rename(old, new, asker, replace=replace),
            old,
            new,
            then=self._renamed,
        )

    def _renamed(self, done: Renamed) -> None:
        """A name leads to another file now; one may have given way to it."""
        if done.took_over:
            self._volume.moved(done.gone, done.ino)
        elif done.gone:
            self._unnamed(done.gone)

    async def mkdir(self, spot: Spot, asker: Asker) -> int:
        """Make an album; the folder's inode."""
        check_name(spot)
        return await self._writer.do(lambda wishes: wishes.mkdir(spot, asker), spot)

    async def rmdir(self, spot: Spot, asker: Asker) -> None:
        """Remove an album that shows nothing."""
        await self._writer.do(lambda wishes: wishes.rmdir(spot, asker), spot)

    async def set_mtime(self, ino: int, mtime_ns: int, asker: Asker) -> None:
        """A program sets a time: kept for files that it brings in."""
        real = self._volume.drafts.real(ino)
        if is_folder_ino(real):
            return
        if self.files.is_nameless(real):
            self.files.set_time(real, mtime_ns)
            return
        await self._writer.do(
            lambda wishes: wishes.set_mtime(real, mtime_ns, asker),
            then=lambda _: self.files.set_time(real, mtime_ns),
        )

    async def set_attribute(self, ino: int, name: str, value: str | None, asker: Asker) -> None:
        """What a photo tells of itself; None removes it. Refused for what cannot be set."""
        real = self._volume.drafts.real(ino)
        await self._writer.do(lambda wishes: wishes.set_attribute(real, name, value, asker))

    async def _keep_original(self, ino: int) -> None:
        """A program puts a photo away under a backup name: have its original whole, and kept.

        What it writes in its place is an overwriting, and the backup is a file of its own then.
        Where the original cannot be had, the program's own new file is just that.
        """
        if not self._volume.is_told(ino):
            return
        with suppress(PhotofsError):
            sha256 = await self._volume.whole(ino)
            await trio.to_thread.run_sync(self._store.keep, sha256)

    def _check_kind(self, name: str) -> None:
        """Refused, if files that are no photos are not to be made here."""
        if self._refuse_others and not is_of_a_medium(name) and not looks_temporary(name):
            raise Refused(
                f"{name!r} is neither a picture nor a video",
                safe="nothing was changed",
                remedy='put it into Scratch, or set writing.other_files = "keep"',
            )
