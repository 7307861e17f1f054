"""Files what a source says of one photo: its observation, its facts, and its places."""

from dataclasses import dataclass, replace

from photofs.catalog.photo_writes import ObservationRow, PhotoFacts
from photofs.catalog.seen_json import from_json, to_json
from photofs.filing.desk import Desk
from photofs.filing.facts import first_facts, next_facts, places_moved
from photofs.filing.merging import Home, Merging
from photofs.filing.overlay import laid_over
from photofs.filing.overruling import Overruling
from photofs.filing.replaced import Replaced
from photofs.model.content_key import completed, is_in_part
from photofs.model.observation import PhotoSeen


@dataclass(slots=True)
class Filed:
    """How many photos were told of, and what of it was news."""

    seen: int = 0
    added: int = 0
    changed: int = 0


class PhotoFiling:
    """Files PhotoSeen values of one scan, each within one transaction."""

    def __init__(self, desk: Desk) -> None:
        """`desk` holds what all filing of a scan shares."""
        self._desk = desk
        self._merging = Merging(desk)
        self.filed = Filed()

    def file(self, seen: PhotoSeen) -> None:
        """Take in one photo; what the user had deleted is not brought back."""
        self.filed.seen += 1
        row = self._desk.catalog.observation(self._desk.source_id, seen.remote_id)
        if row is None:
            self._add(seen)
            return
        if is_in_part(seen.content_key):
            seen = completed(from_json(row.seen, row.as_of_ns), seen)
        text = to_json(seen)
        live = self._desk.live
        if text == row.seen and not row.gone:
            as_of = seen.as_of_ns if live else max(seen.as_of_ns, row.as_of_ns)
            self._desk.catalog.touch_observation(row.observation_id, as_of, self._desk.scan)
            if self._desk.several and as_of != row.as_of_ns:
                self._merging.touched(row.observation_id, row.photo_id, row.as_of_ns, as_of)
            return
        before = from_json(row.seen, row.as_of_ns)
        # an older export says nothing new, unless the bytes that it holds had gone missing
        older = seen.as_of_ns < row.as_of_ns and not live
        if older and not (before.missing and not seen.missing):
            return
        self._change(row, before, seen, text)

    def _add(self, seen: PhotoSeen) -> None:
        desk = self._desk
        if desk.catalog.is_buried(desk.source_id, seen.remote_id):
            return
        self.filed.added += 1
        home = self._merging.home_of(seen) if desk.several else None
        if home is not None and home.photo is not None:
            self._add_to(home.photo, home, seen)
            return
        facts = first_facts(seen, desk.library.library_id, desk.resolve, desk.now_ns())
        albums = desk.catalog.albums_awaiting(desk.source_id, seen.remote_id)
        folders = desk.placing.wanted(facts, albums)
        photo_id = desk.catalog.add_photo(facts, len(folders))
        observation_id = desk.catalog.add_observation(
            desk.source_id, seen.remote_id, photo_id, seen.as_of_ns, desk.scan, to_json(seen)
        )
        for album in albums:
            desk.catalog.resolve_member(album, seen.remote_id, photo_id)
        desk.placing.enter(photo_id, seen.remote_id, facts.name, folders)
        if home is not None:
            self._merging.enter(observation_id, home)

    def _add_to(self, photo_id: int, home: Home, seen: PhotoSeen) -> None:
        """A photo that another source has told of."""
        catalog, source = self._desk.catalog, self._desk.source_id
        before = catalog.words(photo_id)
        observation_id = catalog.add_observation(
            source, seen.remote_id, photo_id, seen.as_of_ns, self._desk.scan, to_json(seen)
        )
        for album in catalog.albums_awaiting(source, seen.remote_id):
            catalog.resolve_member(album, seen.remote_id, photo_id)
            catalog.queue_photo(photo_id)
        self._merging.enter(observation_id, home)
        self._merging.show_anew(photo_id, before)

    def _change(self, row: ObservationRow, before: PhotoSeen, seen: PhotoSeen, text: str) -> None:
        desk = self._desk
        if row.gone and desk.catalog.is_buried(desk.source_id, seen.remote_id):
            return
        self.filed.changed += 1
        if is_in_part(before.content_key):
            before = self._know_version(row, before, seen)
        if before.content_key == seen.content_key:
            self._tell(row, before, seen, text)
            return
        with Replaced(desk).keeping_sent(row.photo_id):
            self._tell(row, before, seen, text)

    def _know_version(self, row: ObservationRow, before: PhotoSeen, seen: PhotoSeen) -> PhotoSeen:
        """What was told in part is told wholly now: the bytes are the same, and so it was told."""
        old, new = before.content_key, seen.content_key
        self._desk.catalog.rename_version(row.photo_id, row.observation_id, old, new)
        return replace(before, content_key=new)

    def _tell(self, row: ObservationRow, before: PhotoSeen, seen: PhotoSeen, text: str) -> None:
        """What is told of a photo that was told of before, and all that follows."""
        desk = self._desk
        if row.gone:
            Overruling(desk.catalog, desk.now_ns).photo_is_back(row.photo_id)
        old = desk.catalog.photo_facts(row.photo_id)
        if desk.several:
            others = desk.catalog.other_words(row.photo_id, row.observation_id)
            if others:
                self._change_one_of(row, before, seen, text)
                return
        facts = next_facts(old, before, seen, desk.resolve, desk.now_ns())
        facts = laid_over(desk.catalog, row.photo_id, old, facts, desk.resolve)
        self._note(row, before, seen, text)
        self._settle(row.photo_id, seen.remote_id, old, facts)
        if desk.several:
            self._merging.changed(row.observation_id, seen)

    def _change_one_of(
        self, row: ObservationRow, before: PhotoSeen, seen: PhotoSeen, text: str
    ) -> None:
        """What one of several sources tells otherwise; what is shown follows from all of them."""
        words = self._desk.catalog.words(row.photo_id)
        self._note(row, before, seen, text)
        self._merging.show_anew(row.photo_id, words, same=not row.gone)
        self._merging.changed(row.observation_id, seen)

    def _note(self, row: ObservationRow, before: PhotoSeen, seen: PhotoSeen, text: str) -> None:
        """What is told now, and what it ends that was known by what was told before."""
        desk = self._desk
        Overruling(desk.catalog, desk.now_ns).photo_changed(row.photo_id, before, seen)
        if _bytes_of(before) != _bytes_of(seen):
            desk.catalog.forget_trouble(row.photo_id)
        if before.content_key != seen.content_key:
            # what programs write over now are other bytes than those that were here
            desk.catalog.forget_told_original(row.photo_id)
        desk.catalog.set_observation(row.observation_id, seen.as_of_ns, desk.scan, text)

    def _settle(self, photo_id: int, remote_id: str, old: PhotoFacts, facts: PhotoFacts) -> None:
        """Write down changed facts, and what follows for names and places."""
        if facts != old:
            self._desk.catalog.set_photo_facts(photo_id, facts)
        if facts.name != old.name:
            self._desk.placing.rename(photo_id, remote_id, facts.name)
        if places_moved(old, facts):
            self._desk.placing.replace(photo_id)


def set_gone(desk: Desk, photo_id: int, *, gone: bool) -> None:
    """A photo is in no folder any more, or is so again; its row, and its inode, stay."""
    facts = desk.catalog.photo_facts(photo_id)
    if facts.gone == int(gone):
        return
    ctime = max(desk.now_ns(), facts.ctime_ns + 1)
    desk.catalog.set_photo_facts(photo_id, facts._replace(gone=int(gone), ctime_ns=ctime))
    desk.placing.replace(photo_id)


def _bytes_of(seen: PhotoSeen) -> tuple[object, ...]:
    """Where the bytes are to be had; if that has changed, they may be had again."""
    return (seen.missing, seen.ref, seen.content_key)
