"""The one rule of sidecar names, its steps behind it, and the names of variants."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.emulators.takeout.names import FolderNames, first_units
from photofs.model.photo import Media
from photofs.providers.takeout.pairing import Pairing, SidecarName
from photofs.providers.takeout.sidecar_name import (
    MediumName,
    by_rule,
    by_stem,
    cut,
    is_sidecar_of_title,
    take_apart,
    title_fits,
    verbatim,
    without_last,
)
from photofs.providers.takeout.variants import edited_from, media_of, movie_stems, right_extension

KNOWN_PAIRS = (
    ("IMG_1(1).jpg", "IMG_1.jpg(1)"),
    ("IMG_1(1).jpg", "IMG_1.jpg.supplemental-metadata(1)"),
    ("IMG_1.jpg", "IMG_1.jpg"),
    ("skytree (2).jpg", "skytree (2).jpg.supplemental-metadata"),
    ("image(2).png", "image(2).png.supplemental-metadata"),
    ("Negative(1)(1).jpg", "Negative(1).jpg.supplemental-metadata(1)"),
    ("original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P.jpg",
     "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_"),
    ("original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P(1).jpg",
     "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_"),
    ("PXL_20220503_181502789.PORTRAIT-01.COVER.jpg",
     "PXL_20220503_181502789.PORTRAIT-01.COVER.jpg.s"),
    ("PXL_20220503_181502.jpg", "PXL_20220503_181502.jpg.supplemental-metadata"),
    ("PXL_20220503_181502789.NIGHT.jpg", "PXL_20220503_181502789.NIGHT.jpg.supplemental-"),
)  # fmt: skip


@pytest.mark.parametrize(("medium", "sidecar"), KNOWN_PAIRS)
def test_known_pairs_follow_the_rule(medium: str, sidecar: str) -> None:
    """Pairs as published are found by the rule, with or without the counter taken as one."""
    assert sidecar in [*by_rule(medium), *verbatim(medium)]


def test_the_counter_is_tried_before_the_title() -> None:
    """A number in brackets is a counter first; where that finds nothing, it is of the title."""
    pairing = Pairing(
        ["a.jpg", "a(1).jpg", "b(1).jpg"],
        [SidecarName("a.jpg", "a.jpg", 1), SidecarName("a.jpg(1)", "a.jpg", 2),
         SidecarName("b(1).jpg", "b(1).jpg", 3)],
    )  # fmt: skip
    assert [pair.sidecar for pair in pairing.pairs] == [0, 1, 2]
    assert [pair.why for pair in pairing.pairs] == ["", "", ""]
    assert pairing.left == []


titles = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='/\\:*?"<>|.'), min_size=1,
    max_size=70,
).filter(lambda title: unicodedata.is_normalized("NFC", title))  # fmt: skip


@given(
    st.lists(titles, min_size=1, max_size=6, unique_by=lambda title: first_units(title, 20)),
    st.booleans(),
    st.sampled_from([".jpg", ".HEIC", ".mp4", ".jpeg"]),
    st.integers(1, 3),
)
def test_every_generated_medium_finds_its_sidecar(
    names: list[str],
    supplemental: bool,  # noqa: FBT001 - hypothesis gives it
    extension: str,
    copies: int,
) -> None:
    """Whatever the titles, lengths and counters: the medium gets the sidecar made for it."""
    folder = FolderNames()
    media: list[str] = []
    sidecars: list[SidecarName] = []
    for title in names:
        for _copy in range(copies):
            named = folder.name(title + extension)
            media.append(named.file)
            name = named.sidecar(supplemental=supplemental).removesuffix(".json")
            sidecars.append(SidecarName(name, title + extension, len(sidecars)))
    assert [pair.sidecar for pair in Pairing(media, sidecars).pairs] == list(range(len(media)))


@given(st.text(max_size=80), st.integers(1, 60))
def test_cut_keeps_whole_characters(text: str, units: int) -> None:
    """A cut is a beginning of the text, as long as it may be, give or take half a character."""
    for short in cut(text, units):
        assert text.startswith(short)
        length = len(short.encode("utf-16-le", "surrogatepass")) // 2
        assert length <= units + 1
        assert short == text or length >= units - 1


@given(st.text(max_size=40))
def test_taking_apart_loses_nothing(name: str) -> None:
    """Stem, counter and extension make the name again."""
    parts = take_apart(name)
    assert parts.stem + parts.counter + parts.extension == name


def test_taking_apart() -> None:
    """The extension begins at the last dot; names that begin with their only dot have none."""
    assert take_apart("a(1).b.jpg") == MediumName("a(1).b", "", ".jpg")
    assert take_apart("a(12).jpg") == MediumName("a", "(12)", ".jpg")
    assert take_apart("MVIMG_1(3)") == MediumName("MVIMG_1", "(3)", "")
    assert take_apart(".hidden") == MediumName(".hidden", "", "")


def test_stems_and_last_characters() -> None:
    """The weaker steps: no extension in the sidecar's name, or its last character lost."""
    assert "20030616" in by_stem("20030616.jpg")
    assert "20030616(1)" in by_stem("20030616(1).jpg")
    assert "picture_n" in without_last("picture_n-.jpg")
    assert "picture_" in without_last("picture_n.jpg")
    assert "picture" in without_last("picture_.jpg")
    assert without_last("picture.jpg") == []


def test_titles_fit_their_media() -> None:
    """A medium's name can come from its title by cleaning, cutting and counting."""
    assert title_fits("27_06_12 - 1.mov", "27/06/12 - 1.mov")
    assert title_fits("a(1).jpg", "a.jpg")
    assert title_fits("x" * 47 + ".jpg", "x" * 60 + ".jpg")
    assert title_fits("20030616.jpg", "20030616")
    assert not title_fits("a.jpg", "b.jpg")
    assert not title_fits("a.jpg", "a.mov")


def test_a_title_alone_is_a_sidecar_by_its_name() -> None:
    """JSON with nothing but a title is a sidecar if it is named after the title, else an album."""
    assert is_sidecar_of_title("a.jpg.supplemental-metadata", "a.jpg")
    assert is_sidecar_of_title("a.jpg(2)", "a.jpg")
    assert not is_sidecar_of_title("metadata", "Trip")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a-edited.jpg", [("a", "-edited")]),
        ("a-EDITED(1).jpg", [("a(1)", "-edited")]),
        ("a-編集済み.jpg", [("a", "-編集済み")]),
        ("a-ha editado.jpg", [("a", "-ha editado")]),
        ("a-ed.jpg", []),
        ("b" * 44 + "-ed.jpg", [("b" * 44, "-edited")]),
        ("b" * 44 + "-no.jpg", []),
        ("-edited.jpg", []),
    ],
)
def test_edited_copies_by_name(name: str, expected: list[tuple[str, str]]) -> None:
    """Suffixes in all languages; cut short only where names are as long as they get."""
    assert edited_from(name) == expected


def test_movies_by_name() -> None:
    """Pixel's movies without a proper extension are known, and whose part they are."""
    assert media_of("PXL_1.MP") is media_of("PXL_1.MP~2") is media_of("MVIMG_1") is Media.VIDEO
    assert media_of("notes.xyz") is media_of("README") is None
    assert right_extension("PXL_1.MP~2") == ".mp4"
    assert "PXL_1.MP" in movie_stems("PXL_1.MP")
    assert "IMG_1(2)" in movie_stems("IMG_1(2).MOV")
