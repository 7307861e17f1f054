"""What a rule would do with each photo, and why not with the others; pure.

Three-valued: what nobody tells is no fact, and neither it nor its opposite matches. What takes a
photo away needs a proof: a file of the very record that would go, in a mirror whose disk is there
now, re-read not long ago.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from photofs.model.moment import Moment, between_ns
from photofs.model.photo import Fidelity, Media
from photofs.model.rule import DAY_NS, Rule, RuleVerb
from photofs.model.wording import counted

SHARE: Final = 20
"""One in so many photos of a library may go in a day, or `Limits.held_after` if that is more."""

SLACK_NS: Final = 3_600 * 10**9
"""Two clocks may differ by so much."""

LONGEST_AWAY_NS: Final = 31 * DAY_NS
"""Across a start of the machine no more is believed of its clock without its user."""

MATCHES: Final = ""


class Told(NamedTuple):
    """A fact that a source told: by which of its records, and for which moment it held."""

    value: Any
    record: int
    as_of_ns: int


class Copy(NamedTuple):
    """A file of a photo in a mirror. `good`: noted so, whole, and of the photo as it is now.

    `seen`: the mirror's marker was read a moment ago. `record`: whose bytes they are, if known.
    `rewritten`: facts were written into it so that only its pixels are proven to be the original's.
    """

    copy_id: int
    marker: str
    sha256: str
    record: int | None
    fidelity: Fidelity
    good: bool
    seen: bool
    read_ns: int | None
    rewritten: bool = False


class Subject(NamedTuple):
    """A photo as a rule looks at it. None: nobody tells.

    `busy`: why nothing may be done with it now. `record`: what would be trashed at its source, and
    `joined`: all records that are surely of the same photo, by hash or the service's own id.
    `likened`: it was also joined by a mere likeness. `taken`: the latest instant that its date may
    mean, in ns. `size`: None if it is an estimate. `albums` are each of the photo's, by title.
    """

    photo: int
    name: str
    media: Media
    size: int | None = None
    taken: Told | None = None
    archived: Told | None = None
    favorite: Told | None = None
    tags: Told | None = None
    albums: tuple[Told, ...] = ()
    copies: tuple[Copy, ...] = ()
    record: int | None = None
    record_as_of_ns: int = 0
    joined: frozenset[int] = frozenset()
    likened: bool = False
    busy: str = ""


class Limits(NamedTuple):
    """For the guard: photos of the library, how many went in a day, how many may at the least."""

    photos: int
    today: int
    held_after: int


class Would(NamedTuple):
    """A photo that a rule means, and by which copy that is proven, if it has to be."""

    photo: int
    proof: Copy | None


class Plan(NamedTuple):
    """`left`: photos that are not meant, and why. `later`: meant, but more than one run takes.

    `held`: why so many are not taken without a person, a sentence; "" if they are few enough.
    """

    would: tuple[Would, ...]
    left: tuple[tuple[int, str], ...]
    later: int
    held: str

    def digest(self, rule: Rule) -> str:
        """Stands for the rule's text and its outcome."""
        told = (rule.digest, [each.photo for each in self.would], self.later)
        return hashlib.sha256(repr(told).encode()).hexdigest()


class Trusted(NamedTuple):
    """What time it is as far as can be relied upon; `trouble`: why it cannot be, a sentence.

    `base`: what to note for the next look, if there is no trouble.
    """

    now_ns: int
    trouble: str
    base: Moment


def trusted(noted: Moment | None, now: Moment) -> Trusted:
    """The wall clock, if it agrees with the clock that cannot be set since it was first noted.

    What is noted goes on by that clock alone: a wall clock that is off by a little more at each
    look, which would keep facts new for ever, is off by all of it together.
    """
    if noted is None:
        return Trusted(now.wall_ns, "", now)
    passed = between_ns(noted, now)
    base = now._replace(wall_ns=noted.wall_ns + max(passed, 0))
    off = now.wall_ns - base.wall_ns
    guessed = noted.boot != now.boot or not now.boot
    if abs(off) <= SLACK_NS and not (guessed and passed > LONGEST_AWAY_NS):
        return Trusted(now.wall_ns, "", base)
    days = (now.wall_ns - noted.wall_ns) / DAY_NS
    what = (
        f"this machine's clock tells {days:,.1f} days since it was last looked at, and that cannot"
        " be relied upon"
    )
    return Trusted(min(base.wall_ns, now.wall_ns), what, noted)


