"""What several sources tell, as one telling."""

import pytest

from photofs.model.fusing import Word, fuse, teller
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity, Media


def word(source: int, **facts: object) -> Word:
    """What a source tells; what is not given is usual."""
    usual: dict[str, object] = {
        "remote_id": f"id{source}",
        "media": Media.PICTURE,
        "content_key": f"key{source}",
        "ref": f"ref{source}",
        "as_of_ns": source,
    }
    return Word(source, PhotoSeen(**{**usual, **facts}))  # type: ignore[arg-type]


EXPORT = word(1, file_name="IMG.HEIC", title="old", favorite=False, tags=("a",), page_url="p")
SERVICE = word(
    2,
    file_name="img.jpg",
    title="new",
    favorite=True,
    fidelity=Fidelity.RECOMPRESSED,
    fidelity_note="less",
    page_url="q",
    owned=False,
)


@pytest.mark.parametrize("words", [[EXPORT, SERVICE], [SERVICE, EXPORT]])
def test_each_fact_is_of_who_knows_it_best(words: list[Word]) -> None:
    """In whatever order: bytes and name of the original, words of the latest, page of the first."""
    seen = fuse(words)
    assert (seen.content_key, seen.ref, seen.fidelity) == ("key1", "ref1", Fidelity.ORIGINAL)
    assert (seen.file_name, seen.title, seen.favorite) == ("IMG.HEIC", "new", True)
    assert (seen.tags, seen.page_url, seen.remote_id) == (("a",), "p", "id1")
    assert (seen.owned, seen.as_of_ns) == (True, 2)
    title, name = teller(words, "title"), teller(words, "file_name")
    assert (title and title.source, name and name.source) == (2, 1)


def test_missing_bytes_give_way_and_their_name_stays() -> None:
    """What can be had is shown, under the name that the original has."""
    gone = word(1, file_name="IMG.HEIC", missing=True)
    seen = fuse([gone, SERVICE])
    assert (seen.content_key, seen.missing, seen.fidelity_note) == ("key2", False, "less")
    assert seen.file_name == "IMG.HEIC"


def test_of_equal_bytes_the_latest_are_shown() -> None:
    """Somebody may have replaced them since the earlier word."""
    assert fuse([word(1, as_of_ns=9), word(2)]).content_key == "key1"
    assert fuse([word(1, as_of_ns=1), word(2)]).content_key == "key2"
    assert fuse([word(1, as_of_ns=5), word(2, as_of_ns=5)]).content_key == "key1"


def test_what_nobody_tells_is_not_told() -> None:
    """None and nothing stay what they are."""
    seen = fuse([word(1), word(2)])
    assert (seen.description, seen.tags, seen.favorite) == (None, (), None)
    assert teller([word(1), word(2)], "description") is None


def test_a_single_word_is_itself() -> None:
    """Nothing is made anew where one source tells."""
    assert fuse([EXPORT]) is EXPORT.seen


@pytest.mark.parametrize("fact", ["title", "favorite", "file_name", "page_url"])
def test_hearsay_counts_after_every_word_of_a_service(fact: str) -> None:
    """A sidecar written today overrules no older export, but tells what nobody else does."""
    told = {"title": "t", "favorite": True, "file_name": "n", "page_url": "p"}
    other = {"title": "u", "favorite": False, "file_name": "m", "page_url": "q"}
    heard = word(1, as_of_ns=9, hearsay=True, **{fact: other[fact]})
    service = word(2, as_of_ns=2, **{fact: told[fact]})
    assert getattr(fuse([heard, service]), fact) == told[fact]
    assert getattr(fuse([heard, word(2)]), fact) == other[fact]
    assert (fuse([heard, service]).hearsay, fuse([heard, heard]).hearsay) == (False, True)
