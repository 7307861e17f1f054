"""What several sources tell of one photo, as one telling; pure.

Which source is believed in what (docs/decisions/0014), whatever the order in which they were
scanned:

- the bytes: of those that are there the nearest to the original; of equals the latest word, for
  somebody may have replaced them meanwhile;
- what stands in the bytes or goes with them (name, capture time, place): the source that has the
  nearest to the original, also if they are missing now; of equals the latest word;
- what the owner says of it (title, description, tags, people, favorite, archived, trashed): the
  latest word of those that tell it;
- its page: the source that was added first of those that tell one.

Of equals hearsay counts after every word of a service or its export: when it held, nobody knows,
and a sidecar may stand beside another file than it was written for, made small or edited.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity


class Word(NamedTuple):
    """What a source tells of a photo; `seen.as_of_ns` is the moment for which that held."""

    source: int
    seen: PhotoSeen


NEARNESS: Final = MappingProxyType(
    {Fidelity.ORIGINAL: 0, Fidelity.RECOMPRESSED: 1, Fidelity.PREVIEW: 2}
)
"""How near bytes are to the original: a lower number is nearer."""

_Order = Callable[[Word], tuple[int, ...]]


def bytes_order(word: Word) -> tuple[int, ...]:
    """The lowest has the bytes to show."""
    return (int(word.seen.missing), *true_order(word))


def true_order(word: Word) -> tuple[int, ...]:
    """The lowest knows best what stands in the bytes."""
    return (NEARNESS[word.seen.fidelity], *_late(word))


def _late(word: Word) -> tuple[int, ...]:
    """The lowest has said last what the owner thinks."""
    return (int(word.seen.hearsay), -word.seen.as_of_ns, word.source)


def _first(word: Word) -> tuple[int, ...]:
    """The lowest is of the source that was added first."""
    return (int(word.seen.hearsay), word.source)


FACTS: Final = MappingProxyType(
    {
        "file_name": true_order,
        "taken": true_order,
        "uploaded_ns": true_order,
        "position": true_order,
        "pixels": bytes_order,
        "title": _late,
        "description": _late,
        "tags": _late,
        "people": _late,
        "favorite": _late,
        "archived": _late,
        "trashed": _late,
        "changed_ns": _late,
        "page_url": _first,
    }
)
"""Each fact that one of several sources tells, and which of them is believed."""

_UNTOLD: Final = (None, ())


def teller(words: Sequence[Word], fact: str) -> Word | None:
    """Which word is believed in a fact; None if nobody tells it."""
    telling = [word for word in words if getattr(word.seen, fact) not in _UNTOLD]
    return min(telling, key=FACTS[fact], default=None)


def fuse(words: Sequence[Word]) -> PhotoSeen:
    """All facts together; of a single word that word itself. At least one is needed."""
    if len(words) == 1:
        return words[0].seen
    seen = min(words, key=bytes_order).seen
    return replace(
        seen,
        remote_id=min(words, key=_first).seen.remote_id,
        as_of_ns=max(word.seen.as_of_ns for word in words),
        owned=any(word.seen.owned for word in words),
        hearsay=all(word.seen.hearsay for word in words),
        **{fact: _told(words, fact) for fact in FACTS},
    )


def _told(words: Sequence[Word], fact: str) -> Any:  # noqa: ANN401 - facts are of many types
    word = teller(words, fact)
    return getattr(words[0].seen if word is None else word.seen, fact)
