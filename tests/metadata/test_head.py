"""What a file's first bytes tell, whatever its kind."""

from datetime import UTC, datetime

from photofs.emulators.pictures import make_jpeg, make_png, make_video
from photofs.metadata.head import read_head
from photofs.model.photo import Media

WHEN = datetime(2019, 7, 20, 12, 30, tzinfo=UTC)


def test_a_picture() -> None:
    """A JPEG's kind, date and place."""
    head = read_head(make_jpeg("x", taken=WHEN.replace(tzinfo=None), position=(41.9, 12.5)))
    assert head is not None
    assert (head.media, head.extension) == (Media.PICTURE, "jpg")
    assert head.taken is not None
    assert head.taken.local == WHEN.replace(tzinfo=None)
    assert head.position is not None
    assert round(head.position.latitude, 3) == 41.9


def test_a_picture_without_facts() -> None:
    """A bare PNG has a kind and nothing else."""
    assert read_head(make_png("x")) == (Media.PICTURE, "png", None, None)


def test_a_video() -> None:
    """A movie whose header stands first tells its date; one whose header stands last does not."""
    first = read_head(make_video("x", taken=WHEN))
    assert first is not None
    assert first.media is Media.VIDEO
    assert first.taken is not None
    assert first.taken.instant == WHEN
    last = make_video("x", taken=WHEN, header_last=True)
    assert read_head(last[: len(last) // 2]) == (Media.VIDEO, "mp4", None, None)


def test_no_medium() -> None:
    """Text, nothing and zeros are no media."""
    assert [read_head(head) for head in (b"", b"just text", bytes(500))] == [None, None, None]
