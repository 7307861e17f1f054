"""mediaItems:search: filters, what may be combined, and in which order the answers come."""

from collections.abc import Callable
from datetime import date
from typing import Any

from photofs.emulators.google.errors import invalid
from photofs.emulators.google.state import Item

Body = dict[str, Any]
Test = Callable[[Item], bool]

MOST_DATES = 5
MOST_CATEGORIES = 10
_CATEGORIES = """
NONE LANDSCAPES RECEIPTS CITYSCAPES LANDMARKS SELFIES PEOPLE PETS WEDDINGS BIRTHDAYS DOCUMENTS
TRAVEL ANIMALS FOOD SPORT NIGHT PERFORMANCES WHITEBOARDS SCREENSHOTS UTILITY ARTS CRAFTS FASHION
HOUSES GARDENS FLOWERS HOLIDAYS
"""
CATEGORIES = frozenset(_CATEGORIES.split())
ORDERS = {"MediaMetadata.creation_time": False, "MediaMetadata.creation_time desc": True}


def searched(items: list[Item], body: Body) -> list[Item]:
    """Those of the items (newest first) that a search wants, in its order; ApiError 400."""
    filters = body.get("filters") or {}
    tests = [
        *_dates(filters.get("dateFilter")),
        *_kinds(filters.get("mediaTypeFilter")),
        *_features(filters.get("featureFilter")),
        *_categories(filters.get("contentFilter")),
    ]
    if not filters.get("includeArchivedMedia"):
        tests.append(lambda item: not item.archived)
    found = [item for item in items if all(test(item) for test in tests)]
    return _ordered(found, body.get("orderBy"), filters)


def _ordered(found: list[Item], order: str | None, filters: Body) -> list[Item]:
    if not order:
        return found
    beside = set(filters) - {"dateFilter", "includeArchivedMedia", "excludeNonAppCreatedData"}
    if order not in ORDERS or "dateFilter" not in filters or beside:
        raise invalid("Request contains an invalid orderBy.")
    return found if ORDERS[order] else found[::-1]


def _dates(given: Body | None) -> list[Test]:
    if given is None:
        return []
    dates, ranges = given.get("dates", []), given.get("ranges", [])
    if len(dates) > MOST_DATES or len(ranges) > MOST_DATES or not (dates or ranges):
        raise invalid("Request contains an invalid date filter.")
    tests = [_is_on(each) for each in dates] + [_is_between(each) for each in ranges]
    return [lambda item: item.dated and any(test(item) for test in tests)]


def _is_on(given: Body) -> Test:
    year, month, day = _parts(given)

    def test(item: Item) -> bool:
        taken = date.fromisoformat(item.created[:10])
        pairs = ((year, taken.year), (month, taken.month), (day, taken.day))
        return all(wanted in {0, real} for wanted, real in pairs)

    return test


def _parts(given: Body) -> tuple[int, int, int]:
    year, month, day = (int(given.get(part, 0)) for part in ("year", "month", "day"))
    if not ((year and (month or not day)) or (month and day)):
        raise invalid("Request contains an invalid date.")
    return year, month, day


def _is_between(given: Body) -> Test:
    first, last = _parts(given.get("startDate", {})), _parts(given.get("endDate", {}))
    if [bool(part) for part in first] != [bool(part) for part in last]:
        raise invalid("Start and end date must be of the same form.")

    def test(item: Item) -> bool:
        taken = tuple(int(part) for part in item.created[:10].split("-"))
        told = tuple(part for part, wanted in zip(taken, first, strict=True) if wanted)
        return _set(first) <= told <= _set(last)

    return test


def _set(parts: tuple[int, int, int]) -> tuple[int, ...]:
    return tuple(part for part in parts if part)


def _kinds(given: Body | None) -> list[Test]:
    if given is None:
        return []
    match given.get("mediaTypes"):
        case ["ALL_MEDIA"]:
            return []
        case ["VIDEO"]:
            return [lambda item: item.is_video]
        case ["PHOTO"]:
            return [lambda item: not item.is_video]
    raise invalid("Request must contain exactly one media type.")


def _features(given: Body | None) -> list[Test]:
    wanted = [] if given is None else given.get("includedFeatures", [])
    if set(wanted) - {"NONE", "FAVORITES"}:
        raise invalid("Request contains an invalid feature.")
    return [lambda item: item.favorite] if "FAVORITES" in wanted else []


def _categories(given: Body | None) -> list[Test]:
    """What a picture shows is not known here: whoever asks for a category gets nothing."""
    if given is None:
        return []
    included = given.get("includedContentCategories", [])
    excluded = given.get("excludedContentCategories", [])
    for some in (included, excluded):
        if len(some) > MOST_CATEGORIES or set(some) - CATEGORIES:
            raise invalid("Request contains an invalid content category.")
    return [lambda _: False] if set(included) - {"NONE"} else []
