"""Our own machine tags on the account's photos: which upload a photo came with, and favorites.

`photofs:op=<key>` is how an upload whose answer was lost is found again; `photofs:favorite=true`
stands for what Flickr refuses, a favorite among one's own photos. Lists show tags in a normal form
(lower case, letters and digits only; of a machine tag only its value), so all is compared in it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from photofs.providers.flickr.answers import Record
from photofs.providers.flickr.values import records, text

NAMESPACE = "photofs:"
FAVORITE = "photofs:favorite=true"
_OPERATION = "photofs:op="


class Tag(NamedTuple):
    """A tag as photos.getInfo tells it: what removes it, and how it was written."""

    id: str
    raw: str


def operation_tag(key: str) -> str:
    """The tag that an operation's upload carries."""
    return _OPERATION + key


def normal_form(raw: str) -> str:
    """A tag as lists show it."""
    head, sign, value = raw.partition("=")
    if sign and ":" in head:
        return f"{head.lower()}={_plain(value)}"
    return _plain(raw)


def _plain(raw: str) -> str:
    return "".join(letter for letter in raw.lower() if letter.isalnum())


def is_ours(raw: str) -> bool:
    """Whether photofs made it, and nobody should see it among a photo's tags."""
    return raw.lower().startswith(NAMESPACE)


def listed_tags(record: Record) -> list[str]:
    """All tags of a list's record, in normal form; the machine tags may stand apart."""
    told = (text(record.get(extra)) or "" for extra in ("tags", "machine_tags"))
    return list(dict.fromkeys(" ".join(told).split()))


def shown_tags(listed: Iterable[str]) -> tuple[str, ...]:
    """Those that are not ours."""
    return tuple(tag for tag in listed if not is_ours(tag))


def holds(listed: Iterable[str], raw: str) -> bool:
    """Whether a tag is among those of a list's record."""
    wanted = normal_form(raw)
    return any(normal_form(tag) == wanted for tag in listed)


def tags_of(photo: Record) -> list[Tag]:
    """The tags that photos.getInfo tells of a photo."""
    told = (
        Tag(text(tag.get("id")) or "", text(tag.get("raw")) or "")
        for tag in records(photo.get("tags"), "tag")
    )
    return [tag for tag in told if tag.id and tag.raw]


def merged(present: Sequence[Tag], wished: Iterable[str]) -> list[str]:
    """What a photo's tags shall be: the wished ones, and ours.

    A wished tag that is there already, as lists show it, stays as it was written.
    """
    written = {normal_form(tag.raw): tag.raw for tag in present}
    kept = [tag.raw for tag in present if is_ours(tag.raw)]
    cleaned = (" ".join(tag.replace('"', "").split()) for tag in wished)
    asked = [written.get(normal_form(tag), tag) for tag in cleaned if tag and not is_ours(tag)]
    return list(dict.fromkeys([*asked, *kept]))


def as_argument(raws: Iterable[str]) -> str:
    """Tags as the API takes them: separated by spaces, phrases in quotes."""
    return " ".join(f'"{raw}"' if " " in raw else raw for raw in raws)
