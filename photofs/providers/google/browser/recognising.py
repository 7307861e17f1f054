"""Whether a page is the photo that an errand means, by address and by what it tells; pure.

The address decides: the id in it is Google's own. A file name or a date that the page shows beside
it must agree; none need be shown, for whether the panel with them is open is the user's affair.
"""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from photofs.model.errand import Errand
from photofs.providers.google.browser.sight import Sight
from photofs.providers.google.kinds import KINDS

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMBER = re.compile(r"\d+")
_TIME = re.compile(
    r"\d+\s*[:h時시点點]\s*\d+(?:\s*:\s*\d+)?|\bklo?\.?\s*\d+\.\d+|\d+\s*[ap]\.?m\b", re.IGNORECASE
)
_LINE = re.compile(r"[\r\n]+")
_EXTENSIONS: Final = frozenset({*KINDS, "jpeg", "heif", "tiff", "m4v", "mpeg"})
_SAME: Final = {"jpeg": "jpg", "heif": "heic", "tiff": "tif", "mpeg": "mpg"}
"""Endings that one service or another writes instead of each other."""


class Recognised(NamedTuple):
    """Why it is that photo (`by`), or what speaks against it (`against`)."""

    by: str
    against: str = ""


def recognise(errand: Errand, sight: Sight) -> Recognised:
    """What the page of a photo tells of which one it is."""
    by = ["its address"]
    names = _names(sight)
    if names:
        if _plain(errand.name) not in {_plain(each) for each in names}:
            shown = ", ".join(sorted(names)[:3])
            return Recognised("", f"the page shows the file name {shown}, not {errand.name}")
        by.append("file name")
    if errand.taken_local is not None and _YEAR.search(sight.medium_text):
        if not _tells_date(sight.medium_text, errand.taken_local):
            return Recognised(
                "", f'the page dates it "{sight.medium_text}", not {errand.taken_local}'
            )
        by.append("date")
    return Recognised(" and ".join([", ".join(by[:-1]), by[-1]]) if len(by) > 1 else by[0])


def _names(sight: Sight) -> set[str]:
    """Whole lines of the page that are file names of pictures or videos."""
    lines = (each.strip() for each in _LINE.split(f"{sight.text}\n{sight.title}"))
    return {each for each in lines if _extension(each) in _EXTENSIONS}


def _extension(text: str) -> str:
    stem, dot, extension = text.rpartition(".")
    return extension.lower() if stem and dot else ""


def _plain(name: str) -> str:
    plain = unicodedata.normalize("NFC", name).casefold()
    stem, dot, extension = plain.rpartition(".")
    return f"{stem}{dot}{_SAME.get(extension, extension)}"


def _tells_date(text: str, taken_local: str) -> bool:
    """Whether year and day of month stand in the text; a day to either side, for zones differ.

    Hour and minute are no day.
    """
    taken = datetime.fromisoformat(taken_local)
    told = [int(each) for each in _NUMBER.findall(_TIME.sub(" ", text))]
    days = (taken + timedelta(days=each) for each in (-1, 0, 1))
    return any(each.year in told and each.day in told for each in days)
