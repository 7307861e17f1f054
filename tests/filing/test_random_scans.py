"""Whatever services tell, in whatever order: the catalog stays sound, and names stay put."""

import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofs.model.capture_time import Granularity, TakenBy, TakenFact
from photofs.model.observation import (
    AlbumGone,
    AlbumSeen,
    CollectionSeen,
    Inventory,
    Observation,
    PhotoGone,
    PhotoSeen,
)
from photofs.model.photo import Media
from tests.support.filed import Filed, album, photo

PHOTOS = st.sampled_from(["1", "2", "3", "4", "5"])
ALBUMS = st.sampled_from(["x", "y", "z"])
COLLECTIONS = st.sampled_from(["p", "q", "r"])
FLAG = st.sampled_from([None, False, True])
TAKEN = st.sampled_from(
    [
        None,
        TakenFact(by=TakenBy.SERVICE, local=datetime(2019, 7, 1)),  # noqa: DTZ001 - naive wall time
        TakenFact(
            by=TakenBy.SERVICE,
            local=datetime(1950, 1, 1),  # noqa: DTZ001 - naive wall time
            granularity=Granularity.YEAR,
        ),
        TakenFact(by=TakenBy.EXIF, local=datetime(2020, 1, 2)),  # noqa: DTZ001 - naive wall time
    ]
)
SEEN = st.builds(
    photo,
    PHOTOS,
    file_name=st.sampled_from(["IMG.jpg", "img.jpg", "Img_2.jpg", None]),
    title=st.sampled_from([None, "IMG", "Ä", "A\u0308"]),
    extension=st.sampled_from(["", "jpg"]),
    media=st.sampled_from(Media),
    taken=TAKEN,
    uploaded_ns=st.sampled_from([None, 5]),
    content_key=st.sampled_from(["1", "2"]),
    favorite=FLAG,
    archived=FLAG,
    trashed=FLAG,
    owned=st.booleans(),
    missing=st.booleans(),
    as_of_ns=st.sampled_from([1, 1, 2]),
)
ALBUM = st.builds(
    lambda key, title, members, complete: album(
        key, title, *members, members_complete=complete, count=len(members)
    ),
    ALBUMS,
    st.sampled_from(["T", "t", "X / T", "X", "T (2)"]),
    st.lists(PHOTOS, max_size=5),
    st.booleans(),
)
COLLECTION = st.builds(
    lambda key, title, parent, albums: CollectionSeen(
        remote_id=key, title=title, parent=parent, albums=tuple(albums)
    ),
    COLLECTIONS,
    st.sampled_from(["C", "c", "T"]),
    st.none() | COLLECTIONS,
    st.lists(ALBUMS, max_size=3),
)
GONE = st.builds(PhotoGone, remote_id=PHOTOS) | st.builds(AlbumGone, remote_id=ALBUMS)
LISTING = st.builds(lambda known: Inventory(remote_ids=known), st.frozensets(PHOTOS, min_size=1))
SCAN = st.tuples(
    st.lists(SEEN | SEEN | ALBUM | COLLECTION | GONE | LISTING, max_size=8),
    st.sampled_from(["full", "incremental", "cut short"]),
)


def run(filed: Filed, observations: list[Observation], end: str) -> None:
    """One scan, in two batches; `check` runs after it."""
    with filed.run(accept_removals=True) as scan:
        scan.file(observations[:3])
        scan.file(observations[3:])
        if end != "cut short":
            scan.finish(None, full=end == "full")


def last_words(filed: Filed, scans: list[tuple[list[Observation], str]]) -> list[Observation]:
    """What was last told of all photos and albums that are still there."""
    words: dict[tuple[type, str], Observation] = {}
    for observations, _ in scans:
        for each in observations:
            if isinstance(each, PhotoSeen | AlbumSeen):
                words[type(each), each.remote_id] = each
    return [each for each in words.values() if is_there(filed, each)]


def is_there(filed: Filed, each: Observation) -> bool:
    """Whether the catalog has just that, and not as gone."""
    if isinstance(each, PhotoSeen):
        row = filed.catalog.observation(filed.source_id, each.remote_id)
        return row is not None and not row.gone and row.as_of_ns == each.as_of_ns
    assert isinstance(each, AlbumSeen)
    known = filed.catalog.album(filed.source_id, each.remote_id)
    return known is not None and not known.gone


def tell(scans: list[tuple[list[Observation], str]]) -> None:
    """The scans one after the other, then their last words again, in another order."""
    with tempfile.TemporaryDirectory() as folder:
        filed = Filed(Path(folder) / "catalog.db", apart_ns=0)
        try:
            for observations, end in scans:
                run(filed, observations, end)
            before = filed.tree()
            mark = filed.catalog.last_change()
            run(filed, last_words(filed, scans)[::-1], "incremental")
            assert filed.tree() == before
            assert filed.catalog.last_change() == mark
        finally:
            filed.catalog.close()


@settings(max_examples=25)
@given(scans=st.lists(SCAN, min_size=1, max_size=4))
def test_random_scans_leave_a_sound_catalog_and_stable_names(
    scans: list[tuple[list[Observation], str]],
) -> None:
    """After every scan `check` is clean; the same told again in another order moves nothing."""
    tell(scans)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(max_examples=1500)
@given(scans=st.lists(SCAN, min_size=1, max_size=6))
def test_many_random_scans_leave_a_sound_catalog(
    scans: list[tuple[list[Observation], str]],
) -> None:
    """The same, for long."""
    tell(scans)
