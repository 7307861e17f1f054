"""Listings by pages: tokens that lead on, pages that are short or empty, and the overlap."""

import base64
import binascii
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from photofs.emulators.google.errors import invalid
from photofs.emulators.google.habits import Habits

T = TypeVar("T")
_STEM = "page"


class Page(NamedTuple):
    """How many at the most, where to begin, and whether an empty page was given for it."""

    size: int
    start: int
    waited: bool = False


def read_page(size: str | int | None, token: str | None, usual: int, most: int) -> Page:
    """What a client asks for; ApiError 400. More than `most` is taken for `most`."""
    try:
        wanted = int(size or 0)
    except ValueError:
        raise invalid("Invalid value at 'page_size' (TYPE_INT32)") from None
    if wanted < 0:
        raise invalid("Page size must be non-negative.")
    start, waited = _place(token) if token else (0, True)
    return Page(min(wanted or usual, most), start, waited)


def _place(token: str) -> tuple[int, bool]:
    try:
        stem, number, waited = base64.urlsafe_b64decode(token).decode().split(" ")
        if stem == _STEM:
            return int(number), waited == "1"
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise invalid("Invalid page token.")


def cut(found: Sequence[T], page: Page, habits: Habits) -> tuple[list[T], str | None]:
    """The page, and the token of the next one if there is more."""
    size = page.size
    if habits.short_pages and size > 1:
        size = max(1, size * 2 // 3)
    if habits.empty_pages and not page.waited:
        return [], _token(page.start, waited=True)
    stop = page.start + size
    first = max(0, page.start - 1) if habits.overlap else page.start
    return list(found[first:stop]), _token(stop) if stop < len(found) else None


def _token(start: int, *, waited: bool = False) -> str:
    return base64.urlsafe_b64encode(f"{_STEM} {start} {int(waited)}".encode()).decode()
