"""Which photos a listing is about: the filters that the listing methods share."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from photofs.emulators.flickr.account import TAKEN_FORM
from photofs.emulators.flickr.listing import Ask
from photofs.emulators.flickr.render import ApiError
from photofs.emulators.flickr.state import Photo
from photofs.emulators.flickr.words import is_machine_tag, normalised

Test = Callable[[Photo], bool]

PRIVACY: dict[int, Test] = {
    1: lambda p: p.public,
    2: lambda p: not p.public and p.friend and not p.family,
    3: lambda p: not p.public and p.family and not p.friend,
    4: lambda p: not p.public and p.friend and p.family,
    5: lambda p: not (p.public or p.friend or p.family),
}


def chosen(ask: Ask, photos: list[Photo]) -> list[Photo]:
    """The photos that the caller may see and that fit the arguments, in the given order."""
    tests = [*_privacy(ask), *_dates(ask), *_kinds(ask)]
    if not tests and ask.caller.nsid == ask.account.nsid:
        return photos
    viewer = ask.caller.nsid
    return [p for p in photos if ask.account.may_see(p, viewer) and all(t(p) for t in tests)]


def _privacy(ask: Ask) -> Iterable[Test]:
    test = PRIVACY.get(ask.number("privacy_filter", 0))
    if test and ask.caller.nsid:
        yield test


def _dates(ask: Ask) -> Iterable[Test]:
    if "min_upload_date" in ask.arguments:
        earliest = moment(ask.arguments["min_upload_date"])
        yield lambda p: p.uploaded >= earliest
    if "max_upload_date" in ask.arguments:
        latest = moment(ask.arguments["max_upload_date"])
        yield lambda p: p.uploaded <= latest
    if "min_taken_date" in ask.arguments:
        first = _taken(ask.arguments["min_taken_date"])
        yield lambda p: p.taken >= first
    if "max_taken_date" in ask.arguments:
        last = _taken(ask.arguments["max_taken_date"])
        yield lambda p: p.taken <= last


def _kinds(ask: Ask) -> Iterable[Test]:
    media = ask.arguments.get("media", "all")
    if media in {"photos", "videos"}:
        yield lambda p: p.media == media[:-1]
    kinds = {int(k) for k in ask.arguments.get("content_types", "").split(",") if k.isdecimal()}
    if kinds:
        yield lambda p: p.content_type in kinds


def moment(given: str) -> int:
    """Unix seconds of a date argument: a number, or a MySQL date taken as UTC."""
    if given.isdecimal():
        return int(given)
    try:
        return int(datetime.fromisoformat(given).replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise ApiError(2, "Not a valid date string") from None


def _taken(given: str) -> str:
    if not given.isdecimal():
        return given
    try:
        return datetime.fromtimestamp(int(given), tz=UTC).strftime(TAKEN_FORM)
    except (ValueError, OverflowError, OSError):
        raise ApiError(2, "Not a valid date string") from None


def found(ask: Ask, photos: list[Photo]) -> list[Photo]:
    """What photos.search finds: by text, tags and machine tags."""
    tests = [*_text(ask), *_tags(ask), *_machine_tags(ask)]
    return [p for p in chosen(ask, photos) if all(test(p) for test in tests)]


def _text(ask: Ask) -> Iterable[Test]:
    words = ask.arguments.get("text", "").casefold().split()
    if words:
        yield lambda p: all(word in _all_text(p) for word in words)


def _all_text(photo: Photo) -> str:
    tags = " ".join(tag.raw for tag in photo.tags)
    return f"{photo.title} {photo.description} {tags}".casefold()


def _tags(ask: Ask) -> Iterable[Test]:
    wanted = {normalised(tag) for tag in ask.arguments.get("tags", "").split(",") if tag.strip()}
    if wanted and ask.arguments.get("tag_mode", "any") == "all":
        yield lambda p: wanted <= {normalised(tag.raw) for tag in p.tags}
    elif wanted:
        yield lambda p: bool(wanted & {normalised(tag.raw) for tag in p.tags})


def _machine_tags(ask: Ask) -> Iterable[Test]:
    wanted = ask.arguments.get("machine_tags", "").replace('"', "")
    if not wanted:
        return
    asked = {
        normalised(tag) if "=" in tag and not tag.endswith("=") else tag
        for tag in wanted.split(",")
    }

    def fits(photo: Photo) -> bool:
        own = [normalised(tag.raw) for tag in photo.tags if is_machine_tag(tag.raw)]
        return any(
            tag == a or (a.endswith((":", "=")) and tag.startswith(a)) for tag in own for a in asked
        )

    yield fits


SORTS: dict[str, tuple[Callable[[Photo], tuple[str, str]], bool]] = {
    "date-posted-desc": (lambda p: (f"{p.uploaded:012d}", p.id), True),
    "date-posted-asc": (lambda p: (f"{p.uploaded:012d}", p.id), False),
    "date-taken-desc": (lambda p: (p.taken, p.id), True),
    "date-taken-asc": (lambda p: (p.taken, p.id), False),
}


def in_order(ask: Ask, photos: list[Photo]) -> list[Photo]:
    """Sorted as `sort` asks; newest upload first if it does not."""
    key, backwards = SORTS.get(ask.arguments.get("sort", ""), SORTS["date-posted-desc"])
    return sorted(photos, key=key, reverse=backwards)
