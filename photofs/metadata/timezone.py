"""Which zone holds where, and what its offset from UTC is.

The zones' outlines come from tzfpy, loaded at the first question (0.2 s, 40 MB: the mount never
asks); the offsets from the system's or tzdata's zone files, through zoneinfo.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from photofs.model.errors import Refused
from photofs.model.photo import Position, is_on_earth


def zone_of_position(position: Position) -> str | None:
    """The IANA zone there, at sea the nautical one; None where the numbers are no place on earth.

    A name that this machine has no rules for is not told either.
    """
    if not is_on_earth(position):
        return None
    import tzfpy

    name: str = tzfpy.get_tz(position.longitude, position.latitude)
    return name if name and is_zone(name) else None


def offset_of_zone(name: str, moment: datetime, local: bool) -> timedelta:  # noqa: FBT001 - as the port has it
    """What to add to UTC there and then; `moment` is naive, wall time (`local`) or UTC.

    A wall time that a clock change repeats or leaves out has the offset from before the change.
    Raises Refused for a name that is no zone's.
    """
    zone = _zone(name)
    there = _at_wall_time(zone, moment) if local else _at_utc(zone, moment)
    return there or timedelta(0)


def is_zone(name: str) -> bool:
    """Whether this machine has the rules of a zone of that name."""
    try:
        _zone(name)
    except Refused:
        return False
    return True


def machine_zone(environ: Mapping[str, str] = os.environ, etc: Path = Path("/etc")) -> str:
    """The name of the machine's own zone: TZ, else /etc/localtime or timezone, else UTC."""
    told = (environ.get("TZ", "").lstrip(":"), _linked(etc / "localtime"), _line(etc / "timezone"))
    return next((name for name in told if name and is_zone(name)), "UTC")


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as exc:  # zoneinfo's for unknown, bad, a folder's
        raise Refused(
            f"there is no time zone named {name!r}",
            remedy='set tree.timezone to a name such as "Europe/Berlin"',
        ) from exc


def _at_wall_time(zone: ZoneInfo, wall: datetime) -> timedelta | None:
    return wall.replace(tzinfo=zone, fold=0).utcoffset()


def _at_utc(zone: ZoneInfo, utc: datetime) -> timedelta | None:
    """As told; at the edges of the calendar, where the wall time has no year, as if it were one."""
    try:
        return utc.replace(tzinfo=UTC).astimezone(zone).utcoffset()
    except OverflowError:
        return _at_wall_time(zone, utc)


def _linked(localtime: Path) -> str:
    """The zone's name in where the link leads: what follows "zoneinfo/"."""
    try:
        target = str(localtime.readlink())
    except OSError:
        return ""
    return target.partition("zoneinfo/")[2].removeprefix("posix/").removeprefix("right/")


def _line(timezone: Path) -> str:
    try:
        return timezone.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
