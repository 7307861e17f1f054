"""Pictures and short videos made on the spot, for the demo library and for tests.

Each seed gives its own landscape: the same seed, size and facts give the same bytes on one machine
(another Pillow may encode otherwise). Facts are written as cameras write them: EXIF 2.31
DateTimeOriginal with OffsetTimeOriginal, a GPS block in degrees, minutes and seconds; a video tells
its instant in the mp4 header alone.
"""

import colorsys
import hashlib
import io
import math
from datetime import UTC, datetime
from fractions import Fraction

from PIL import ExifTags, Image, ImageDraw, ImageOps

from photofs.emulators.mp4 import Movie, mp4_bytes

Seed = int | str
Color = tuple[int, int, int]

JPEG_QUALITY = 85
VIDEO_FRAMES_A_SECOND = 10
VIDEO_SIZE = (320, 240)


class _Dice:
    """Numbers between 0 and 1 that follow from the seed alone, on every machine."""

    def __init__(self, seed: Seed) -> None:
        self._bytes = hashlib.sha256(f"picture {seed}".encode()).digest()
        self._next = 0

    def roll(self) -> float:
        """The next number; 16 of them, then the row begins anew."""
        start = self._next % 16 * 2
        self._next += 1
        return int.from_bytes(self._bytes[start : start + 2], "big") / 65535


def _color(hue: float, saturation: float, value: float) -> Color:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _sky(dice: _Dice, size: tuple[int, int], hue: float) -> Image.Image:
    # worked out for one column, for all are alike: a whole picture's took half of its making
    slope = Image.linear_gradient("L").resize((1, size[1]))
    high = _color(hue, 0.55 + dice.roll() * 0.3, 0.55 + dice.roll() * 0.4)
    low = _color(hue + 0.08 + dice.roll() * 0.3, 0.25 + dice.roll() * 0.3, 0.97)
    return ImageOps.colorize(slope, black=high, white=low).resize(size, Image.Resampling.NEAREST)


def _sun(draw: ImageDraw.ImageDraw, dice: _Dice, size: tuple[int, int], shift: float) -> None:
    width, height = size
    across = ((0.1 + dice.roll() * 0.8) + shift) % 1 * width
    down = (0.12 + dice.roll() * 0.35) * height
    radius = (0.05 + dice.roll() * 0.07) * min(size)
    box = (across - radius, down - radius, across + radius, down + radius)
    draw.ellipse(box, fill=_color(0.13, 0.25, 1.0))


def _hills(draw: ImageDraw.ImageDraw, dice: _Dice, size: tuple[int, int], hue: float) -> None:
    width, height = size
    for layer in range(3):
        top, waves, phase = 0.5 + layer * 0.15, 1 + dice.roll() * 3, dice.roll() * math.tau
        ridge = [
            (width * x / 40, height * (top + 0.07 * math.sin(phase + waves * math.tau * x / 40)))
            for x in range(41)
        ]
        color = _color(hue + 0.35 + layer * 0.03, 0.5, 0.6 - layer * 0.17)
        draw.polygon([*ridge, (width, height), (0, height)], fill=color)


def landscape(seed: Seed, size: tuple[int, int], shift: float = 0.0) -> Image.Image:
    """The picture of a seed, RGB; `shift` (0 to 1) moves its sun from left to right."""
    dice = _Dice(seed)
    hue = dice.roll()
    picture = _sky(dice, size, hue)
    draw = ImageDraw.Draw(picture)
    _sun(draw, dice, size, shift)
    _hills(draw, dice, size, hue)
    return picture


