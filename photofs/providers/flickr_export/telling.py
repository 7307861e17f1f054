"""Photos and albums of an export as the observations that a scan yields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.observation import AlbumSeen, Finding, FindingKind, PhotoSeen
from photofs.model.photo import Media
from photofs.model.wording import counted
from photofs.providers.archives.member_stream import content_hash, content_key
from photofs.providers.archives.plain import plain
from photofs.providers.archives.ref import Ref, write_ref
from photofs.providers.flickr_export.choosing import Medium
from photofs.providers.flickr_export.gathering import Dated, DatedAlbum, Gathering
from photofs.providers.flickr_export.media_name import read_name
from photofs.providers.flickr_export.sidecar import Sidecar

NO_BYTES = "no bytes yet"
"""The content key of a photo whose file was never here: its first file will bear another."""


@dataclass(slots=True, kw_only=True)
class Telling:
    """Turns what was gathered and chosen into observations.

    `part_sizes` in bytes and `part_moments` in nanoseconds, by part; `before` is what was told of
    photos that have lost their file since.
    """

    gathering: Gathering
    chosen: Mapping[str, Medium]
    part_sizes: Mapping[str, int]
    part_moments: Mapping[str, int]
    before: Mapping[str, PhotoSeen]

    def present(self, photo_id: str) -> Iterator[PhotoSeen | Finding]:
        """A photo whose file is here."""
        medium = self.chosen[photo_id]
        member = medium.member
        dated = self.gathering.sidecars.get(photo_id)
        if dated is None:
            why = medium.name.guessed or "its name holds no photo's id"
            why = f"no photo_<id>.json is here for it; {why}"
            yield Finding(kind=FindingKind.NO_SIDECAR, path=plain(member.shown), why=why)
        seen = PhotoSeen(
            remote_id=photo_id,
            media=medium.media,
            content_key=content_key(member),
            ref=write_ref(Ref(member, self.part_sizes.get(member.part, 0))),
            as_of_ns=dated.as_of_ns if dated else self._moment(medium),
            extension=medium.extension,
            size=member.size,
            hash=content_hash(member),
        )
        yield _with_facts(seen, dated.sidecar if dated else None, medium)

    def missing(self, photo_id: str) -> Iterator[PhotoSeen | Finding]:
        """A photo of which only the sidecar is here; what was known of its bytes stays known."""
        dated = self.gathering.sidecars[photo_id]
        why = "no file of this photo is here: its part is missing, or the export left it out"
        yield Finding(kind=FindingKind.NO_MEDIUM, path=plain(dated.path), why=why)
        before = self.before.get(photo_id)
        bare = before or _without_bytes(photo_id, dated)
        seen = replace(bare, as_of_ns=dated.as_of_ns, missing=True)
        yield _with_facts(seen, dated.sidecar, None)

    def album(self, dated: DatedAlbum) -> AlbumSeen:
        """An album with those of its photos of which the export has anything at all."""
        album = dated.album
        here = [one for one in album.photos if self._has(one)]
        return AlbumSeen(
            remote_id=album.album_id,
            title=album.title,
            description=album.description,
            members=tuple(here),
            as_of_ns=dated.as_of_ns,
            position=album.position,
            members_complete=len(here) == len(album.photos) and not album.held_back,
        )

    def favorites(self) -> Iterator[Finding]:
        """Others' photos are only listed in an export: there is nothing to show of them."""
        for path, count in self.gathering.favorites.items():
            if count:
                theirs = f"{counted(count, 'favourite')} of other people"
                why = f"it lists {theirs}; an export holds no bytes of them"
                yield Finding(kind=FindingKind.NO_MEDIUM, path=plain(path), why=why)

    def _has(self, photo_id: str) -> bool:
        return photo_id in self.chosen or photo_id in self.gathering.sidecars

    def _moment(self, medium: Medium) -> int:
        return self.part_moments.get(medium.member.part, medium.member.at)


def _without_bytes(photo_id: str, dated: Dated) -> PhotoSeen:
    """A video's `original` is the address of its picture: so the kind is not known for sure."""
    url = dated.sidecar.original_url or ""
    return PhotoSeen(
        remote_id=photo_id,
        media=Media.PICTURE,
        content_key=NO_BYTES,
        ref="",
        as_of_ns=dated.as_of_ns,
        extension=read_name(url.rpartition("/")[2], ()).extension,
    )


def _with_facts(seen: PhotoSeen, sidecar: Sidecar | None, medium: Medium | None) -> PhotoSeen:
    head = medium.head if medium else None
    if sidecar is None:
        name = f"{medium.name.slug or seen.remote_id}.{seen.extension}" if medium else None
        position = head.position if head else None
        taken = head.taken if head else None
        return replace(seen, file_name=name, taken=taken, position=position)
    taken = head.taken if head else None
    if sidecar.taken is not None:
        taken = TakenFact(by=TakenBy.SERVICE, local=sidecar.taken)
    return replace(
        seen,
        title=sidecar.title,
        description=sidecar.description,
        taken=taken,
        uploaded_ns=sidecar.uploaded_ns,
        position=sidecar.position,
        tags=sidecar.tags,
        page_url=sidecar.page_url,
    )
