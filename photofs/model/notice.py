"""What a person should hear of: an old backup, a login that ends, work that waits for them.

A notice is told once, again when its words change, and once more when it is over.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from photofs.model.wording import counted

DAY_NS: Final = 86_400 * 10**9
LOGIN_DAYS: Final = 3
"""So many days before a login ends by itself it is told of: a weekend lies between."""


class NoticeKind(StrEnum):
    """What it is about."""

    SOURCE = "source"
    LOGIN = "login"
    STALE = "stale"
    MIRROR = "mirror"
    HELD = "held"
    FAILED = "failed"
    CATALOG = "catalog"
    DAMAGE = "damage"
    RULE = "rule"


class Notice(NamedTuple):
    """One of them: `key` is the same for as long as it lasts; `what` and `remedy` are sentences.

    `patience_ns`: it is told once it has lasted for so long; a line that is gone is back soon.
    """

    key: str
    kind: NoticeKind
    library: str
    what: str
    remedy: str
    patience_ns: int = 0


class Memory(NamedTuple):
    """What is kept of a notice: since when it holds, and the words in which it was told, or ''."""

    kind: str
    library: str
    since_ns: int
    told: str


class News(NamedTuple):
    """What is to be told, what is over that was told, and what to keep."""

    begun: list[Notice]
    over: list[Notice]
    memory: dict[str, Memory]


def news(now: Iterable[Notice], memory: Mapping[str, Memory], now_ns: int) -> News:
    """What of it was not told yet."""
    begun: list[Notice] = []
    kept: dict[str, Memory] = {}
    for notice in now:
        before = memory.get(notice.key)
        since = now_ns if before is None else min(before.since_ns, now_ns)
        told = "" if before is None else before.told
        if now_ns - since >= notice.patience_ns and _gist(notice.what) != _gist(told):
            begun.append(notice)
            told = notice.what
        kept[notice.key] = Memory(notice.kind.value, notice.library, since, told)
    over = [
        Notice(key, NoticeKind(gone.kind), gone.library, gone.told, "")
        for key, gone in memory.items()
        if key not in kept and gone.told
    ]
    return News(begun, over, kept)


def _gist(words: str) -> str:
    """The words without times of day and counts of a service's own refusal, which always change."""
    return re.sub(r"\d+(?=[\d:.,]| min| s\b)|\d+$", "#", words)


def damage_words(root: str) -> str:
    """Of a mirror in which something is wrong; not how much, for that changes while it is read."""
    return f"the mirror {root} has files that are damaged, missing, or not proven any more"


DAMAGE_REMEDY: Final = "`photofs mirror verify` names them, `photofs mirror repair` mends them"


def rule_words(name: str, told: str) -> str:
    """Of an armed rule that did nothing, and why."""
    return f"the rule {name} is {told}"


RULE_REMEDY: Final = "`photofs rules check` shows what it would do; `photofs rules run` does it"


def login_words(ends_ns: int, now_ns: int) -> str | None:
    """When a login ends, None if that is far off; by days, so that it is told once a day."""
    if ends_ns <= now_ns:
        return "the login has ended by itself"
    days = (ends_ns - now_ns) // DAY_NS
    if days >= LOGIN_DAYS:
        return None
    return f"the login ends in {counted(days, 'day')}" if days else ("the login ends within a day")


def stale_words(last_ns: int | None, begun_ns: int, now_ns: int, days: float) -> str | None:
    """How old something is that should be no older than so many days; None if it is not.

    `begun_ns`: since when it could have been done. A clock that was set back makes nothing old.
    """
    since = begun_ns if last_ns is None else last_ns
    if now_ns - since < days * DAY_NS:
        return None
    if last_ns is None:
        return "never yet"
    weeks = (now_ns - since) // (7 * DAY_NS)
    return (
        f"not for {counted(weeks, 'week')}"
        if weeks
        else f"not for {counted((now_ns - since) // DAY_NS, 'day')}"
    )
