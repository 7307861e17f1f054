"""By which facts a photo is known again at another source."""

from datetime import UTC, datetime, timedelta

import pytest

from photofs.model.capture_time import Granularity, TakenBy, TakenFact
from photofs.model.observation import ContentHash, HashKind, PhotoSeen
from photofs.model.photo import Fidelity, Media, PixelSize
from photofs.model.trace import Learnt, Sent, Trace, TraceKind, traces_of

NOON = datetime(2020, 5, 1, 12, 0, 0, 900_000, tzinfo=UTC)
WALL = NOON.replace(tzinfo=None)
SECOND = 1588334400


def seen(**facts: object) -> PhotoSeen:
    """What a source says; what is not given is usual."""
    usual: dict[str, object] = {
        "remote_id": "r",
        "media": Media.PICTURE,
        "content_key": "1",
        "ref": "{}",
        "as_of_ns": 1,
    }
    return PhotoSeen(**{**usual, **facts})  # type: ignore[arg-type]


def values(photo: PhotoSeen, kind: TraceKind, learnt: Learnt | None = None) -> list[str]:
    """The traces of one kind."""
    return [each.value for each in traces_of(photo, learnt or Learnt()) if each.kind is kind]


@pytest.mark.parametrize(
    ("taken", "second"),
    [
        (TakenFact(by=TakenBy.SERVICE, instant=NOON), str(SECOND)),
        (TakenFact(by=TakenBy.EXIF, local=WALL, offset=timedelta(hours=2)), str(SECOND - 7200)),
        (TakenFact(by=TakenBy.EXIF, local=WALL), "2020-05-01T12:00:00"),
        (TakenFact(by=TakenBy.SERVICE, instant=datetime(1950, 1, 1, tzinfo=UTC)), "-631152000"),
    ],
)
def test_a_second_is_that_of_an_instant_or_else_of_a_wall_time(
    taken: TakenFact, second: str
) -> None:
    """Of the two only like is held against like: a wall time without a zone is no instant."""
    photo = seen(file_name="ÄB.JPG", taken=taken, pixels=PixelSize(4, 3))
    assert values(photo, TraceKind.NEAR) == [f"picture|äb.jpg|{second}"]
    assert values(photo, TraceKind.LOOK) == [f"picture|äb.jpg|{second}|3x4"]


@pytest.mark.parametrize(
    "photo",
    [
        seen(file_name="a.jpg"),
        seen(taken=TakenFact(by=TakenBy.SERVICE, instant=NOON)),
        seen(
            file_name="a.jpg",
            taken=TakenFact(by=TakenBy.USER, local=WALL, granularity=Granularity.MONTH),
        ),
    ],
)
def test_what_is_not_known_to_the_second_and_by_name_has_no_look(photo: PhotoSeen) -> None:
    """A month, or a name alone, is many photos'."""
    assert traces_of(photo) == frozenset()


def test_what_was_learnt_counts_as_if_it_had_been_told() -> None:
    """The hash of an original that was here, and pixels that were read; told ones go first."""
    photo = seen(file_name="a", taken=TakenFact(by=TakenBy.SERVICE, instant=NOON))
    learnt = Learnt("ab", PixelSize(2, 1))
    assert values(photo, TraceKind.SHA256, learnt) == ["ab"]
    assert values(photo, TraceKind.LOOK, learnt) == [f"picture|a|{SECOND}|1x2"]
    told = seen(file_name="a", taken=photo.taken, pixels=PixelSize(9, 9))
    assert values(told, TraceKind.LOOK, learnt) == [f"picture|a|{SECOND}|9x9"]


def test_hashes_are_traces_of_their_kind() -> None:
    """MD5 by itself, a CRC with the length, and nothing of an empty file."""
    assert values(seen(hash=ContentHash(HashKind.MD5, "aa")), TraceKind.MD5) == ["aa"]
    crc = ContentHash(HashKind.CRC32, "bb")
    assert values(seen(hash=crc, size=7), TraceKind.CRC32) == ["bb:7"]
    assert traces_of(seen(hash=crc)) == frozenset()
    assert traces_of(seen(hash=ContentHash(HashKind.MD5, "aa"), size=0)) == frozenset()


def test_of_what_was_sent_from_here_the_length_has_to_agree() -> None:
    """An edited file that was copied in is not taken for the original of the same look."""
    facts = {"file_name": "a", "taken": TakenFact(by=TakenBy.SERVICE, instant=NOON)}
    pixels = PixelSize(2, 1)
    account = seen(**facts, pixels=pixels, fidelity=Fidelity.RECOMPRESSED)
    export = traces_of(seen(**facts, pixels=pixels, size=100))
    assert {each.kind for each in traces_of(account) & export} == {TraceKind.LOOK, TraceKind.NEAR}
    edited = traces_of(account, Learnt(sent=Sent("ab", 99)))
    assert {each.kind for each in edited & export} == {TraceKind.NEAR}
    same = traces_of(account, Learnt(sent=Sent("ab", 100)))
    assert {each.kind for each in same & export} == {TraceKind.SIZED, TraceKind.NEAR}
    assert Trace(TraceKind.SHA256, "ab") in same