def _degrees(value: float) -> tuple[Fraction, Fraction, Fraction]:
    """Degrees, minutes and seconds (to 1/1000) of an angle without its sign."""
    thousandths = round(abs(value) * 3_600_000)
    minutes, rest = divmod(thousandths, 60_000)
    return Fraction(minutes // 60), Fraction(minutes % 60), Fraction(rest, 1000)


def exif_block(
    *,
    taken: datetime | None,
    offset: str | None = None,
    position: tuple[float, float] | None = None,
    title: str | None = None,
) -> Image.Exif:
    """An EXIF block with those facts; `taken` is written as wall time, whatever its zone."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "photofs"
    exif[ExifTags.Base.Model] = "Made on the spot"
    if title is not None:
        exif[ExifTags.Base.ImageDescription] = title.encode()
    if taken is not None:
        moment = f"{taken:%Y:%m:%d %H:%M:%S}".rjust(19, "0")  # %Y of year 33 has no zeros on Linux
        camera = exif.get_ifd(ExifTags.IFD.Exif)
        camera[ExifTags.Base.DateTimeOriginal] = moment
        camera[ExifTags.Base.DateTimeDigitized] = moment
        if offset is not None:
            camera[ExifTags.Base.OffsetTimeOriginal] = offset
    if position is not None:
        _put_position(exif, position)
    return exif


def _put_position(exif: Image.Exif, position: tuple[float, float]) -> None:
    latitude, longitude = position
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSVersionID] = b"\x02\x03\x00\x00"
    gps[ExifTags.GPS.GPSLatitudeRef] = "S" if latitude < 0 else "N"
    gps[ExifTags.GPS.GPSLatitude] = _degrees(latitude)
    gps[ExifTags.GPS.GPSLongitudeRef] = "W" if longitude < 0 else "E"
    gps[ExifTags.GPS.GPSLongitude] = _degrees(longitude)


def make_jpeg(
    seed: Seed,
    *,
    width: int = 640,
    height: int = 480,
    taken: datetime | None = None,
    offset: str | None = None,
    position: tuple[float, float] | None = None,
    title: str | None = None,
) -> bytes:
    """A JPEG; `offset` like "+02:00", `position` in degrees north and east.

    With no fact at all it carries no EXIF, as many an old scan.
    """
    facts = exif_block(taken=taken, offset=offset, position=position, title=title)
    bare = taken is None and position is None and title is None
    written = io.BytesIO()
    exif = b"" if bare else facts.tobytes()
    landscape(seed, (width, height)).save(written, "JPEG", quality=JPEG_QUALITY, exif=exif)
    return written.getvalue()


def make_png(
    seed: Seed, *, width: int = 320, height: int = 240, taken: datetime | None = None
) -> bytes:
    """A PNG, with an eXIf chunk if `taken` (wall time) is given: screenshots mostly have none."""
    written = io.BytesIO()
    exif = b"" if taken is None else exif_block(taken=taken).tobytes()
    picture = landscape(seed, (width, height))
    picture.save(written, "PNG", compress_level=1, **({"exif": exif} if exif else {}))
    return written.getvalue()


def make_webp(
    seed: Seed, *, width: int = 320, height: int = 240, taken: datetime | None = None
) -> bytes:
    """A lossy WebP, with EXIF if `taken` (wall time) is given."""
    written = io.BytesIO()
    exif = b"" if taken is None else exif_block(taken=taken).tobytes()
    landscape(seed, (width, height)).save(written, "WEBP", quality=80, method=0, exif=exif)
    return written.getvalue()


def make_video(
    seed: Seed,
    *,
    taken: datetime | None,
    seconds: float = 1.0,
    position: tuple[float, float] | None = None,
    header_last: bool = False,
) -> bytes:
    """A playable MP4 (MJPEG frames) of about `seconds`.

    `taken` becomes the header's creation time: UTC if naive; None writes 0, "unknown", as many
    cameras do. `header_last` puts the header behind the frames, where phones write it.
    """
    count = max(1, round(seconds * VIDEO_FRAMES_A_SECOND))
    instant = taken.replace(tzinfo=UTC) if taken is not None and taken.tzinfo is None else taken
    movie = Movie(
        frames=tuple(_frame(seed, number / count) for number in range(count)),
        frames_a_second=VIDEO_FRAMES_A_SECOND,
        size=VIDEO_SIZE,
        created=instant,
        position=position,
    )
    return mp4_bytes(movie, header_last=header_last)


def _frame(seed: Seed, shift: float) -> bytes:
    written = io.BytesIO()
    landscape(seed, VIDEO_SIZE, shift).save(written, "JPEG", quality=70)
    return written.getvalue()
