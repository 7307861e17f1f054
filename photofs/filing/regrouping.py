"""Has photos and observations agree: brings observations that are of one photo together.

The photo that was shown longer stays, with its inode; what hung on the other one (albums, names
that programs gave, pin, wishes) goes over to it, and its row is kept for the day on which the two
are taken apart again. Each call is within one transaction.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from photofs.catalog.merge_rows import MergeRow
from photofs.catalog.photo_writes import PhotoFacts
from photofs.filing.desk import Desk
from photofs.filing.facts import first_facts, next_facts, places_moved, regrouped_facts
from photofs.filing.overlay import laid_over
from photofs.filing.placing import names
from photofs.model.folder import FolderKind
from photofs.model.fusing import Word, bytes_order, fuse
from photofs.model.grouping import Evidence, Group

_GIVEN_IN = frozenset({FolderKind.ALBUM, FolderKind.FAVORITES})
"""Where a photo may have a second name, because a program gave it one."""

TRIED = 4
"""Of so many names that photofs would have made, any is taken for made by it, and not given."""


class Regrouped(NamedTuple):
    """A photo, what was told of it until now, and whether the `same` sources tell of it still.

    If others do, only names that photofs `made` follow from what they tell. `made` is None where
    albums and names are as they were but for what the facts change.
    """

    photo: int
    before: Sequence[Word]
    same: bool = False
    made: frozenset[str] | None = None


class Regrouping:
    """For one library."""

    def __init__(self, desk: Desk) -> None:
        """`desk` holds what all filing of a scan shares."""
        self._desk = desk
        self._catalog = desk.catalog

    def apply(self, groups: Sequence[Group], also: set[int]) -> None:
        """Have each group be one photo, and show what its sources tell together; `also` those."""
        photos = {known.photo for each in groups for known in each.members} | also
        before = {photo: self._catalog.words(photo) for photo in photos}
        made = {photo: self._made_names(photo) for photo in photos}
        left: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for each, target in self._targets(groups):
            for known in each.members:
                if known.photo != target:
                    left[known.photo].append((known.observation, target))
                    self._catalog.move_one_observation(known.observation, target)
            self._note_evidence(each, target)
            before.setdefault(target, [])
        for photo, moves in left.items():
            self._leave(photo, moves, made[photo])
        names_made = frozenset[str]().union(*made.values())
        for photo, words in sorted(before.items()):
            self.show(Regrouped(photo, words, made=names_made))

    def note(self, observation: int, evidence: Evidence, own: int | None) -> None:
        """Why an observation is with a photo that another one told of first."""
        row = MergeRow(observation, evidence, self._desk.now_ns(), own)
        self._catalog.note_merge(row)

    def take_out(self, source: int, remote_id: str, to: int) -> None:
        """What a source tells under an id is of another photo; evidence may bring them together."""
        row = self._catalog.observation(source, remote_id)
        if row is None:
            return
        before = self._catalog.words(row.photo_id)
        self._catalog.move_one_observation(row.observation_id, to)
        self._catalog.forget_merge(row.observation_id)
        self._catalog.queue_merging(row.observation_id)
        self.show(Regrouped(row.photo_id, before, made=frozenset()))

    def show(self, regrouped: Regrouped) -> None:
        """Write down what a photo's sources tell together now, and what follows for its places."""
        catalog, photo = self._catalog, regrouped.photo
        words = catalog.words(photo)
        if not words:
            return
        old = catalog.photo_facts(photo)
        seen = fuse(words)
        before = fuse(regrouped.before) if regrouped.before else None
        resolve, now = self._desk.resolve, self._desk.now_ns()
        if before is not None and regrouped.same:
            facts = next_facts(old, before, seen, resolve, now)
        else:
            facts = regrouped_facts(old, before, seen, resolve, now)
        facts = self._with_bytes(photo, old, facts, words)
        facts = laid_over(catalog, photo, old, facts, self._desk.resolve)
        if facts != old:
            catalog.set_photo_facts(photo, facts)
        if regrouped.same and facts.name != old.name:
            self._desk.placing.rename(photo, seen.remote_id, facts.name)
        elif not regrouped.same and not catalog.was_written_here(photo):
            ids = [word.seen.remote_id for word in regrouped.before]
            made = frozenset(regrouped.made or ()).union(*(_made(old.name, each) for each in ids))
            self._name_anew(photo, seen.remote_id, facts.name, made)
        if regrouped.made is not None or places_moved(old, facts):
            self._desk.placing.replace(photo)

    def _name_anew(self, photo: int, remote_id: str, name: str, made: frozenset[str]) -> None:
        """Names that photofs made become what they would be by now; given ones stay."""
        wrong = made - _made(name, remote_id)
        for entry in self._catalog.photo_entries(photo):
            if entry.name in wrong:
                self._catalog.rename_photo_entry(entry, names(name, remote_id))

    def _with_bytes(
        self, photo: int, old: PhotoFacts, facts: PhotoFacts, words: Sequence[Word]
    ) -> PhotoFacts:
        """The facts with what is known of the bytes; those that stand in go on doing so."""
        if self._catalog.stands_in(photo) and old.content_key in {
            word.seen.content_key for word in words
        }:
            kept = {each: getattr(old, each) for each in _STANDING_IN}
            return facts._replace(**kept)
        if facts.sha256 is not None:
            return facts
        best = min(words, key=bytes_order)
        known = self._catalog.known_original(best.source, best.seen)
        if known is None:
            return facts
        return facts._replace(sha256=known[0], size=known[1], size_exact=1)

    def _targets(self, groups: Sequence[Group]) -> list[tuple[Group, int]]:
        """For each group its photo: the one shown longest, else one that it had, else a new one.

        A photo whose observations part stays with the one that told of it first.
        """
        keepers: dict[int, int] = {}
        for known in sorted(known for each in groups for known in each.members):
            keepers.setdefault(known.photo, known.observation)
        found = []
        for each in groups:
            mine = {known.observation for known in each.members}
            kept = [photo for photo, keeper in keepers.items() if keeper in mine]
            found.append((each, min(kept) if kept else self._own(each)))
        return found

    def _own(self, group: Group) -> int:
        """A photo for observations that leave another one's: the one that they had before."""
        for known in group.members:
            row = self._catalog.merge_of(known.observation)
            if row is not None and row.own is not None and self._catalog.is_free(row.own):
                return row.own
        rows = [self._catalog.told_of(known.observation) for known in group.members]
        seen = fuse([Word(row.source, row.seen) for row in rows if row is not None])
        library = self._desk.library.library_id
        facts = first_facts(seen, library, self._desk.resolve, self._desk.now_ns())
        return self._catalog.add_photo(facts, 0)

    def _note_evidence(self, group: Group, target: int) -> None:
        """Of all but the first of a group: why it is there, and which photo it had before."""
        at_home = [known for known in group.members if known.photo == target]
        first = min(at_home or group.members)
        for known in group.members:
            evidence = group.evidence.get(known.observation)
            alone = len(group.members) == 1
            if known.photo != target if alone else known is first:
                self._catalog.forget_merge(known.observation)
            elif evidence is not None:
                own = known.photo if known.photo != target else None
                self.note(known.observation, evidence, own)

    def _leave(self, photo: int, moves: Sequence[tuple[int, int]], made: frozenset[str]) -> None:
        """Observations went from a photo to others; with the last one goes all that it had."""
        if self._catalog.observations_of(photo):
            for observation, to in moves:
                self._catalog.hand_part_over(photo, observation, to)
            return
        to = min(moves)[1]
        self._catalog.hand_all_over(photo, to)
        self._hand_names_over(photo, to, made)
        old = self._catalog.photo_facts(photo)
        ctime = max(self._desk.now_ns(), old.ctime_ns + 1)
        self._catalog.set_photo_facts(photo, old._replace(gone=1, ctime_ns=ctime))
        self._desk.placing.replace(photo)

    def _hand_names_over(self, photo: int, to: int, made: frozenset[str]) -> None:
        """A photo's names, where the other has none, and those that programs gave."""
        stands_in = {entry.folder_id for entry in self._catalog.photo_entries(to)}
        for entry in self._catalog.photo_entries(photo):
            folder = self._catalog.folder_facts(entry.folder_id)
            given = entry.name not in made and folder is not None and folder.kind in _GIVEN_IN
            if given or entry.folder_id not in stands_in:
                self._catalog.repoint_entry(entry, to)

    def _made_names(self, photo: int) -> frozenset[str]:
        """The names that photofs makes for a photo; others were given by programs."""
        if self._catalog.was_written_here(photo):
            return frozenset()
        return _made(self._catalog.photo_facts(photo).name, self._catalog.remote_id_of(photo))


def _made(name: str, remote_id: str) -> frozenset[str]:
    """The names that photofs makes of a name, as far as clashes go."""
    made = names(name, remote_id)
    return frozenset(made(attempt) for attempt in range(TRIED))


_STANDING_IN = ("size", "size_exact", "sha256", "content_key", "missing")
