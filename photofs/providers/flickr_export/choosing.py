"""Which file is a photo's original, of all that bear its id."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from photofs.model.head import HeadFacts
from photofs.model.observation import Finding, FindingKind
from photofs.model.photo import Media
from photofs.providers.archives.member import Member
from photofs.providers.archives.plain import plain
from photofs.providers.flickr_export.media_name import MediaName, read_name


class Medium(NamedTuple):
    """A file that is a picture or video, what its name tells, and what its head does, if read."""

    member: Member
    name: MediaName
    media: Media
    extension: str
    head: HeadFacts | None


@dataclass(slots=True)
class Choosing:
    """Takes each file once; `chosen` then has one medium for each photo id.

    `read_head` looks into a file, and is asked only where the name leaves something open;
    `mtimes` are the parts' own, in nanoseconds. `crc` tells the checksum of a file's bytes, and is
    asked only where names and lengths are the same.
    """

    known: Mapping[str, object]
    mtimes: Mapping[str, int]
    read_head: Callable[[Member], HeadFacts | None]
    crc: Callable[[Member], int | None]
    chosen: dict[str, Medium] = field(default_factory=dict)

    def add(self, member: Member) -> Iterator[Finding]:
        """Take in a file, and say what is doubtful about it."""
        name = read_name(plain(member.name), self.known)
        head = None
        if name.media is None or name.photo_id not in self.known:
            head = self.read_head(member)
        media = head.media if head else name.media
        if media is None:
            yield from self._no_medium(member, name)
            return
        extension = head.extension if head else name.extension
        medium = Medium(member, name, media, extension, head)
        photo_id = name.photo_id or self._unnamed_id(member)
        former = self.chosen.get(photo_id)
        if former is None:
            self.chosen[photo_id] = medium
            return
        better, other = sorted((former, medium), key=self._rank, reverse=True)
        self.chosen[photo_id] = better
        yield from _left_out(better, other)

    def _unnamed_id(self, member: Member) -> str:
        """The first file of a name and length has the plain id, other bytes have one by them."""
        plain_id = unnamed_id(member)
        former = self.chosen.get(plain_id)
        if former is None:
            return plain_id
        crc = self.crc(member)
        if crc is None:
            return f"{plain_id}-{sha256(repr(member.shown).encode()).hexdigest()[:16]}"
        return plain_id if crc == self.crc(former.member) else f"{plain_id}-{crc:08x}"

    def _rank(self, medium: Medium) -> tuple[bool, bool, int, str]:
        """A video before its poster, a file with a checksum before one without, the newest part."""
        member = medium.member
        moment = self.mtimes.get(member.part, member.at)
        has_checksum = member.crc is not None
        return (medium.media is Media.VIDEO, has_checksum, moment, member.shown)

    def _no_medium(self, member: Member, name: MediaName) -> Iterator[Finding]:
        """Files beside an export that have nothing to do with it are passed over in silence."""
        if name.photo_id in self.known:
            why = f"it bears the id of photo {name.photo_id}, but is no picture or video"
            yield Finding(kind=FindingKind.UNREADABLE, path=plain(member.shown), why=why)


def unnamed_id(member: Member) -> str:
    """An id for a file whose name has none; it stays while the file keeps its name and length."""
    told = f"{member.name}\0{member.size}"
    return "file-" + sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _left_out(better: Medium, other: Medium) -> Iterator[Finding]:
    same = (better.member.size, better.member.crc) == (other.member.size, other.member.crc)
    if same and better.member.crc is not None:
        return
    poster = better.media is Media.VIDEO and other.media is Media.PICTURE
    what = "the picture of a video" if poster else "another file of the same photo"
    why = f"left out: it is {what}, {plain(better.member.shown)} is shown"
    yield Finding(kind=FindingKind.GUESS, path=plain(other.member.shown), why=why)
