"""An item of the exports as the observations that a scan yields."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.head import HeadFacts
from photofs.model.observation import Finding, FindingKind, PhotoSeen
from photofs.model.photo import Media
from photofs.providers.archives.member import Member
from photofs.providers.archives.member_stream import content_hash, content_key
from photofs.providers.archives.plain import clean
from photofs.providers.archives.ref import Ref, write_ref
from photofs.providers.takeout.albums import Albums
from photofs.providers.takeout.copies import Copy
from photofs.providers.takeout.file_name import file_name
from photofs.providers.takeout.items import Items
from photofs.providers.takeout.sidecar import Sidecar
from photofs.providers.takeout.sidecar_name import take_apart
from photofs.providers.takeout.takeover import Former, with_newest_word
from photofs.providers.takeout.variants import Role, media_of, right_extension
from photofs.providers.takeout.versions import Moments, Version, moment_of, versions

_SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ARCHIVE_FOLDERS = frozenset({"archive"})
_TRASH_FOLDERS = frozenset({"trash", "bin"})
_PAGE = "https://photos.google.com/"

ReadHead = Callable[[Member], HeadFacts | None]
"""What the first bytes of a member tell; None where they are no medium or are not to be had."""


class Telling:
    """Turns items into observations, one after the other."""

    def __init__(
        self,
        items: Items,
        moments: Moments,
        part_sizes: Mapping[str, int],
        read_head: ReadHead,
        albums: Albums,
        former: Former | None = None,
    ) -> None:
        """`part_sizes` in bytes by part. `albums` fills while photos are told.

        `former` knows what was told before, where that may be newer.
        """
        self._items = items
        self._moments = moments
        self._part_sizes = part_sizes
        self._read_head = read_head
        self._mains = {link.main for link in items.links.values()}
        self._albums = albums
        self._former = former

    def photos(self, item_id: str) -> Iterator[PhotoSeen | Finding]:
        """The photos of one item, and what is guessed of them."""
        copies = self._items.copies[item_id]
        newest = _newest_sidecar(copies, self._moments)
        found = versions(copies, self._moments)
        for version in found:
            told = _newest_sidecar(version.copies, self._moments) or newest
            sidecar = told.sidecar if told else None
            head = self._head(version.member, sidecar)
            if head is None and sidecar is None and media_of(clean(version.member.name)) is None:
                yield _no_medium(version.member)
                continue
            yield from _told_by_folder(version, sidecar)
            as_of = moment_of(told or version.copies[0], self._moments)
            seen = self._photo(item_id, version, sidecar, head, as_of)
            if told is None:
                seen = self._with_known_facts(seen, item_id)
            if self._former is not None:
                held = [copy.member for copy in copies if copy.member]
                others = [other.member for other in found if other is not version]
                seen = with_newest_word(seen, self._former.of(seen.remote_id), held, others)
            self._enter_albums(seen, version)
            yield self._in_set(seen, item_id, version, alone=len(found) == 1)

    def _photo(
        self,
        item_id: str,
        version: Version,
        sidecar: Sidecar | None,
        head: HeadFacts | None,
        as_of_ns: int,
    ) -> PhotoSeen:
        member = version.member
        name = file_name(version.role, member, sidecar, extra=version.extra)
        bare = right_extension(name)[1:].lower() if media_of(name) else ""
        trashed, archived = _states(version, sidecar)
        return PhotoSeen(
            remote_id=item_id + version.suffix,
            media=head.media if head else media_of(name) or Media.PICTURE,
            content_key=content_key(member),
            ref=write_ref(Ref(member, self._part_sizes.get(member.part, 0))),
            as_of_ns=as_of_ns,
            file_name=name,
            extension=head.extension if head else bare,
            description=clean(sidecar.description) if sidecar and sidecar.description else None,
            taken=_taken(sidecar) or (head.taken if head else None),
            uploaded_ns=_nanoseconds(sidecar.uploaded) if sidecar else None,
            changed_ns=_nanoseconds(sidecar.changed) if sidecar else None,
            position=sidecar.position if sidecar else (head.position if head else None),
            people=tuple(clean(name) for name in sidecar.people) if sidecar else (),
            favorite=sidecar.favorite if sidecar else None,
            archived=archived,
            trashed=trashed,
            page_url=_page_url(sidecar),
            size=member.size,
            hash=content_hash(member),
        )

    def _with_known_facts(self, seen: PhotoSeen, item_id: str) -> PhotoSeen:
        """The file with what an earlier scan told of it, if one had its sidecar."""
        known = self._items.orphans.known.get(item_id)
        if not known:
            return seen
        facts = known.get(seen.remote_id)
        if facts is None:  # another file of the item
            facts = replace(
                next(iter(known.values())),
                remote_id=seen.remote_id,
                media=seen.media,
                extension=seen.extension,
                file_name=seen.file_name,
            )
        return replace(
            facts,
            content_key=seen.content_key,
            ref=seen.ref,
            size=seen.size,
            hash=seen.hash,
            missing=False,
        )

    def _head(self, member: Member, sidecar: Sidecar | None) -> HeadFacts | None:
        """Looked at only where name and sidecar leave something open: it costs a read each."""
        name = clean(member.name)
        extension = take_apart(name).extension.lower()
        if sidecar is None or media_of(name) is None:
            return self._read_head(member)
        title = take_apart(sidecar.title)
        doubtful = media_of(sidecar.title) is not media_of(name) and title.extension
        return (
            self._read_head(member) if doubtful and title.extension.lower() != extension else None
        )

    def _in_set(self, seen: PhotoSeen, item_id: str, version: Version, *, alone: bool) -> PhotoSeen:
        link = self._items.links.get(item_id)
        if alone and link is None and item_id not in self._mains:
            return seen
        role = link.role if link and version.role is Role.MAIN else version.role
        return replace(seen, set_key=link.main if link else item_id, set_role=role.value)

    def _enter_albums(self, seen: PhotoSeen, version: Version) -> None:
        service = seen.taken is not None and seen.taken.by is TakenBy.SERVICE
        taken = seen.taken.instant if seen.taken and service else None
        seconds = (taken - _EPOCH) // timedelta(seconds=1) if taken else None
        for copy in version.copies:
            self._albums.add(copy.folder, moment_of(copy, self._moments))
            self._albums.enter(copy.folder, seen.remote_id, seconds, seen.file_name or "")


def _newest_sidecar(copies: Sequence[Copy], moments: Moments) -> Copy | None:
    told = [copy for copy in copies if copy.sidecar is not None]
    return max(told, key=lambda copy: moment_of(copy, moments)) if told else None


def _states(version: Version, sidecar: Sidecar | None) -> tuple[bool | None, bool | None]:
    """(trashed, archived): the sidecar's flags; else the folder, if all copies lie in one such."""
    by_folder = _special_folder(version)
    trashed = bool(sidecar and sidecar.trashed) or by_folder in _TRASH_FOLDERS
    archived = bool(sidecar and sidecar.archived) or by_folder in _ARCHIVE_FOLDERS
    untold = sidecar is None
    return (trashed or None if untold else trashed), (archived or None if untold else archived)


