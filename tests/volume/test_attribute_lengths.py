"""Extended attributes: all of one photo's fit into the one block that ext4 has for them."""

from photofs.catalog.port import OriginRow, PhotoRow
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Media
from photofs.volume.xattrs import Facts, attribute_names, attribute_value
from tests.support.photo_row import photo_row

BLOCK = 4_096 - 32
"""Bytes that a block of attributes holds behind its own header; each entry takes 16 and a name."""

URL = "https://photos.google.com/photo/AF1QipM" + "x" * 60


def row(words: str) -> PhotoRow:
    """A photo of which everything is told at length."""
    return photo_row(
        title=words,
        description=words,
        tags=(words, words),
        size_exact=False,
        taken_local="2019-07-20 12:30:00 +02:00",
        taken_how="told by the service, in the zone of its position",
        page_url=URL,
        albums=(words, words),
        trouble=words,
    )


def test_all_values_fit_into_one_block() -> None:
    """However long the words are, `rsync -X` onto ext4 finds room; cut values end so."""
    seen = PhotoSeen(
        remote_id="AF1Qip" + "x" * 60, media=Media.PICTURE, content_key="k", ref="r", as_of_ns=1
    )
    facts = Facts(row("é" * 4_000), OriginRow(1, 1, seen), here=False)
    values = {name: attribute_value(facts, name) or b"" for name in attribute_names(facts)}
    taken = sum(16 + len(name) + 4 + len(value) for name, value in values.items())
    assert taken <= BLOCK
    assert values["user.xdg.comment"].decode().endswith("é…")
    assert len(values["user.xdg.comment"]) > 1_000
