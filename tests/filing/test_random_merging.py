"""Whatever several sources tell alike, in whatever order they are scanned: one library."""

import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.observation import Observation, PhotoGone, PhotoSeen
from photofs.model.photo import Fidelity, PixelSize
from tests.support.filed import album, photo
from tests.support.killed_statement import count_statements, killed_at
from tests.support.several import Several, Told, sha

SOURCES = 3
NOON = datetime(2020, 5, 1, 12, 0, 0, tzinfo=UTC)
Words = Sequence[Sequence[Observation]]


def told(source: int, number: int, draw: st.DrawFn) -> PhotoSeen:
    """What a source says of one photo; much of it is what others may say, too."""
    month = draw(st.integers(0, 1))
    return photo(
        f"{source}-{number}",
        content_key=f"{source}-{number}",
        file_name=draw(st.sampled_from(["i.jpg", "j.jpg"])),
        taken=TakenFact(by=TakenBy.SERVICE, instant=NOON + timedelta(days=40 * month)),
        pixels=draw(st.sampled_from([None, PixelSize(4, 3), PixelSize(3, 4)])),
        hash=draw(st.sampled_from([None, None, sha("1"), sha("2")])),
        page_url=draw(st.sampled_from([None, None, "p", "q"])),
        fidelity=draw(st.sampled_from(Fidelity)),
        favorite=draw(st.sampled_from([None, False, True])),
        archived=draw(st.sampled_from([None, True])),
        missing=draw(st.booleans()),
        size=draw(st.sampled_from([None, 10])),
        as_of_ns=source + 1,
    )


@st.composite
def words(draw: st.DrawFn) -> Words:
    """What each of the sources tells."""
    all_told: list[list[Observation]] = []
    for source in range(SOURCES):
        count = draw(st.integers(0, 3))
        photos = [told(source, number, draw) for number in range(count)]
        albums = []
        for title in draw(st.sets(st.sampled_from(["T", "V / U", f"Of {source}"]))):
            members = [each.remote_id for each in photos if draw(st.booleans())]
            albums.append(album(title, title, *members, as_of_ns=source + 1))
        all_told.append([*photos, *sorted(albums, key=lambda each: each.title)])
    return all_told


@contextmanager
def library() -> Iterator[Several]:
    """One with nothing in it."""
    with tempfile.TemporaryDirectory() as folder:
        several = Several(Path(folder) / "catalog.db", SOURCES)
        try:
            yield several
        finally:
            several.catalog.close()


def scan_in(several: Several, all_told: Words, order: Sequence[int]) -> None:
    """One source after the other, what each tells in that order or backwards."""
    for place, source in enumerate(order):
        observations = all_told[source]
        several.tell(source, *(observations if place % 2 else reversed(observations)))


ORDERS = st.permutations(range(SOURCES))


@settings(max_examples=40)
@given(all_told=words(), one=ORDERS, other=ORDERS, again=st.lists(st.integers(0, SOURCES - 1)))
def test_any_order_of_scans_gives_the_same_library(
    all_told: Words, one: list[int], other: list[int], again: list[int]
) -> None:
    """The same photos of the same sources, with the same facts in the same folders."""
    compare_orders(all_told, one, [*other, *again[:4]])


def compare_orders(all_told: Words, one: Sequence[int], other: Sequence[int]) -> None:
    """Two libraries that are told the same in two orders."""
    with library() as first, library() as second:
        scan_in(first, all_told, one)
        scan_in(second, all_told, other)
        assert second.shown() == first.shown()
        check_rules(first)


def check_rules(several: Several) -> None:
    """No photo has two of one source, and each that is shown stands somewhere."""
    for told_by in several.groups():
        assert len({source for source, _ in told_by}) == len(told_by)


@settings(max_examples=40)
@given(all_told=words(), order=ORDERS, pick=st.integers(0, 99))
def test_a_split_changes_one_photo_and_its_undoing_changes_it_back(
    all_told: Words, order: list[int], pick: int
) -> None:
    """However often the sources are scanned in between."""
    with library() as several:
        scan_in(several, all_told, order)
        before = several.shown()
        chosen = one_of_several(several, pick)
        if chosen is None:
            return
        several.split(*min(chosen))
        parted = several.groups()
        assert all(len(chosen & each) < 2 for each in parted)
        scan_in(several, all_told, order[::-1])
        assert several.groups() == parted
        for each in sorted(chosen):
            several.unsplit(*each)
        assert several.shown() == before