def plan(rule: Rule, subjects: Iterable[Subject], limits: Limits, now_ns: int) -> Plan:
    """What would become of each photo. `now_ns`: see `trusted`."""
    fitting: list[Would] = []
    left: list[tuple[int, str]] = []
    for subject in subjects:
        why, proof = _judge(rule, subject, now_ns)
        if why == MATCHES:
            fitting.append(Would(subject.photo, proof))
        else:
            left.append((subject.photo, why))
    would = tuple(fitting[: rule.most])
    return Plan(would, tuple(left), len(fitting) - len(would), _held(rule, len(would), limits))


def _held(rule: Rule, count: int, limits: Limits) -> str:
    """The guard, as for programs: a twentieth of the library a day, and 50 in any case."""
    most = max(limits.held_after, limits.photos // SHARE)
    if not rule.removes or limits.today + count <= most:
        return ""
    return (
        f"{counted(count, 'photo')}, with {limits.today:,} that were changed within a day, are more"
        f" than {most:,}, which may go in a day"
    )


def misfit(rule: Rule, subject: Subject, now_ns: int, *, however_old: bool) -> str:
    """Why a rule does not mean a photo any more that it has put into Trash; MATCHES if it does.

    Neither that wish nor the proof counts here; with `however_old` neither does the facts' age.
    """
    if however_old:  # what is hearsay, as of 0, stays too old
        rule = rule._replace(facts_within_ns=now_ns - 1)
    for why in _conditions(rule, subject._replace(busy=""), now_ns):
        if why:
            return why
    return MATCHES


def _judge(rule: Rule, subject: Subject, now_ns: int) -> tuple[str, Copy | None]:
    """Why a rule does not mean a photo; MATCHES if it does, with its proof if it needs one."""
    for why in _conditions(rule, subject, now_ns):
        if why:
            return why, None
    if not rule.removes and rule.when.mirrored is None and rule.when.verified_within_ns is None:
        return MATCHES, None
    found = _proof(rule, subject, now_ns)
    if rule.when.mirrored is False:
        return ("a mirror has it" if isinstance(found, Copy) else MATCHES), None
    if isinstance(found, str):
        return found, None
    why = _unfit_record(rule, subject, now_ns) if rule.removes else MATCHES
    return why, None if why else found


def _conditions(rule: Rule, subject: Subject, now_ns: int) -> Iterator[str]:
    """Each condition of a rule: MATCHES, or why it does not."""
    when = rule.when
    if when.media is not None:
        yield MATCHES if subject.media is when.media else f"it is no {when.media.value}"
    yield _flag(rule, subject, "archived", now_ns)
    yield _flag(rule, subject, "favorite", now_ns)
    if when.tag is not None:
        yield _holds(rule, subject, "tag", subject.tags, when.tag, now_ns)
    if when.album is not None:
        yield _in_album(rule, subject, when.album, now_ns)
    if when.larger_than is not None:
        if subject.size is None:
            yield "its size is not known exactly"
        else:
            yield MATCHES if subject.size > when.larger_than else "it is not that large"
    if when.older_than_ns is not None:
        yield _old_enough(subject, when.older_than_ns, now_ns)
    yield subject.busy
    yield "it is so already" if _is_so(rule, subject) else MATCHES


def _flag(rule: Rule, subject: Subject, fact: str, now_ns: int) -> str:
    """A fact that is so or not."""
    wanted, told = getattr(rule.when, fact), getattr(subject, fact)
    if wanted is None:
        return MATCHES
    if told is None:
        return f"nobody tells whether it is {_WORD[fact]}"
    if told.value is not wanted:
        return f"it is {_WORD[fact]}" if told.value else f"it is not {_WORD[fact]}"
    return _fresh(rule, subject, fact, told, now_ns)


_WORD: Final = {"archived": "archived", "favorite": "a favorite"}


def _holds(
    rule: Rule, subject: Subject, fact: str, told: Told | None, wanted: str, now_ns: int
) -> str:
    """A fact that is a collection of texts."""
    if told is None:
        return f"nobody tells its {fact}"
    if wanted not in told.value:
        return f"it has no such {fact}"
    return _fresh(rule, subject, fact, told, now_ns)


def _in_album(rule: Rule, subject: Subject, title: str, now_ns: int) -> str:
    """In an album of that title, by the newest word of those that have it."""
    told = [each for each in subject.albums if each.value == title]
    if not told:
        return "it is in no such album"
    newest = max(told, key=lambda each: each.as_of_ns)
    return _fresh(rule, subject, "album", newest, now_ns)


def _old_enough(subject: Subject, than_ns: int, now_ns: int) -> str:
    """By the moment for which its date was told, if that is before now: no clock makes it older."""
    if subject.taken is None:
        return "when it was taken is not known"
    age = min(now_ns, subject.taken.as_of_ns) - subject.taken.value
    return MATCHES if age > than_ns else "it is not that old"


def _fresh(rule: Rule, subject: Subject, fact: str, told: Told, now_ns: int) -> str:
    """A fact that matches must be new enough, and surely of this photo if that is to go."""
    if rule.removes and told.record not in subject.joined:
        return f"its {fact} is told of a record that only looks like the same photo"
    if rule.fresh_ns is not None and not _within(told.as_of_ns, rule.fresh_ns, now_ns):
        return f"what is known of its {fact} is {_too_old(told.as_of_ns, rule.fresh_ns, now_ns)}"
    return MATCHES


NEWER: Final = "a newer export, or `photofs scan --full` of an account, makes it new"


def _too_old(as_of_ns: int, fresh_ns: int, now_ns: int) -> str:
    """How old a fact is and may be, and what makes it new; to whole weeks, so that many are one."""
    allows = f"older than the rule allows (facts_within: {_span(fresh_ns)}); {NEWER}"
    if as_of_ns <= 0:
        return f"hearsay of which nobody knows how old it is, and so {allows}"
    if as_of_ns > now_ns:
        return f"told of a time that is yet to come, and counts as {allows}"
    return f"{_span(now_ns - as_of_ns)} old, {allows}"


def _span(length_ns: int) -> str:
    """A length of time in hours below two days, in days below three weeks, else in weeks."""
    for unit, one, most in (("hour", DAY_NS // 24, 48), ("day", DAY_NS, 21)):
        if length_ns < most * one:
            return counted(length_ns // one, unit)
    return counted(length_ns // (7 * DAY_NS), "week")


def _within(moment_ns: int, length_ns: int, now_ns: int) -> bool:
    """Whether it was so lately; what lies ahead of now tells nothing."""
    return -SLACK_NS <= now_ns - moment_ns <= length_ns


def _is_so(rule: Rule, subject: Subject) -> bool:
    """Whether the deed would change nothing."""
    match rule.do:
        case RuleVerb.FAVORITE:
            return subject.favorite is not None and bool(subject.favorite.value)
        case RuleVerb.TAG:
            return subject.tags is not None and set(rule.tags) <= set(subject.tags.value)
        case _:
            return False


def _unfit_record(rule: Rule, subject: Subject, now_ns: int) -> str:
    """Whether the record that would go is surely this photo, and told of lately."""
    if subject.record is None:
        return "no source that can be changed tells of it"
    if subject.likened:
        return "it was put together with another source's by likeness alone"
    if not _within(subject.record_as_of_ns, rule.fresh_ns or 0, now_ns):
        told = _too_old(subject.record_as_of_ns, rule.fresh_ns or 0, now_ns)
        return f"what its source tells of it is {told}"
    return MATCHES


def _proof(rule: Rule, subject: Subject, now_ns: int) -> Copy | str:
    """The copy that was re-read last of those that prove it; else why none does, of the best."""
    reasons = ["no mirror has it"]
    proofs: list[tuple[int, Copy]] = []
    for copy in subject.copies:
        why = _unproven(rule, subject, copy, now_ns)
        if why:
            reasons.append(why)
        else:
            proofs.append((copy.read_ns or 0, copy))
    return max(proofs, key=lambda each: each[0])[1] if proofs else reasons[-1]


def _unproven(rule: Rule, subject: Subject, copy: Copy, now_ns: int) -> str:
    """Why a copy proves nothing; empty if it does."""
    same = copy.record is not None and copy.record in subject.joined
    reasons = {
        "its copy in the mirror is not whole, or not of what it is now": not copy.good,
        "its copy in the mirror is not the original": copy.fidelity is not Fidelity.ORIGINAL,
        "its copy in the mirror was written anew with its facts: the original is not in it": (
            copy.rewritten
        ),
        "its copy in the mirror belongs to another record": not same,
        "the disk of its mirror is not there": not copy.seen,
        "its copy in the mirror was never re-read": copy.read_ns is None,
        "its copy in the mirror was not re-read lately": copy.read_ns is not None
        and not _within(copy.read_ns, rule.proof_ns, now_ns),
    }
    return next((why for why, so in reasons.items() if so), "")
