"""Last copies go only where nothing speaks for keeping them, and leave nothing half done."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from photofs.catalog.journal import Wish
from photofs.catalog.mirrored import NewCopy
from photofs.catalog.mirrors import NewMirror
from photofs.catalog.seen_json import to_json
from photofs.model.errors import Busy
from photofs.model.incoming import Stage
from photofs.model.mirror import AlbumFolders, Stamp, Traits
from photofs.model.observation import PhotoGone
from photofs.model.photo import Fidelity
from photofs.model.wish import Asker
from photofs.originals.leaving import LeavingFiles
from photofs.originals.port import Room
from photofs.originals.rooms import Rooms
from photofs.wishing.erasing import Erasing
from photofs.wishing.letting_go import NOT_SCANNED, WITHDRAWN, LastCopy, last_copy, let_go
from tests.support.filed import photo
from tests.support.last_copies import DAY, LastCopies, bytes_of, hash_of
from tests.support.wished import SHELL, whole


@pytest.fixture
def made(tmp_path: Path) -> Iterator[LastCopies]:
    """Two last copies in Trash."""
    copies = LastCopies(tmp_path)
    yield copies
    assert copies.filed.problems() == []
    copies.catalog.close()


def test_what_no_source_has_can_be_let_go(made: LastCopies) -> None:
    """It is out of the tree at once, and its bytes after that; the other one stays."""
    assert {"Trash/a.jpg", "Trash/b.jpg"} <= made.wished.files()
    made.wish("a")
    assert "Trash/a.jpg" not in made.wished.files()
    assert (made.rooms(), made.states()) == ([Room.KEPT, Room.KEPT], ["sent"])
    assert made.remove() == (1, len(bytes_of("a")), 0)
    assert (made.rooms(), made.states()) == ([None, Room.KEPT], ["done"])
    assert made.remove() == (0, 0, 0)
    assert "Trash/b.jpg" in made.wished.files()


def test_the_log_tells_of_it_and_undo_cannot_take_it_back(made: LastCopies) -> None:
    """Which bytes, and what became of them."""
    made.wish("a")
    (action, *_) = made.catalog.actions(1)
    on_its_way = made.wished.wishing.undo(action.action_id, Asker(0, "photofs undo"))
    assert on_its_way.left == ("let go: it is leaving this disk for good",)
    made.remove()
    (row,) = made.catalog.of_action(action.action_id)
    assert (row.wish.verb, row.wish.details["sha256"]) == ("let go", hash_of("a"))
    (said,) = made.catalog.exchanges(row.operation_id)
    assert said.answer == f"{hash_of('a')}: the bytes were removed from this disk"
    undone = made.wished.wishing.undo(action.action_id, Asker(0, "photofs undo"))
    assert (undone.wished_back, undone.cancelled) == (0, 0)
    assert "let go for good" in undone.left[0]


def test_it_is_no_errand_of_a_hand(made: LastCopies) -> None:
    """Neither before its bytes are gone nor after."""
    made.wish("a")
    library = made.catalog.library("L").library_id
    for _ in range(2):
        assert made.catalog.errands_open(library) == []
        assert made.catalog.errands_unsettled(library) == []
        assert made.catalog.count_errands() == []
        assert made.catalog.overruled(library, 0) == []
        made.remove()


def trouble(made: LastCopies) -> None:
    """The last scan failed."""
    made.catalog.source_trouble(made.filed.source_id, "no line")


def cut_short(made: LastCopies) -> None:
    """A scan is going on, or was killed."""
    with made.catalog.database.transaction():
        made.catalog.database.run(
            "INSERT INTO scan(source, started_ns) VALUES (?, 1)", (made.filed.source_id,)
        )


def never_scanned(made: LastCopies) -> None:
    """Another source was added just now."""
    library = made.catalog.library("L").library_id
    made.catalog.add_source(library, "other", {})


def taken_away(made: LastCopies) -> None:
    """There is no source any more that could tell."""
    with made.catalog.database.transaction():
        made.catalog.database.run(
            "UPDATE source SET config = json_set(config, '$.withdrawn_ns', 1)"
        )


def taken_away_beside_another(made: LastCopies) -> None:
    """The other one was scanned to its end, and knows nothing of it."""
    taken_away(made)
    never_scanned(made)
    with made.catalog.database.transaction():
        made.catalog.database.run(
            "INSERT INTO scan(source, started_ns, complete) SELECT max(id), 1, 1 FROM source"
        )
        made.catalog.database.run("DELETE FROM to_merge")


def to_be_merged(made: LastCopies) -> None:
    """It is not worked out yet whose photo an observation is."""
    with made.catalog.database.transaction():
        made.catalog.database.run("INSERT INTO to_merge SELECT max(id) FROM observation")


def pinned(made: LastCopies) -> None:
    """Its user wants its bytes here."""
    made.catalog.set_pinned(made.filed.photo_id("a"), pinned=True)


def errand(made: LastCopies, state: str) -> None:
    """Something about it that no source is asked for."""
    library, number = made.catalog.library("L").library_id, made.filed.photo_id("a")
    operation = made.catalog.plan(Wish(library, "trash", {}, 0, photo=number), 1)
    with made.catalog.database.transaction():
        made.catalog.database.run("UPDATE operation SET state = ? WHERE id = ?", (state, operation))


def waits(made: LastCopies) -> None:
    """It is to be put into the service's trash by a hand."""
    errand(made, "planned")


