"""A rule as its user writes it: which photos, and what becomes of them; pure.

`rules.toml` holds `[[rule]]` tables. What cannot be right is refused with the rule's name and the
key: a rule that is misread could take photos away.
"""

import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

import msgspec

from photofs.model.errors import Misconfigured
from photofs.model.photo import Media
from photofs.model.size import parse_size

DAY_NS: Final = 86_400 * 10**9

USUAL_FRESH_NS: Final = 7 * DAY_NS
"""How new the facts must be by which something is taken away, unless the rule says so."""

USUAL_PROOF_NS: Final = 30 * DAY_NS
"""How lately a proof must have been re-read, unless the rule says so."""

USUAL_MOST: Final = 50
"""Photos in one run: more at once would be held by the guard."""

LONGEST_NS: Final = 200 * 365 * DAY_NS
MOST_PHOTOS: Final = 1_000_000
HELD_BACK: Final = "held back: "
"""How it begins what an armed rule says that did nothing, for its user to look."""

LARGEST: Final = 1 << 20
"""Bytes of a file with rules; one of ours has some hundred."""

_DAYS: Final = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
_SPAN: Final = re.compile(r"\s*(\d{1,6})\s*(hour|day|week|month|year)s?\s*")
_NAME: Final = re.compile(r"[\w][\w .-]{0,63}")


class RuleVerb(StrEnum):
    """What a rule does with each photo; only TRASH takes something away."""

    TRASH = "trash"
    PIN = "pin"
    FAVORITE = "favorite"
    TAG = "tag"


class When(NamedTuple):
    """Which photos; None: it does not matter. All that is named must be so.

    `older_than_ns`, `verified_within_ns` in nanoseconds, `larger_than` in bytes. `album` and `tag`:
    in an album of that title, with that tag. `mirrored`: a mirror has its original, re-read.
    """

    archived: bool | None = None
    favorite: bool | None = None
    album: str | None = None
    tag: str | None = None
    media: Media | None = None
    older_than_ns: int | None = None
    larger_than: int | None = None
    mirrored: bool | None = None
    verified_within_ns: int | None = None


class Rule(NamedTuple):
    """One rule. `tags` are added by TAG; `text` stands for every word of it.

    `digest` does as well, and (wishing/rule_file.py) for what stands behind its library's name.
    """

    name: str
    library: str
    when: When
    do: RuleVerb
    tags: tuple[str, ...]
    facts_within_ns: int | None
    most: int
    digest: str
    text: str = ""

    @property
    def removes(self) -> bool:
        """Whether it takes something away."""
        return self.do is RuleVerb.TRASH

    @property
    def fresh_ns(self) -> int | None:
        """How new facts must be; None: however old they are."""
        usual = USUAL_FRESH_NS if self.removes else None
        return usual if self.facts_within_ns is None else self.facts_within_ns

    @property
    def proof_ns(self) -> int:
        """How lately its proof must have been re-read."""
        return self.when.verified_within_ns or USUAL_PROOF_NS


KEYS: Final = ("name", "library", "when", "do", "tags", "facts_within", "most")
"""What a rule may say."""

CONDITIONS: Final = {
    "archived": "true or false",
    "favorite": "true or false",
    "album": "an album's title in quotes",
    "tag": "a tag in quotes",
    "media": '"picture" or "video"',
    "older_than": 'a time such as "2 years"',
    "larger_than": 'a size such as "20 MB"',
    "mirrored": "true or false",
    "verified_within": 'a time such as "30 days"',
}
"""What stands in its `when`, and of which kind."""

_DEEDS: Final = {"trash", "pin", "favorite", "favourite", "tag"}


def read_rules(text: str) -> list[Rule]:
    """The rules in the text of a file; Misconfigured names the rule and the key."""
    try:
        told = msgspec.toml.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Misconfigured(f"it is no TOML: {error}") from error
    unknown = set(told) - {"rule"}
    if unknown:
        raise Misconfigured(f"{min(unknown)} is not known here; a rule begins with [[rule]]")
    tables = told.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise Misconfigured("rule must be a table; each rule begins with [[rule]]")
    rules = [_rule(each, number) for number, each in enumerate(tables, 1)]
    names = [rule.name for rule in rules]
    for name in names:
        if names.count(name) > 1:
            raise Misconfigured(f'there are two rules named "{name}"')
    return rules


