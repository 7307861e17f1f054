"""A capture time as a person writes it; pure.

2019-07-12 18:30:05    or with T between; seconds may be left out; a zone may follow: +02:00, Z
2019-07-12             that day, at its beginning
2019-07, 2019          of which only month or year are known
circa 2019, ~2019      about then
"""

import re
from datetime import datetime, timedelta
from typing import Final

from photofs.model.capture_time import Granularity, TakenBy, TakenFact
from photofs.model.errors import Refused

_DATE: Final = re.compile(
    r"(?P<circa>circa |~)?(?P<year>\d{4})"
    r"(?:[-:](?P<month>\d\d)(?:[-:](?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?)?)?)?"
    r" ?(?P<zone>Z|[+-]\d\d:?\d\d)?"
)


def taken_by_user(text: str) -> TakenFact:
    """The capture time that a text means; Refused, with how to write one."""
    found = _DATE.fullmatch(text.strip())
    fact = _fact(found) if found else None
    if fact is None:
        raise Refused(
            f"{text[:60]!r} is no date that can be told",
            safe="nothing was changed",
            remedy='write it as "2019-07-12 18:30:05", "2019-07-12", "2019-07", "2019" or'
            ' "circa 2019"',
        )
    return fact


def _fact(found: re.Match[str]) -> TakenFact | None:
    """The fact, None if there is no such day or time."""
    part = {key: int(value) for key, value in found.groupdict().items() if value and key in _PARTS}
    try:
        local = datetime(  # noqa: DTZ001 - a naive wall time
            part["year"],
            part.get("month", 1),
            part.get("day", 1),
            part.get("hour", 0),
            part.get("minute", 0),
            part.get("second", 0),
        )
    except ValueError:
        return None
    exactness = Granularity.SECOND
    if found["circa"]:
        exactness = Granularity.CIRCA
    elif "month" not in part:
        exactness = Granularity.YEAR
    elif "day" not in part:
        exactness = Granularity.MONTH
    zone = _offset(found["zone"])
    return TakenFact(by=TakenBy.USER, local=local, offset=zone, granularity=exactness)


_PARTS: Final = frozenset({"year", "month", "day", "hour", "minute", "second"})


def _offset(zone: str | None) -> timedelta | None:
    """The offset that was written; None if none was."""
    if zone is None or zone == "Z":
        return None if zone is None else timedelta(0)
    sign = -1 if zone[0] == "-" else 1
    digits = zone[1:].replace(":", "")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