def ticked_off(made: LastCopies) -> None:
    """Its user says that this was done."""
    errand(made, "done")


def is_back(made: LastCopies) -> None:
    """The service has it again; it was put into Trash here, and so stays there."""
    made.filed.scan(photo("a"), full=False)


def was_restored(made: LastCopies) -> None:
    """Taken out of Trash, to be uploaded anew."""
    made.wished.wishing.restore([made.filed.photo_id("a")], SHELL)


def of_somebody_else(made: LastCopies) -> None:
    """It was a favorite of somebody else's."""
    change(made, owned=0)


def never_read(made: LastCopies) -> None:
    """Nobody knows its hash."""
    change(made, sha256=None)


def change(made: LastCopies, **facts: object) -> None:
    """Facts of a are others."""
    number = made.filed.photo_id("a")
    with made.catalog.database.transaction():
        changed = made.catalog.photo_facts(number)._replace(**facts)  # type: ignore[arg-type]
        made.catalog.set_photo_facts(number, changed)


def being_written(made: LastCopies) -> None:
    """Nobody has looked at it yet."""
    with made.catalog.database.transaction():
        made.catalog.set_incoming(made.filed.photo_id("a"), Stage.OPEN, "7-x", 1)


AGAINST: dict[str, Callable[[LastCopies], None]] = {
    NOT_SCANNED: trouble,
    NOT_SCANNED + ", being scanned": cut_short,
    NOT_SCANNED + ", never yet": never_scanned,
    NOT_SCANNED + ", taken away": taken_away,
    WITHDRAWN: taken_away_beside_another,
    NOT_SCANNED + ", not merged": to_be_merged,
    "it is pinned; see `photofs unpin`": pinned,
    "something is still to be sent for it; see `photofs queue`": waits,
    "what was ticked off for it is not proven yet": ticked_off,
    "a source still has it": is_back,
    "it is not in Trash": was_restored,
    "it is somebody else's": of_somebody_else,
    "nobody has read its bytes to their end; `rm` in Trash removes such a file": never_read,
    "nobody has looked at it yet, or it is no whole photo; `rm` in Trash removes such a file": (
        being_written
    ),
}


@pytest.mark.parametrize("why", AGAINST)
def test_what_speaks_against_it_keeps_it(tmp_path: Path, why: str) -> None:
    """Each is said in its own words, and found once more right before it would go."""
    made = LastCopies(tmp_path)
    seen = last_copy(made.catalog, made.filed.photo_id("a"))
    assert isinstance(seen, LastCopy)
    AGAINST[why](made)
    assert why.startswith(made.why_not("a"))
    assert made.why_not("a")
    wishing = made.house.wishing(made.catalog)
    assert let_go(made.catalog, wishing, [seen], SHELL, made.filed.now_ns) == []
    assert (made.remove(), made.states()) == ((0, 0, 0), [])
    assert made.rooms() == [Room.KEPT, Room.KEPT]
    made.catalog.close()


def another_photo(made: LastCopies) -> None:
    """A photo of the library has the same bytes."""
    number = made.filed.photo_id("z")
    with made.catalog.database.transaction():
        facts = made.catalog.photo_facts(number)
        same = facts._replace(sha256=hash_of("a"), size=len(bytes_of("a")))
        made.catalog.set_photo_facts(number, same)


