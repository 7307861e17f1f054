"""Names made of whatever a service may tell: always valid, stable, and told apart."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.model import naming
from photofs.model.naming import (
    album_path,
    clean,
    fold,
    folder_name,
    looks_temporary,
    numbered,
    photo_name,
    short_id,
    with_suffix,
)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
WAVING = "\U0001f44b\U0001f3fd"

PIECES = [
    *"aZ0./ ~_-#@ßıİſé한ᄀ\u1161\u0301\u0345\ud800\u200b\u200d\u202e\ufeff\ufe0f\uffff\x00\n\x85",
    *(FAMILY, WALES, WAVING, "🇩🇪", "🇫", "\U000e007f", "sed", "abcdef", " / ", "Thumbs.db"),
    *(".jpg", ".JPEG", ".mp4", ".part", ".x", "~$", "_exiftool_tmp", "k" * 100, "é" * 130),
]
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES)).map("".join))
EXTENSIONS = st.sampled_from(["jpg", "mp4", "heic", "", ".PNG", "a/b"])
FORBIDDEN = re.compile(
    "[/\x00-\x1f\x7f-\x9f\u200b\u200c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def assert_valid(name: str) -> None:
    """Every promise of the naming module about a finished name."""
    assert name not in {"", ".", ".."}
    assert len(name.encode()) <= 240
    assert not FORBIDDEN.search(name)
    assert unicodedata.is_normalized("NFC", name)
    assert name == name.strip()
    assert not name.startswith(".")
    assert not name.endswith(".")
    assert not looks_temporary(name)


@given(TEXTS, TEXTS, EXTENSIONS)
def test_every_photo_name_is_valid_and_stable(file_name: str, title: str, extension: str) -> None:
    """Whatever a service tells, the name is valid, and the same when made from itself."""
    name = photo_name(file_name, title, "photo", extension)
    assert_valid(name)
    assert photo_name(name, None, "photo", extension) == name


@given(TEXTS)
def test_every_folder_name_is_valid_and_stable(title: str) -> None:
    """The same for folders, and for each step of a nested album's path."""
    name = folder_name(title)
    assert_valid(name)
    assert folder_name(name) == name
    path = album_path(title)
    assert 1 <= len(path) <= naming.MAX_NESTING
    for step in path:
        assert_valid(step)


@given(TEXTS, st.integers(min_value=2, max_value=10**6))
def test_suffixes_and_numbers_still_fit(title: str, n: int) -> None:
    """A suffix goes before the extension, a number behind a folder's name; both still fit."""
    name = with_suffix(photo_name(title, None, "photo", "jpg"), f"-{short_id(title)}")
    assert_valid(name)
    assert name.lower().endswith((".jpg", ".jpeg"))
    assert short_id(title) in name
    folder = numbered(folder_name(title), n)
    assert_valid(folder)
    assert folder.endswith(f" ({n})")


@given(TEXTS)
def test_case_and_normal_form_make_no_other_name(title: str) -> None:
    """NFC, NFD and case variants fold to one key; folding twice changes nothing."""
    name = clean(title)
    key = fold(name)
    assert fold(unicodedata.normalize("NFD", name)) == key
    assert fold(name.casefold()) == key
    assert fold(name.swapcase().swapcase().casefold()) == fold(name.swapcase().casefold())
    assert fold(key) == key


@given(
    st.lists(st.sampled_from(["a", "A", "é", "e\u0301", "É", "ß", "SS", "k" * 300]), max_size=30)
)
def test_unique_names_never_collide_when_folded(titles: list[str]) -> None:
    """Suffixes by id, then numbers, always lead to a name that nothing else folds to."""
    taken: set[str] = set()
    for number, title in enumerate(titles):
        wanted = photo_name(None, title, "photo", "jpg")
        own = with_suffix(wanted, f"-{short_id(str(number))}")
        counted = (with_suffix(own, f" ({n})") for n in range(2, len(titles) + 2))
        name = next(n for n in (wanted, own, *counted) if fold(n) not in taken)
        assert_valid(name)
        taken.add(fold(name))
    assert len(taken) == len(titles)


