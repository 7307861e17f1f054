"""Thumbnails are named and labelled so that every program of the desktop finds them right."""

import ctypes
import ctypes.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.model.thumbnail import (
    Portrayed,
    ThumbnailSize,
    file_uri,
    mimetype_of,
    portrayed_in,
    uri_digest,
    whole_seconds,
)

GLIB = ctypes.util.find_library("glib-2.0")


def uri_by_glib(path: bytes) -> str:
    """What g_filename_to_uri makes of a path."""
    glib = ctypes.CDLL(GLIB)
    glib.g_filename_to_uri.restype = ctypes.c_void_p
    told = glib.g_filename_to_uri(path, None, None)
    try:
        return ctypes.string_at(told).decode("ascii")
    finally:
        glib.g_free(ctypes.c_void_p(told))


@pytest.mark.skipif(GLIB is None, reason="GLib is not installed")
@given(st.binary().map(lambda path: b"/" + path.replace(b"\0", b"")))
def test_a_path_gets_the_uri_that_glib_gives_it(path: bytes) -> None:
    """Byte by byte, for a name is whatever bytes a file system has."""
    assert file_uri(path) == uri_by_glib(path)


@pytest.mark.skipif(GLIB is None, reason="GLib is not installed")
@pytest.mark.parametrize("byte", range(1, 256))
def test_each_byte_is_escaped_as_glib_does(byte: int) -> None:
    """None of the 255 bytes of names is left to chance."""
    assert file_uri(b"/a" + bytes([byte])) == uri_by_glib(b"/a" + bytes([byte]))


def test_uris_are_those_of_the_standard() -> None:
    """The standard's own example of a URI and its MD5, and a name that has to be escaped."""
    assert uri_digest("file:///home/jens/photos/me.png") == "c6ee772d9e49320e97ec29a7eb5b1697"
    assert file_uri("/a b/é#1;[2].jpg".encode()) == "file:///a%20b/%C3%A9%231%3B%5B2%5D.jpg"


def test_labels_are_read_back_as_they_were_written() -> None:
    """Each key that is known, and none that is not."""
    whole = Portrayed("file:///a.jpg", -1, 12, "image/jpeg")
    bare = Portrayed("file:///a.jpg", 7)
    assert portrayed_in(whole.texts()) == whole
    assert portrayed_in(bare.texts()) == bare
    assert bare.texts() == {
        "Thumb::URI": "file:///a.jpg",
        "Thumb::MTime": "7",
        "Software": "photofs",
    }
    assert whole.texts()["Thumb::MTime"] == "18446744073709551615"  # as GLib compares it
    assert portrayed_in({**whole.texts(), "Thumb::MTime": "-1"}) == whole  # as others may write it
    assert whole.file_name == f"{uri_digest('file:///a.jpg')}.png"


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"Thumb::URI": "file:///a"},
        {"Thumb::MTime": "1"},
        {"Thumb::URI": "file:///a", "Thumb::MTime": "soon"},
        {"Thumb::URI": "file:///a", "Thumb::MTime": "1", "Thumb::Size": "big"},
    ],
)
def test_what_the_standard_asks_for_must_be_there(texts: dict[str, str]) -> None:
    """A thumbnail that tells no file or no time is nobody's."""
    assert portrayed_in(texts) is None


def test_times_are_whole_seconds_as_stat_tells_them() -> None:
    """Before 1970, too, where a fraction counts upwards from a lower second."""
    assert [whole_seconds(ns) for ns in (1_999_999_999, 0, -1, -1_000_000_000)] == [1, 0, -1, -1]


def test_sizes_are_found_by_their_folders() -> None:
    """The standard's four, and no other."""
    found = [(each.folder, each.pixels) for each in ThumbnailSize]
    assert found == [("normal", 128), ("large", 256), ("x-large", 512), ("xx-large", 1024)]
    assert all(ThumbnailSize.of_folder(each.folder) is each for each in ThumbnailSize)
    with pytest.raises(ValueError, match="huge"):
        ThumbnailSize.of_folder("huge")


def test_types_are_told_where_they_are_known() -> None:
    """An extension that nobody knows gets no type, rather than a wrong one."""
    told = [mimetype_of(name) for name in ("/a/b.c/IMG.JPEG", "a.xyz", "jpg.", "/a.b/c")]
    assert told == ["image/jpeg", "", "", ""]
