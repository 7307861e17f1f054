"""How fast the line may be used at which time of the day: `bwlimit` of the settings."""

import re
from typing import Final, NamedTuple

from photofs.model.errors import Misconfigured
from photofs.model.size import parse_size

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY: Final = 24 * 60
LEAST: Final = 8_000
"""Bytes a second; with fewer, a block of an upload takes so long that a service gives up."""

_SUCH_AS: Final = 'write such as "512k", or "08:00,512k 19:00,10M Sat-00:00,off"'
_ENTRY: Final = re.compile(r"(?:([A-Za-z]{3})-)?([01]\d|2[0-3]):([0-5]\d),(\S+)")


class Timetable(NamedTuple):
    """From which minute of the week on how many bytes a second may pass (None: all), in order."""

    changes: tuple[tuple[int, int | None], ...]

    def rate(self, weekday: int, minute: int) -> int | None:
        """What counts then; Monday is 0. The last change of a week lasts into the next one."""
        now = weekday * DAY + minute
        before = [rate for at, rate in self.changes if at <= now]
        return (before or [self.changes[-1][1]])[-1] if self.changes else None


def parse_timetable(text: str) -> Timetable:
    """The timetable of "512k", or of "08:00,512k 19:00,10M Sat-00:00,off", as rclone writes it.

    Sizes are as `parse_size` reads them (512k is 512,000), a second; "off" is no limit, and so is
    an empty text. Raises Misconfigured.
    """
    words = text.split()
    if not words:
        return Timetable(())
    if len(words) == 1 and "," not in words[0]:
        return Timetable(((0, _rate(words[0])),))
    changes: dict[int, int | None] = {}
    for word in sorted(words, key=lambda each: "-" in each):  # a day's own entry counts more
        changes |= _entry(word)
    return Timetable(tuple(sorted(changes.items())))


def _entry(word: str) -> dict[int, int | None]:
    """An entry for each day, or for the one that it names."""
    found = _ENTRY.fullmatch(word)
    if found is None or (found[1] and found[1].lower() not in DAYS):
        raise Misconfigured(
            f'"{word}" is no entry of a timetable',
            remedy=_SUCH_AS,
        )
    days = [DAYS.index(found[1].lower())] if found[1] else range(len(DAYS))
    rate = _rate(found[4])
    return {day * DAY + int(found[2]) * 60 + int(found[3]): rate for day in days}


def _rate(word: str) -> int | None:
    if word.lower() == "off":
        return None
    try:
        rate = parse_size(word)
    except Misconfigured as error:
        raise Misconfigured(f'"{word}" is no speed in bytes a second', remedy=_SUCH_AS) from error
    if rate < LEAST:
        raise Misconfigured(
            f'"{word}" a second is too slow for any service', remedy=f"write {LEAST} or more"
        )
    return rate