@pytest.mark.parametrize(
    ("file_name", "title", "extension", "expected"),
    [
        ("IMG_1.JPG", "Sunset", "jpg", "IMG_1.JPG"),
        ("IMG_1.jpeg", None, "jpg", "IMG_1.jpeg"),
        (None, "Sunset", "jpg", "Sunset.jpg"),
        ("", "Sunset", "jpg", "Sunset.jpg"),
        ("IMG_1.HEIC", None, "jpg", "IMG_1.jpg"),
        ("clip.MOV", None, "mp4", "clip.MOV"),
        ("PXL_1.MP", None, "mp4", "PXL_1.MP.mp4"),
        ("DSC_1.NEF", None, "tif", "DSC_1.NEF"),
        (None, "Dr. Strange v1.5", "jpg", "Dr. Strange v1.5.jpg"),
        (None, "a/b", "png", "a_b.png"),
        (None, "..", "jpg", "photo.jpg"),
        (None, ".hidden", "jpg", "hidden.jpg"),
        (None, None, "jpg", "photo.jpg"),
        ("x.part", None, "", "x.part_"),
        ("sedAb12Cd", None, "", "_sedAb12Cd"),
        ("Thumbs.db", None, "", "_Thumbs.db"),
        ("noext", None, "", "noext"),
        (None, "evil\u202egpj.exe", "jpg", "evilgpj.exe.jpg"),
        (None, "one\ntwo", "jpg", "one two.jpg"),
        (None, "lone\ud83d", "jpg", "lone_.jpg"),
        (None, "e\u0301te\u0301", "jpg", "\u00e9t\u00e9.jpg"),
        (None, f"{FAMILY} at home", "jpg", f"{FAMILY} at home.jpg"),
        (None, "a\u200db", "jpg", "ab.jpg"),
        (None, f"{WALES}!", "jpg", f"{WALES}!.jpg"),
        ("\u200b", "\ufeff", "jpg", "photo.jpg"),
    ],
)
def test_examples_of_photo_names(
    file_name: str | None, title: str | None, extension: str, expected: str
) -> None:
    """File name before title before fallback; the extension is that of the real bytes."""
    assert photo_name(file_name, title, "photo", extension) == expected


@pytest.mark.parametrize("emoji", [FAMILY, WAVING, WALES, "🇩🇪", "x\u0323\u0301", "한"])
@pytest.mark.parametrize("lead", ["", "a", "ab", "abc", "abcd", "abcde"])
def test_long_titles_are_cut_between_graphemes(emoji: str, lead: str) -> None:
    """A title far too long keeps its extension and whole emoji, as many as fit."""
    title = unicodedata.normalize("NFC", lead + emoji * 80)
    whole = unicodedata.normalize("NFC", emoji)
    name = photo_name(None, title, "photo", "jpg")
    stem = name.removesuffix(".jpg")
    assert stem == lead + whole * ((len(stem) - len(lead)) // len(whole))
    assert 240 - len(whole.encode()) < len(name.encode()) <= 240


def test_a_grapheme_longer_than_any_name_is_cut_within() -> None:
    """A letter under five hundred accents still gives a valid name."""
    name = photo_name(None, "a" + "\u0333" * 500, "photo", "jpg")
    assert_valid(name)
    assert name.startswith("a\u0333")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Rome", ("Rome",)),
        ("Trips / Rome / Day 1", ("Trips", "Rome", "Day 1")),
        ("AC/DC", ("AC_DC",)),
        ("27/06/12", ("27_06_12",)),
        (" / ", ("_",)),
        ("", ("Untitled",)),
        (" / Rome / . / x", ("Rome", "x")),
        (" / ".join("abcdefghij"), ("a", "b", "c", "d", "e", "f", "g", "h _ i _ j")),
    ],
)
def test_examples_of_album_paths(title: str, expected: tuple[str, ...]) -> None:
    """A stroke between spaces nests, at most eight deep; another one does not."""
    assert album_path(title) == expected


@pytest.mark.parametrize(
    "name",
    [
        *(".x", "x.part", "x.PART", "x~", "~$x.doc", "#x#", "x.jpg_exiftool_tmp", "sedAbCdEf"),
        *("Thumbs.db", ".DS_Store", "@eaDir", "x.jpg_original", "x.bak", "x.crdownload"),
    ],
)
def test_temporaries_are_known(name: str) -> None:
    """Names that programs give to what is not meant to stay."""
    assert looks_temporary(name)


@pytest.mark.parametrize("name", ["x.jpg", "party", "sedation", "sediment.jpg", "Original", "a~b"])
def test_other_names_are_no_temporaries(name: str) -> None:
    """Names that only resemble those."""
    assert not looks_temporary(name)


def test_widths_are_told_apart() -> None:
    """Full and half width are two names, as file systems have it; so are Turkish i's."""
    assert fold("\uff21") != fold("A")
    assert fold("\u0131") != fold("i")
    assert fold("STRASSE") == fold("straße")


def test_short_ids_are_stable() -> None:
    """The same six characters in every version, for names made with them are fixed for ever."""
    assert short_id("53214567890") == "afpvsz"
    assert re.fullmatch("[a-z2-7]{6}", short_id("\ud800"))
