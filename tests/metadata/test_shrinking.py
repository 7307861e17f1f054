"""Pictures become small PNGs: upright, labelled, never larger, and at no price to this process."""

import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from photofs.metadata.shrinking import Shrinker, Shrunk

RED, BLUE = (200, 20, 20), (20, 20, 200)


@pytest.fixture
def shrinker() -> Iterator[Shrinker]:
    """A shrinker whose child ends with the test."""
    made = Shrinker()
    yield made
    made.close()


def encoded(picture: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """A picture's bytes."""
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def halves(size: tuple[int, int] = (400, 200), mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    return picture.convert(mode)


def shrunk(shrinker: Shrinker, folder: Path, data: bytes, sides: Sequence[int] = (128,)) -> Shrunk:
    """What becomes of a file with those bytes."""
    path = folder / "file"
    path.write_bytes(data)
    fd = os.open(path, os.O_RDONLY)
    try:
        return shrinker.shrink(fd, sides, {"Thumb::URI": "file:///a", "Software": "photofs"})
    finally:
        os.close(fd)


def opened(png: bytes) -> Image.Image:
    """A PNG, decoded to its end."""
    picture = Image.open(io.BytesIO(png))
    assert picture.format == "PNG"
    picture.load()
    return picture


def near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    """Whether a pixel has about that colour."""
    found = picture.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(one - other) < 24 for one, other in zip(found, colour, strict=True))


def test_each_size_is_made_and_labelled(shrinker: Shrinker, tmp_path: Path) -> None:
    """In the order in which they were asked for, with the texts in each."""
    found = shrunk(shrinker, tmp_path, encoded(halves()), (128, 256))
    small, large = (opened(png) for png in found.pngs)
    assert (small.size, large.size) == ((128, 64), (256, 128))
    for each in (small, large):
        assert each.info == {"Thumb::URI": "file:///a", "Software": "photofs"}
        assert near(each, (5, 5), RED)
        assert near(each, (each.width - 5, 5), BLUE)


@pytest.mark.parametrize(
    ("orientation", "size", "top_left", "bottom_right"),
    [
        (1, (128, 64), RED, BLUE),
        (3, (128, 64), BLUE, RED),
        (6, (64, 128), RED, BLUE),
        (8, (64, 128), BLUE, RED),
    ],
)
def test_thumbnails_stand_upright(
    shrinker: Shrinker,
    tmp_path: Path,
    orientation: int,
    size: tuple[int, int],
    top_left: tuple[int, int, int],
    bottom_right: tuple[int, int, int],
) -> None:
    """As the picture's EXIF says that it was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = shrunk(shrinker, tmp_path, encoded(halves(), exif=exif))
    picture = opened(found.pngs[0])
    assert picture.size == size
    assert near(picture, (3, 3), top_left)
    assert near(picture, (size[0] - 4, size[1] - 4), bottom_right)


def test_each_size_has_the_pictures_own_shape(shrinker: Shrinker, tmp_path: Path) -> None:
    """Rounded once, not once for each size on the way: 85.3 pixels are 85, 170.7 are 171."""
    found = shrunk(shrinker, tmp_path, encoded(halves((300, 200))), (128, 256))
    assert [opened(png).size for png in found.pngs] == [(128, 85), (256, 171)]


def test_nothing_grows(shrinker: Shrinker, tmp_path: Path) -> None:
    """A picture that is smaller than the thumbnail keeps its own size; a sliver keeps a pixel."""
    found = shrunk(shrinker, tmp_path, encoded(halves((40, 20))), (128, 256))
    assert [opened(png).size for png in found.pngs] == [(40, 20), (40, 20)]
    sliver = shrunk(shrinker, tmp_path, encoded(Image.new("RGB", (2000, 2)), "PNG"))
    assert opened(sliver.pngs[0]).size == (128, 1)


@pytest.mark.parametrize(
    ("form", "mode"),
    [("PNG", "P"), ("PNG", "L"), ("PNG", "1"), ("GIF", "P"), ("WEBP", "RGB"), ("JPEG", "CMYK")],
)
def test_all_colours_become_plain_ones(
    shrinker: Shrinker, tmp_path: Path, form: str, mode: str
) -> None:
    """Palettes, greys and inks: eight bits of red, green and blue."""
    found = shrunk(shrinker, tmp_path, encoded(halves(mode=mode), form))
    picture = opened(found.pngs[0])
    assert (picture.mode, picture.size) == ("RGB", (128, 64))
    assert picture.getpixel((5, 5)) != picture.getpixel((120, 5)) or mode in {"1", "L"}


def test_transparency_stays(shrinker: Shrinker, tmp_path: Path) -> None:
    """What cannot be seen in the picture cannot be seen in its thumbnail."""
    clear = Image.new("RGBA", (400, 200), (*RED, 0))
    assert opened(shrunk(shrinker, tmp_path, encoded(clear, "PNG")).pngs[0]).mode == "RGBA"


def test_sixteen_bits_of_grey_are_not_cut_off(shrinker: Shrinker, tmp_path: Path) -> None:
    """Half of the light stays half of it."""
    grey = Image.new("I;16", (200, 200), 32768)
    picture = opened(shrunk(shrinker, tmp_path, encoded(grey, "PNG")).pngs[0])
    assert near(picture, (9, 9), (128, 128, 128))


def test_what_the_picture_carries_is_left_behind(shrinker: Shrinker, tmp_path: Path) -> None:
    """A color profile and a resolution: the thumbnail tells what was asked for, and no more."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(halves(), icc_profile=profile, dpi=(300, 300))
    assert set(opened(shrunk(shrinker, tmp_path, data).pngs[0]).info) == {
        "Thumb::URI",
        "Software",
    }


def test_a_bomb_costs_nothing(shrinker: Shrinker, tmp_path: Path) -> None:
    """A few kilobytes that unpack to a gigabyte are refused; the next picture is made."""
    bomb = shrunk(shrinker, tmp_path, encoded(Image.new("1", (40_000, 30_000)), "PNG"))
    assert not bomb.pngs
    assert "pixels" in bomb.why
    assert shrunk(shrinker, tmp_path, encoded(halves())).pngs


def test_a_large_jpeg_is_no_bomb(shrinker: Shrinker, tmp_path: Path) -> None:
    """It is decoded at an eighth of its width: cameras of 60 megapixels have thumbnails, too."""
    large = encoded(Image.new("L", (9000, 7000), 99), quality=20)
    assert opened(shrunk(shrinker, tmp_path, large).pngs[0]).size == (128, 100)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_half_a_picture_has_no_thumbnail(shrinker: Shrinker, tmp_path: Path, form: str) -> None:
    """A grey half would stand there for good."""
    noise = Image.effect_noise((400, 300), 80).convert("RGB")
    data = encoded(noise, form)
    found = shrunk(shrinker, tmp_path, data[: len(data) // 2])
    assert not found.pngs
    assert found.why


def test_an_exif_block_of_nonsense_turns_nothing(shrinker: Shrinker, tmp_path: Path) -> None:
    """The picture is shown as it is stored."""
    data = encoded(halves(), exif=b"Exif\0\0" + b"MM\0*\0\0\0\x08\xff\xff" + bytes(9))
    assert opened(shrunk(shrinker, tmp_path, data).pngs[0]).size == (128, 64)


@pytest.mark.parametrize("data", [b"no picture", b"FLV\x01\x01\0\0\0\x09\0\0\0\0"])
def test_what_nothing_decodes_is_said(shrinker: Shrinker, tmp_path: Path, data: bytes) -> None:
    """Videos and unknown bytes are no pictures."""
    found = shrunk(shrinker, tmp_path, data)
    assert not found.pngs
    assert "nothing here decodes" in found.why


@pytest.mark.parametrize("program", ["import os; os._exit(3)", "import time; time.sleep(600)"])
def test_a_child_that_dies_or_hangs_is_begun_anew(tmp_path: Path, program: str) -> None:
    """No thumbnail, and no wait without end."""
    shrinker = Shrinker([sys.executable, "-c", program], patience=1.0)
    try:
        for _ in range(2):
            assert "memory or time" in shrunk(shrinker, tmp_path, encoded(halves())).why
    finally:
        shrinker.close()


def memory_files() -> int:
    """How many files in memory this process has open."""
    targets = (str(each.resolve()) for each in Path("/proc/self/fd").iterdir())
    return sum("memfd:thumbnail" in target for target in targets)


def test_no_file_stays_open(shrinker: Shrinker, tmp_path: Path) -> None:
    """However many sizes are made, and whether they are made or not."""
    kept = os.memfd_create("thumbnail")
    assert memory_files() == 1
    shrunk(shrinker, tmp_path, encoded(halves()), (128, 256, 512, 1024))
    shrunk(shrinker, tmp_path, b"\xff\xd8\xff no picture", (128, 256))
    assert memory_files() == 1
    os.close(kept)