class _Table:
    """A table of a rule, read key by key; whatever is wrong names rule and key."""

    def __init__(self, rule: str, above: str, told: Mapping[str, Any], known: Any) -> None:  # noqa: ANN401 - any collection of names
        self._rule, self._above, self._told = rule, above, told
        for key in told:
            if key not in known:
                raise self.wrong(key, f"is not known; there are {', '.join(known)}")

    def wrong(self, key: str, what: str) -> Misconfigured:
        """What is wrong with a key."""
        return Misconfigured(f'rule "{self._rule}": {self._above}{key} {what}')

    def given(self, key: str) -> Any:  # noqa: ANN401 - as TOML has it
        """What stands there, None if nothing does."""
        return self._told.get(key)

    def text(self, key: str, needed: str) -> str | None:
        """A text that is not empty."""
        value = self.given(key)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise self.wrong(key, f"must be {needed}")
        return value

    def flag(self, key: str) -> bool | None:
        """True or false."""
        value = self.given(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, "must be true or false")
        return value

    def span(self, key: str) -> int | None:
        """A length of time, in nanoseconds."""
        text = self.text(key, 'a time such as "30 days"')
        if text is None:
            return None
        found = _SPAN.fullmatch(text)
        length = int(int(found[1]) * _DAYS[found[2]] * DAY_NS) if found else 0
        if not 0 < length <= LONGEST_NS:
            raise self.wrong(key, 'must be a time such as "30 days", at most 200 years')
        return length

    def size(self, key: str) -> int | None:
        """Bytes."""
        text = self.text(key, 'a size such as "20 MB"')
        if text is None:
            return None
        try:
            size = parse_size(text)
        except Misconfigured as error:
            raise self.wrong(key, f"must be a size: {error.what}") from error
        if not 0 < size < 1 << 50:
            raise self.wrong(key, "must be more than nothing and less than a petabyte")
        return size


def _rule(told: Mapping[str, Any], number: int) -> Rule:
    """One table."""
    name = told.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Misconfigured(
            f"rule {number}: name must be a text of letters, digits, blanks, '-', '_', '.', at most"
            " 64"
        )
    table = _Table(name, "", told, KEYS)
    library = table.text("library", "a library's name in quotes")
    if library is None:
        raise table.wrong("library", "is missing: whose photos does it mean?")
    do = table.text("do", f"one of {', '.join(sorted(_DEEDS))}")
    if do is None or do not in _DEEDS:
        raise table.wrong("do", f"must be one of {', '.join(sorted(_DEEDS))}")
    most = told.get("most", USUAL_MOST)
    if type(most) is not int or not 1 <= most <= MOST_PHOTOS:
        raise table.wrong("most", f"must be a number from 1 to {MOST_PHOTOS:,}")
    deed, when = RuleVerb(do.replace("favourite", "favorite")), _when(name, told.get("when"), table)
    if deed is RuleVerb.TRASH and when.mirrored is False:
        raise table.wrong("when.mirrored", 'cannot be false: what do = "trash" takes needs a proof')
    digest = hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()
    return Rule(
        name=name,
        library=library,
        when=when,
        do=deed,
        tags=_tags(table, deed),
        facts_within_ns=table.span("facts_within"),
        most=most,
        digest=digest,
        text=digest,
    )


def _when(name: str, told: object, rule: _Table) -> When:
    """What must be so; at least one thing."""
    if not isinstance(told, dict) or not told:
        raise rule.wrong("when", "must say which photos, such as { archived = true }")
    table = _Table(name, "when.", told, CONDITIONS)
    media = table.text("media", CONDITIONS["media"])
    if media is not None and media not in set(Media):
        raise table.wrong("media", f"must be {CONDITIONS['media']}")
    return When(
        archived=table.flag("archived"),
        favorite=table.flag("favorite"),
        album=table.text("album", CONDITIONS["album"]),
        tag=table.text("tag", CONDITIONS["tag"]),
        media=None if media is None else Media(media),
        older_than_ns=table.span("older_than"),
        larger_than=table.size("larger_than"),
        mirrored=table.flag("mirrored"),
        verified_within_ns=table.span("verified_within"),
    )


def _tags(table: _Table, do: RuleVerb) -> tuple[str, ...]:
    """What TAG adds."""
    tags = table.given("tags")
    if do is not RuleVerb.TAG:
        if tags is not None:
            raise table.wrong("tags", 'goes with do = "tag" alone')
        return ()
    right = isinstance(tags, list) and all(
        isinstance(each, str) and each.strip() and "," not in each for each in tags
    )
    if not right or not tags:
        raise table.wrong("tags", 'must be a list of tags, such as ["old"]')
    return tuple(each.strip() for each in tags)
