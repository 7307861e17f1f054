"""The texts of a PNG are read from its first bytes, whatever bytes these are."""

import io

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from photofs.thumbnails.png_texts import HEAD, labelled, texts_in


def told(texts: dict[str, str]) -> bytes:
    """A PNG with these texts, as Pillow writes it."""
    info = PngImagePlugin.PngInfo()
    for key, value in texts.items():
        info.add_text(key, value)
    target = io.BytesIO()
    Image.new("RGB", (9, 9)).save(target, "PNG", pnginfo=info)
    return target.getvalue()


def test_texts_are_read_as_pillow_wrote_them() -> None:
    """Each keyword with its text, in Latin-1."""
    texts = {"Thumb::URI": "file:///" + "a" * 12_000, "Software": "photofs", "Comment": "é"}
    assert texts_in(told(texts)[:HEAD]) == texts


def test_no_picture_has_no_texts() -> None:
    """An empty file, another kind of file, and a PNG that ends before them."""
    whole = told({"Software": "photofs"})
    assert [texts_in(data) for data in (b"", b"GIF89a", whole[:40])] == [{}, {}, {}]


def test_what_stands_behind_the_pixels_is_not_looked_at() -> None:
    """Only the first bytes of a file are read."""
    whole = told({})
    late = b"\0\0\0\x0btEXtSoftware\0ab" + bytes(4)
    at = whole.index(b"IEND") - 4
    assert texts_in(whole[:at] + late + whole[at:]) == {}


def test_texts_are_put_in_as_pillow_puts_them() -> None:
    """Byte by byte, so that whoever reads one reads the other; pixels and sums are right."""
    texts = {"Thumb::URI": "file:///" + "a%20" * 3_000, "Thumb::MTime": "1", "Software": "photofs"}
    made = labelled(told({}), texts)
    assert made == told(texts)
    with Image.open(io.BytesIO(made)) as picture:
        picture.load()
        assert picture.info == texts


@given(st.binary(), st.integers(0, 200), st.binary(max_size=9))
def test_no_bytes_make_it_fail(data: bytes, at: int, spoiled: bytes) -> None:
    """Lengths that lie, chunks without keywords: some texts, or none."""
    whole = told({"Software": "photofs"})
    for each in (data, whole[:8] + data, whole[:at] + spoiled + whole[at + len(spoiled) :]):
        assert isinstance(texts_in(each), dict)