def is_special(folder: str) -> bool:
    """Whether a folder's own name says that what lies in it is archived or in the trash."""
    return folder.rpartition("/")[2].lower() in _ARCHIVE_FOLDERS | _TRASH_FOLDERS


def _special_folder(version: Version) -> str | None:
    names = {copy.folder.path.rpartition("/")[2].lower() for copy in version.copies}
    special = names & (_ARCHIVE_FOLDERS | _TRASH_FOLDERS)
    folders = [copy.folder for copy in version.copies if copy.folder.album is None]
    return special.pop() if len(names) == len(special) == 1 and folders else None


def _told_by_folder(version: Version, sidecar: Sidecar | None) -> Iterator[Finding]:
    special = _special_folder(version)
    if special is None or (sidecar and (sidecar.trashed or sidecar.archived)):
        return
    state = "in the trash" if special in _TRASH_FOLDERS else "archived"
    why = f"taken as {state} by its folder's name alone"
    yield Finding(kind=FindingKind.GUESS, path=clean(version.member.shown), why=why)


def _no_medium(member: Member) -> Finding:
    why = "left out: neither its name nor its first bytes are a picture's or a video's"
    return Finding(kind=FindingKind.REFUSED, path=clean(member.shown), why=why)


def _taken(sidecar: Sidecar | None) -> TakenFact | None:
    if sidecar is None or sidecar.taken is None:
        return None
    instant = _EPOCH + timedelta(seconds=sidecar.taken)
    return TakenFact(by=TakenBy.SERVICE, instant=instant)


def _nanoseconds(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * _SECOND


def _page_url(sidecar: Sidecar | None) -> str | None:
    url = sidecar.url if sidecar else None
    return url if url and url.startswith(_PAGE) else None
