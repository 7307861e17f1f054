"""What a service reads from an uploaded picture's EXIF."""

import re

from PIL import ExifTags, Image

_EXIF_DATE = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")


def taken_of(exif: Image.Exif) -> str | None:
    """When it was taken: naive local time, "2019-06-14 09:12:31"."""
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    found = _EXIF_DATE.fullmatch(str(camera.get(ExifTags.Base.DateTimeOriginal, "")))
    return f"{found[1]}-{found[2]}-{found[3]} {found[4]}" if found else None


def position_of(exif: Image.Exif) -> tuple[float, float] | None:
    """Latitude and longitude in degrees."""
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    try:
        latitude = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "S")
        longitude = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return latitude, longitude


def _degrees(parts: tuple[float, float, float], ref: str, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return round(-value if ref == negative else value, 6)
