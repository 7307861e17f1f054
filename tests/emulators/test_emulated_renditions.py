"""Requests for originals and for small pictures are counted apart, by what their address is for."""

import pytest

from photofs.emulators.flickr.static import file_kind as kind_at_flickr
from photofs.emulators.google.files import file_kind as kind_at_google
from photofs.emulators.hosting.ledger import FileKind, Ledger

ORIGINAL, RENDITION = FileKind.ORIGINAL, FileKind.RENDITION


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/static/65535/501_abc.jpg", RENDITION),
        ("/static/65535/501_abc_b.jpg", RENDITION),
        ("/static/65535/501_abc_n_d.jpg", RENDITION),
        ("/static/65535/501_abc_o.png", ORIGINAL),
        ("/static/65535/501_abc_o_d.jpg", ORIGINAL),
        ("/static/65535/501_abc_h.jpg", ORIGINAL),
        ("/static/65535/501_abc_6k.jpg", ORIGINAL),
        ("/static/65535/501_abc_y.jpg", ORIGINAL),
        ("/photos/12@N00/501/play/720p/abc/", ORIGINAL),
        ("/video/501/abc/720p.mp4", ORIGINAL),
        ("/services/rest/", None),
        ("/static/elsewhere", None),
    ],
)
def test_flickr_tells_them_by_the_suffix(path: str, kind: FileKind | None) -> None:
    """What is larger than 1024 pixels is a download, and so is what nobody knows."""
    assert kind_at_flickr(path) is kind


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        ("=w256-h256", RENDITION),
        ("=w256-h256-c", RENDITION),
        ("=w256-h256-no", RENDITION),
        ("=d", ORIGINAL),
        ("=dv", ORIGINAL),
        ("", ORIGINAL),
    ],
)
def test_google_tells_them_by_the_suffix(suffix: str, kind: FileKind) -> None:
    """A base address without one is no small picture."""
    assert kind_at_google(f"/bytes/AKC-1_x.1790000000.{'a' * 16}{suffix}") is kind
    assert kind_at_google(f"/v1/mediaItems{suffix}") is None


def test_the_ledger_counts_them_and_begins_anew() -> None:
    """What is no file is not counted."""
    ledger = Ledger()
    for kind in (ORIGINAL, RENDITION, RENDITION, None):
        ledger.note_file(kind)
    assert (ledger.files[ORIGINAL], ledger.files[RENDITION]) == (1, 2)
    ledger.clear()
    assert ledger.files.total() == 0
