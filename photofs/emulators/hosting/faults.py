"""What can go wrong, and when: a plan that an emulated service carries out.

A `Fault` says which calls it befalls (by name, by count, by chance, by a predicate) and its effect:

- an `Answer` is sent in place of the real one; nothing is done on the service unless it is `done`;
- a `Line` is trouble on the way: the call is carried out; its answer is late, cut, slow or lost;
- a `Deaf` service stops reading the call's body, and never carries it out;
- a service may have effects of its own.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What befalls a call."""


@dataclass(frozen=True, kw_only=True)
class Answer(Effect):
    """Something else is said; the call is carried out all the same only if `done`."""

    status: int
    body: bytes = b""
    kind: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class Line(Effect):
    """Trouble on the line, after the call was carried out.

    `wait`: seconds before anything is said (infinite: nothing ever is);
    `cut_after`: body bytes after which the connection ends, -1 = before the head;
    `reset`: it ends by RST (bytes on the way are lost) and not in good order;
    `stall_after`, `stall`: body bytes after which it pauses, and for how many seconds;
    `rate`: body bytes a second.
    """

    wait: float = 0.0
    cut_after: int | None = None
    reset: bool = False
    stall_after: int | None = None
    stall: float = math.inf
    rate: float | None = None


@dataclass(frozen=True, kw_only=True)
class Deaf(Effect):
    """After so many bytes of the body nothing more of it is read; `reset`: RST at once.

    It befalls paths only: the method's name stands in the body.
    """

    after: int
    reset: bool = False


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A call as a fault's predicate sees it; `name` is the API method or the kind of path."""

    name: str
    verb: str
    path: str
    arguments: dict[str, str]


@dataclass(kw_only=True)
class Fault:
    """One entry of the plan.

    `where`: a shell pattern of the method ("flickr.people.*") or the path ("/static/*");
    `skip`: how many fitting calls go well first; `times`: how many are hit (None = all);
    `chance`: the share of fitting calls that are hit; `when`: a further condition.
    """

    effect: Effect
    where: str = "*"
    skip: int = 0
    times: int | None = 1
    chance: float = 1.0
    when: Callable[[Hit], bool] | None = None
    seen: int = 0
    hits: int = 0

    def fits(self, hit: Hit) -> bool:
        """Whether the call is of the kind that this fault befalls."""
        named = fnmatchcase(hit.name, self.where) or fnmatchcase(hit.path, self.where)
        return named and (self.when is None or self.when(hit))

    def strikes(self, hit: Hit, dice: random.Random) -> bool:
        """Count the call if it fits; whether it is hit."""
        if not self.fits(hit) or (self.times is not None and self.hits >= self.times):
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.chance < 1.0 and dice.random() >= self.chance):
            return False
        self.hits += 1
        return True


@dataclass
class Faults:
    """The plan; the first fault that strikes wins. `seed` decides about chances."""

    plan: list[Fault] = field(default_factory=list)
    seed: int = 1

    def __post_init__(self) -> None:
        """Take the dice."""
        self._dice = random.Random(self.seed)  # noqa: S311 - faults must be repeatable

    def add(
        self,
        effect: Effect,
        where: str = "*",
        *,
        skip: int = 0,
        times: int | None = 1,
        chance: float = 1.0,
    ) -> Fault:
        """Plan one more; its `hits` tell later how often it struck."""
        fault = Fault(effect=effect, where=where, skip=skip, times=times, chance=chance)
        self.plan.append(fault)
        return fault

    def clear(self) -> None:
        """From now on all goes well."""
        self.plan.clear()

    def strike(self, hit: Hit) -> Effect | None:
        """What befalls this call."""
        for fault in self.plan:
            if not isinstance(fault.effect, Deaf) and fault.strikes(hit, self._dice):
                return fault.effect
        return None

    def deafness(self, hit: Hit) -> Deaf | None:
        """Whether the body of the call that begins is read, judged by its path alone."""
        for fault in self.plan:
            if isinstance(fault.effect, Deaf) and fault.strikes(hit, self._dice):
                return fault.effect
        return None


def server_error(status: int = 502) -> Answer:
    """HTTP 5xx with a page of HTML."""
    return Answer(status=status, body=b"<html><body><h1>%d</h1></body></html>" % status)


def html_page() -> Answer:
    """HTTP 200 with HTML where a picture should be."""
    return Answer(status=200, body=b"<html><body>We'll be right back.</body></html>")


def stall(seconds: float = math.inf, *, after: int | None = None) -> Line:
    """Silence before the answer, or in its body after so many bytes."""
    return Line(wait=seconds) if after is None else Line(stall_after=after, stall=seconds)


def truncate(after: int) -> Line:
    """The body ends early, whatever length was announced."""
    return Line(cut_after=after)


def drop(after: int = -1, *, reset: bool = False) -> Line:
    """The connection ends after so many body bytes; -1 = before the answer's head."""
    return Line(cut_after=after, reset=reset)


def drip(bytes_per_second: float) -> Line:
    """The body comes slowly."""
    return Line(rate=bytes_per_second)


def done_and_denied(status: int = 502) -> Answer:
    """HTTP 5xx from a proxy in between, behind which the call was carried out."""
    return Answer(status=status, body=server_error(status).body, done=True)


def lose_answer() -> Line:
    """The call is carried out, and nothing is ever said about it."""
    return Line(wait=math.inf)