def former_bytes(made: LastCopies) -> None:
    """They are those that a photo had, until a program writes over it just now."""
    number = made.filed.photo_id("z")
    with made.catalog.database.transaction():
        made.catalog.set_incoming(number, Stage.OPEN, "7-x", 1)
        made.catalog.set_told_original(number, hash_of("a"))


def deleted_before(made: LastCopies) -> None:
    """A photo of these bytes was deleted by `photofs trash empty`, and may be uploaded again."""
    with made.catalog.database.transaction():
        made.catalog.bury(made.filed.source_id, "y", hash_of("a"), 1)


def sent_before(made: LastCopies) -> None:
    """They were sent as a photo that no source tells of now, as of one that was taken away."""
    made.filed.scan(photo("y"), full=False)
    for _ in range(2):
        made.filed.scan(inventory=["z"], full=False)
    with made.catalog.database.transaction():
        made.catalog.note_sent(made.filed.source_id, "y", hash_of("a"))


def of_two_that_are_one(made: LastCopies) -> None:
    """They were sent as one of two records that are one photo, which shows the other's bytes."""
    number = made.filed.photo_id("z")
    with made.catalog.database.transaction():
        made.catalog.note_sent(made.filed.source_id, "z", hash_of("a"))
        other = to_json(photo("y"))
        made.catalog.add_observation(made.filed.source_id, "y", number, 1, 1, other)


def is_wished(made: LastCopies) -> None:
    """They are to be sent."""
    library = made.catalog.library("L").library_id
    details = {"sha256": hash_of("a"), "size": 1}
    made.catalog.plan(Wish(library, "upload", details, 0, made.filed.source_id), 1)


NEEDED = (
    another_photo,
    former_bytes,
    deleted_before,
    sent_before,
    of_two_that_are_one,
    is_wished,
)


@pytest.mark.parametrize("needs", NEEDED)
def test_bytes_that_something_else_stands_on_stay(
    made: LastCopies, needs: Callable[[LastCopies], None]
) -> None:
    """The photo in Trash goes, its bytes lie in Kept as before; those of the other one go."""
    needs(made)
    made.wish("a", "b")
    assert made.remove() == (2, len(bytes_of("b")), 0)
    assert (made.rooms(), made.states()) == ([Room.KEPT, None], ["done", "done"])


def is_being_written(made: LastCopies) -> None:
    """A program writes a file of as many bytes."""
    written = made.house.store().written.folder / "9-x"
    written.parent.mkdir(parents=True)
    written.write_bytes(bytes_of("a"))


def test_bytes_that_are_just_sealed_stay(made: LastCopies) -> None:
    """A written file of the same length may have found them in Kept: they leave once it is over."""
    made.wish("a")
    is_being_written(made)
    written = made.house.store().written.folder / "9-x"
    assert made.remove() == (0, 0, 1)
    assert (made.rooms("a"), made.states()) == ([Room.KEPT], ["sent"])
    written.unlink()
    assert made.remove() == (1, len(bytes_of("a")), 0)
    assert made.rooms("a") == [None]


class Meanwhile(LeavingFiles):
    """Something happens right before a file is moved out of Kept."""

    happens: Callable[[], object]

    def take(self, sha256: str) -> bool:
        """First that, then the move."""
        self.happens()
        return super().take(sha256)


class Counted(LeavingFiles):
    """It is noted what is moved out of Kept."""

    def __init__(self, made: LastCopies) -> None:
        """In the store of that house."""
        kept = made.house.paths.kept
        super().__init__(Rooms(kept, made.house.paths.originals), kept / "leaving")
        self.taken: list[str] = []

    def take(self, sha256: str) -> bool:
        """Noted, and moved."""
        self.taken.append(sha256)
        return super().take(sha256)


@pytest.mark.parametrize("needs", [is_wished, another_photo, is_being_written])
def test_bytes_that_are_needed_are_never_out_of_kept(
    made: LastCopies, needs: Callable[[LastCopies], None]
) -> None:
    """An upload of the same bytes that begins just then finds them; the others leave."""
    needs(made)
    made.wish("a", "b")
    store = made.house.store()
    store.leaving = counted = Counted(made)
    wishing = made.house.wishing(made.catalog)
    for _ in range(2):
        Erasing(made.catalog, wishing, store, lambda: made.filed.now_ns).go()
    assert counted.taken == [hash_of("b")]
    assert made.rooms() == [Room.KEPT, None]


