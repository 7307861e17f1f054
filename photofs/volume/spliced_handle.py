"""An open photo that is shown with other first bytes than its file has."""

from photofs.model.errors import Refused
from photofs.model.splice import AS_IT_IS, Splice
from photofs.volume.handles import Handle, SealedHandle


class SplicedHandle:
    """Reads the head from memory, and all behind it from the file, at the file's own offsets."""

    def __init__(self, handle: Handle, splice: Splice) -> None:
        """Takes the handle over."""
        self._handle = handle
        self._splice = splice
        self.whole = handle.whole

    async def read(self, offset: int, length: int) -> bytes:
        """As Handle says."""
        start, data, rest = self._parts(offset, length)
        return data + await self._handle.read(start, rest) if rest else data

    def read_now(self, offset: int, length: int) -> bytes | None:
        """As `read` without waiting; None if the file is not whole."""
        start, data, rest = self._parts(offset, length)
        if not rest:
            return data
        handle = self._handle
        return data + handle.read_now(start, rest) if isinstance(handle, SealedHandle) else None

    def _parts(self, offset: int, length: int) -> tuple[int, bytes, int]:
        """Where the file's bytes begin, what comes before them, and how many of them follow."""
        data = self._splice.head[offset : offset + length]
        return offset + len(data) - self._splice.grows, data, length - len(data)

    def close(self) -> None:
        """Give the descriptor back."""
        self._handle.close()


NowHandle = SealedHandle | SplicedHandle
"""What may be read without waiting."""


def with_head(handle: Handle, splice: Splice) -> Handle:
    """The handle, read with that head if there is one."""
    return handle if splice == AS_IT_IS else SplicedHandle(handle, splice)


def check_as_it_is(splice: Splice) -> None:
    """Refused for a photo with a head that its file does not have: no place in it is the file's."""
    if splice != AS_IT_IS:
        raise Refused(
            "this picture is shown with a date or place that its file does not have (--embed),"
            " and cannot be changed in place",
            safe="nothing was changed",
            remedy="write it as a new file and move that over it, as most programs do,"
            " or mount without --embed",
        )