def one_of_several(several: Several, pick: int) -> Told | None:
    """A photo that several sources tell of."""
    merged = sorted((each for each in several.groups() if len(each) > 1), key=sorted)
    return merged[pick % len(merged)] if merged else None


@settings(max_examples=40)
@given(all_told=words(), order=ORDERS, gone=st.lists(st.integers(0, 2), max_size=3))
def test_what_goes_and_comes_back_leaves_the_library_as_it_was(
    all_told: Words, order: list[int], gone: list[int]
) -> None:
    """Whoever was beside it meanwhile."""
    with library() as several:
        scan_in(several, all_told, order)
        before = several.shown()
        ids = [(0, f"0-{number}") for number in gone] + [(1, f"1-{number}") for number in gone]
        for source, remote_id in ids:
            several.tell(source, PhotoGone(remote_id=remote_id), full=False)
        scan_in(several, all_told, order[::-1])
        assert several.shown() == before


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(max_examples=1500)
@given(all_told=words(), one=ORDERS, other=ORDERS, again=st.lists(st.integers(0, SOURCES - 1)))
def test_any_order_of_scans_gives_the_same_library_for_long(
    all_told: Words, one: list[int], other: list[int], again: list[int]
) -> None:
    """The same, for long."""
    compare_orders(all_told, one, [*other, *again[:6]])


# killed at any statement

IDS = range(12)


def first_word(source: int) -> list[Observation]:
    """Half of the photos of one source are those of the other."""
    shift = source * len(IDS) // 2
    photos = [
        photo(
            f"{source}-{number}",
            content_key=f"{source}-{number}",
            page_url=f"p{number + shift}",
            file_name=f"IMG_{number % 3}.jpg",
            fidelity=Fidelity.RECOMPRESSED if source else Fidelity.ORIGINAL,
            favorite=number % 4 == 0 if source else None,
            as_of_ns=source + 1,
        )
        for number in IDS
    ]
    return [*photos, album("x", f"Of {source}", *(each.remote_id for each in photos[::2]))]


def tell_second_source(several: Several) -> None:
    """The second source is scanned, piece by piece, so that each commit is met; then a split."""
    several.source_id = several.ids[1]
    with several.run() as run:
        for observation in first_word(1):
            run.file([observation])
        run.file([PhotoGone(remote_id="1-1")])
        run.finish("2", full=False)
    merged = several.photo_of(1, "1-0")
    if len(several.catalog.observations_of(merged)) > 1:
        several.split(1, "1-0")


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog after the first source was scanned, to be copied."""
    path = tmp_path_factory.mktemp("stock") / "catalog.db"
    several = Several(path)
    several.tell(0, *first_word(0))
    several.catalog.close()
    return path


@pytest.fixture(scope="module")
def wanted(stock: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[set[Told], int]:
    """The photos after a second scan that nobody disturbed, and how many statements that took."""
    path = tmp_path_factory.mktemp("wanted") / "catalog.db"
    shutil.copy(stock, path)
    several = Several(path)
    count = count_statements(several, tell_second_source)
    groups = several.groups()
    several.catalog.close()
    return groups, count


def check_one_death(stock: Path, folder: Path, statement: int, groups: set[Told]) -> None:
    """Killed there: `check` finds nothing, and the next scan ends where an undisturbed one does."""
    path = folder / f"killed-{statement}.db"
    shutil.copy(stock, path)
    assert killed_at(statement, lambda: Several(path), tell_second_source)
    several = Several(path)
    assert several.problems() == []
    tell_second_source(several)
    assert several.groups() == groups
    several.catalog.close()


@pytest.mark.parametrize("seed", range(15))
def test_a_killed_merge_leaves_a_sound_catalog(
    stock: Path, wanted: tuple[set[Told], int], tmp_path: Path, seed: int
) -> None:
    """A seeded sample of moments, in scan and split."""
    check_one_death(stock, tmp_path, random.Random(seed).randint(1, wanted[1]), wanted[0])


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_merge_killed_at_every_statement(
    stock: Path, wanted: tuple[set[Told], int], tmp_path: Path
) -> None:
    """All moments, one after the other."""
    for statement in range(1, wanted[1] + 1):
        check_one_death(stock, tmp_path, statement, wanted[0])
        for left in tmp_path.iterdir():
            left.unlink()