class Watched(LeavingFiles):
    """Nothing is removed before what is needed is in Kept again; `made` is set."""

    made: LastCopies

    def take(self, sha256: str) -> bool:
        """Another photo comes to need the bytes of a right before."""
        if sha256 == hash_of("a"):
            another_photo(self.made)
        return super().take(sha256)

    def remove(self, sha256: str) -> bool:
        """Of b, after a is back."""
        assert self.made.rooms("a") == [Room.KEPT]
        return super().remove(sha256)


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_what_comes_to_be_needed_is_back_before_others_are_removed(
    made: LastCopies, names: str
) -> None:
    """In whatever order they were let go."""
    made.wish(*names)
    store, kept = made.house.store(), made.house.paths.kept
    store.leaving = watched = Watched(Rooms(kept, made.house.paths.originals), kept / "leaving")
    watched.made = made
    wishing = made.house.wishing(made.catalog)
    assert Erasing(made.catalog, wishing, store, lambda: made.filed.now_ns).go().ended == 2
    assert made.rooms() == [Room.KEPT, None]


def write_the_same(made: LastCopies) -> None:
    """A file of the same bytes was sealed, and is not noted yet: it found them in Kept."""
    is_being_written(made)
    assert made.house.store().written.seal("9-x").sha256 == hash_of("a")


@pytest.mark.parametrize("happens", [another_photo, write_the_same])
def test_whoever_comes_to_need_the_bytes_right_before_they_leave_keeps_them(
    made: LastCopies, happens: Callable[[LastCopies], None]
) -> None:
    """It is asked once the file is out of Kept, and not before."""
    made.wish("a")
    store, kept = made.house.store(), made.house.paths.kept
    store.leaving = Meanwhile(Rooms(kept, made.house.paths.originals), kept / "leaving")
    store.leaving.happens = lambda: happens(made)
    wishing = made.house.wishing(made.catalog)
    Erasing(made.catalog, wishing, store, lambda: made.filed.now_ns).go()
    assert made.rooms("a") == [Room.KEPT]


def test_bytes_in_the_cache_go_as_well(made: LastCopies) -> None:
    """Wherever on this disk they lie."""
    made.keep(bytes_of("a"), Room.CACHE)
    made.house.paths.kept.joinpath(hash_of("b")[:2], hash_of("b")).unlink()
    made.keep(bytes_of("b"), Room.CACHE)
    made.wish("a", "b")
    assert made.remove().bytes == len(bytes_of("a")) + len(bytes_of("b"))
    assert made.rooms() == [None, None]


def test_two_photos_of_the_same_bytes_go_together(made: LastCopies) -> None:
    """Neither keeps the other's."""
    change_hash = made.filed.photo_id("b")
    with made.catalog.database.transaction():
        facts = made.catalog.photo_facts(change_hash)
        made.catalog.set_photo_facts(change_hash, facts._replace(sha256=hash_of("a")))
    made.wish("a", "b")
    assert made.remove() == (2, len(bytes_of("a")), 0)
    assert made.rooms("a") == [None]


def test_bytes_on_their_way_of_which_the_catalog_knows_nothing_are_put_back(
    made: LastCopies,
) -> None:
    """It is an older one, from a backup, in whose Trash they still lie."""
    made.house.store().leaving.take(hash_of("a"))
    assert made.rooms() == [None, Room.KEPT]
    assert made.remove() == (0, 0, 0)
    assert made.rooms() == [Room.KEPT, Room.KEPT]


def test_only_one_process_removes(made: LastCopies) -> None:
    """Another one is told so."""
    with made.house.erasing(made.catalog), pytest.raises(Busy, match="being removed"):
        made.remove()


@pytest.mark.parametrize("listed_only", [False, True])
def test_a_service_that_has_it_again_shows_its_own_bytes(
    made: LastCopies, *, listed_only: bool
) -> None:
    """Nothing is left of what is no longer here: neither its hash nor its length."""
    number = made.filed.photo_id("a")
    made.wish("a")
    made.remove()
    if listed_only:
        made.filed.scan(inventory=["a", "z"], full=False)
    else:
        made.filed.scan(photo("a", size=3), full=False)
    facts = made.catalog.photo_facts(number)
    assert (facts.gone, facts.sha256, facts.content_key) == (0, None, "1")
    assert facts.size != len(bytes_of("a"))
    assert made.catalog.origins(number)[0].seen.remote_id == "a"


