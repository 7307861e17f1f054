"""A member as an OriginalStream: read in worker threads, checked by its CRC when read whole."""

import zlib

import trio

from photofs.model.errors import Corrupt
from photofs.model.observation import ContentHash, HashKind
from photofs.model.span import Span
from photofs.providers.archives.member import Member, MemberReader

CHUNK = 256 << 10


class MemberStream:
    """The bytes of one span of a member, or of all of it.

    The last chunk of a whole member is held back until the CRC has been compared, so that a reader
    never takes damaged bytes for a whole original.
    """

    def __init__(self, member: Member, reader: MemberReader, span: Span | None) -> None:
        """The reader stands at the member's first byte; whoever made it closes it."""
        self._reader = reader
        self._crc = member.crc
        self.total: int | None = member.size
        self.start = 0 if span is None else min(max(span.start, 0), member.size)
        stop = member.size if span is None else min(max(span.stop, self.start), member.size)
        self._left = stop - self.start
        self._whole = self._left == member.size
        self.hash: ContentHash | None = content_hash(member)
        self.validator: str | None = reader.validator or content_key(member)
        self._running_crc = 0
        self._skipped = False

    def __aiter__(self) -> "MemberStream":
        """Itself: a stream is read once."""
        return self

    async def __anext__(self) -> bytes:
        """The next chunk of up to 256 KiB; Corrupt where the archive is damaged."""
        if self._left <= 0:
            raise StopAsyncIteration
        chunk = await trio.to_thread.run_sync(self._next)
        if self._left == 0 and self._whole and self._crc not in {None, self._running_crc}:
            raise Corrupt(
                "the archive holds other bytes than it says (its checksum differs)",
                safe="nothing of it was kept",
                remedy="download this part again",
            )
        return chunk

    def _next(self) -> bytes:
        if not self._skipped:
            self._reader.skip(self.start)
            self._skipped = True
        chunk = self._reader.read(min(CHUNK, self._left))
        self._left -= len(chunk)
        if self._whole:
            self._running_crc = zlib.crc32(chunk, self._running_crc)
        return chunk


def content_hash(member: Member) -> ContentHash | None:
    """The member's CRC-32, where its archive has one."""
    return None if member.crc is None else ContentHash(HashKind.CRC32, f"{member.crc:08x}")


def content_key(member: Member) -> str:
    """Changes when the member's bytes may have: CRC and length, else mtime and length."""
    if member.crc is None:
        return f"mtime:{member.at}:{member.size}"
    return f"crc32:{member.crc:08x}:{member.size}"
