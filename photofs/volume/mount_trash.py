"""The trash of the mount, which file managers use, as far as photos and albums lie in it.

What else lies there are plain files of this disk (photofs.fuse.trash_operations puts both
together). What it means is decided in photofs.wishing.discarding.
"""

from typing import Final

from photofs.model.discard import FIRST_DISCARD_INO, Discard, TrashSpot
from photofs.model.errors import NotFound, Refused
from photofs.model.folder import SCRATCH
from photofs.model.node import Node
from photofs.model.spot import Spot, check_name
from photofs.model.wish import Asker
from photofs.volume.volume import Volume
from photofs.volume.writer import Writer

LISTED: Final = 200
"""Read at a time, in some 3 ms: for so long nobody else is answered."""


class MountTrash:
    """The trash of every user of one mount."""

    def __init__(self, volume: Volume, writer: Writer) -> None:
        """Verbs go through the writer, as all of the volume's do."""
        self._volume = volume
        self._writer = writer
        self._tree = volume.tree

    def listed(self, owner: int, after: int) -> list[Discard]:
        """What lies in a user's trash with numbers above `after`, as far as it is read at once."""
        return self._tree.discards(owner, after, LISTED)

    def is_empty(self, owner: int) -> bool:
        """Whether no photo or album lies in a user's trash."""
        return not self._tree.discards(owner, 0, 1)

    def at(self, spot: TrashSpot) -> Discard | None:
        """What lies there under a name."""
        return self._tree.discard_at(spot)

    def node(self, discard: Discard) -> Node:
        """The attributes: a photo's own, an album's as of an empty folder."""
        if discard.photo is not None:
            return self._volume.attributes(discard.ino)
        return Node(
            ino=discard.ino,
            folder=True,
            size=0,
            exact=True,
            mtime_ns=discard.at_ns,
            ctime_ns=discard.at_ns,
            links=1,
        )

    def album(self, ino: int) -> Node:
        """The attributes of an album that lies there; NotFound."""
        discard = self._tree.discarded_album((ino - FIRST_DISCARD_INO) // 2)
        if discard is None:
            raise NotFound("this album lies in no trash any more")
        return self.node(discard)

    def folder_at(self, spot: Spot) -> int | None:
        """The inode of the folder that stands at a spot of the tree; None if that is none."""
        try:
            node = self._volume.lookup(spot.folder_ino, spot.name)
        except NotFound:
            return None
        return node.ino if node.folder else None

    async def put(self, spot: Spot, to: TrashSpot, asker: Asker) -> None:
        """Put there what stands at a spot of the tree."""
        if spot.name == SCRATCH and self._volume.library_at(spot.folder_ino) is not None:
            raise Refused(
                "Scratch itself stays",
                safe="nothing was changed",
                remedy="put what lies in it there instead",
            )
        await self._writer.do(lambda wishes: wishes.discarding.put(spot, to, asker), spot)

    async def bring_back(self, spot: TrashSpot, to: Spot, asker: Asker, *, told: bool) -> None:
        """Move what lies there to a spot of the tree; `told`: the asker hears what stands there."""
        check_name(to)
        asked = (to,) if told else ()
        await self._writer.do(lambda wishes: wishes.discarding.bring_back(spot, to, asker), *asked)

    async def forget(self, spot: TrashSpot) -> None:
        """It is to be seen there no more; nothing else changes."""
        await self._writer.do(lambda wishes: wishes.discarding.forget(spot))

    async def rename(self, spot: TrashSpot, name: bytes) -> None:
        """Another name in the same trash; Exists."""
        await self._writer.do(lambda wishes: wishes.discarding.rename(spot, name))

    async def sweep(self, owner: int) -> list[bytes]:
        """Forget some of what came back by another way; the names under which it lay there."""
        return await self._writer.do(lambda wishes: wishes.discarding.sweep(owner))