def test_what_was_sent_and_came_back_otherwise_is_forgotten_with_its_bytes(
    made: LastCopies,
) -> None:
    """Google lost it: in Trash it is a last copy; let go, a later return shows Google's own."""
    made.wished.write("Unsorted/n.jpg")
    made.wished.judge(whole(hash_of("n")), "Unsorted/n.jpg")
    (upload,) = made.catalog.open_operations()
    made.wished.uploaded(upload, "n", content_key="n1", fidelity=Fidelity.RECOMPRESSED)
    made.keep(bytes_of("n"))
    made.filed.scan(PhotoGone(remote_id="n"), full=False)
    assert made.number("Trash/n.jpg") == made.filed.photo_id("n")
    made.wish("n")
    made.remove()
    assert made.rooms("n") == [None]
    told = photo("n", content_key="n1", fidelity=Fidelity.RECOMPRESSED)
    made.filed.scan(told, full=False)
    number = made.filed.photo_id("n")
    assert made.catalog.sent_and_shown(number) is None
    assert made.catalog.photo_facts(number).sha256 is None
    assert f"{DAY}/n.jpg" in made.wished.files()


def test_what_was_replaced_can_be_let_go(made: LastCopies) -> None:
    """The former bytes in Trash/Replaced go, and nothing of the photo that has others now."""
    made.wished.write("Unsorted/n.jpg")
    made.wished.judge(whole(hash_of("n")), "Unsorted/n.jpg")
    (upload,) = made.catalog.open_operations()
    number = made.wished.uploaded(upload, "n", content_key="1", fidelity=Fidelity.RECOMPRESSED)
    made.keep(bytes_of("n"))
    other = photo("n", content_key="2", fidelity=Fidelity.RECOMPRESSED)
    made.filed.scan(other, full=False)
    old = made.number("Trash/Replaced/n.jpg")
    assert old in made.catalog.sourceless_in_trash(made.catalog.library("L").library_id)
    found = last_copy(made.catalog, old)
    assert isinstance(found, LastCopy)
    wishing = made.house.wishing(made.catalog)
    let_go(made.catalog, wishing, [found], SHELL, made.filed.now_ns)
    assert made.remove().ended == 1
    assert made.rooms("n") == [None]
    assert not [path for path in made.wished.files() if path.startswith("Trash/Replaced")]
    assert made.catalog.photo_facts(number).gone == 0


def add_mirror(made: LastCopies, library: int) -> int:
    """A mirror at /nas."""
    new = NewMirror(library, "/nas", "2026", "disk", "{year}", AlbumFolders.LINKS, {}, Traits())
    return made.catalog.add_mirror(new, 1)


def add_copy(made: LastCopies, mirror: int, photo_id: int) -> int:
    """It has a file of a, which nobody has read again; the file's number."""
    size = len(bytes_of("a"))
    new = NewCopy(
        mirror_id=mirror,
        photo_id=photo_id,
        path="2019/a.jpg",
        wished="2019/a.jpg",
        placed_by="",
        shown_ns=1,
        content_key="1",
        sha256=hash_of("a"),
        size=size,
        fidelity=Fidelity.ORIGINAL,
        observation=None,
    )
    with made.catalog.database.transaction():
        number = made.catalog.begin_copy(new, 1)
        made.catalog.note_written(number, Stamp(size, 1, 1, 1), 1)
    return number


def test_a_mirrors_copy_stays_where_it_is_and_is_named(made: LastCopies) -> None:
    """A run of the mirror takes it for deleted by its user, as what `trash empty` deleted."""
    number, library = made.filed.photo_id("a"), made.catalog.library("L").library_id
    mirror = add_mirror(made, library)
    copy = add_copy(made, mirror, number)
    assert made.catalog.mirrors_proven(hash_of("a")) == []
    made.catalog.note_read(copy, Stamp(len(bytes_of("a")), 1, 1, 1), 5)
    assert made.catalog.mirrors_proven(hash_of("a")) == ["/nas"]
    change(made, trashed=0)  # so what stands in Trash/Replaced is marked
    made.wish("a")
    made.remove()
    (fact,) = (
        each for each in made.catalog.facts(library, mirror, 0, 99) if each.photo_id == number
    )
    assert (fact.gone, fact.excused) == (1, 1)
    row = made.catalog.database.one(
        "SELECT wish ->> 'mirrors' FROM operation WHERE verb = 'let go'"
    )
    assert row == ('["/nas"]',)
