"""`photofs rules`: what the rules would do, and having them do it."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

import click
import trio

from photofs.assembly import House
from photofs.catalog.rule_rows import RuleRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.house import find_house, recognised
from photofs.cli.open_work import local_words
from photofs.cli.output import (
    counted,
    human_age,
    human_size,
    json_option,
    print_json,
    safe_text,
    shell_word,
    table,
)
from photofs.filing.clock import now as both_clocks
from photofs.model.errors import NotFound, PhotofsError, Refused
from photofs.model.exit_codes import SOME_FAILED, exit_code
from photofs.model.rule import HELD_BACK, Rule
from photofs.model.rule_plan import Plan, Trusted
from photofs.wishing.proof_disks import ProofDisks
from photofs.wishing.proof_mirrors import ProofMirrors
from photofs.wishing.recognising import check_no_doubt, doubt_words
from photofs.wishing.rule_file import NAME, rules_of
from photofs.wishing.rule_running import Outcome, carry_out
from photofs.wishing.ruling import Ruling, check_seen

LISTED = 20
"""Photos that `check` names without -v."""


class Shown(NamedTuple):
    """What `check` tells of a rule. `left`: how many are not meant, and `others` which, and why.

    `no_photos`: files of the library that no rule looks at.
    """

    rule: str
    library: str
    does: str
    photos: list[str]
    number: int
    bytes: int
    later: int
    held: str
    clock: str
    doubt: str
    left: dict[str, int]
    others: dict[str, str]
    no_photos: list[str]


class Bench(NamedTuple):
    """What every command of these works with."""

    house: House
    catalog: Catalog
    ruling: Ruling
    time: Trusted


HELP = """Have photos trashed, pinned, marked or tagged by rule, but only what is proven safe.

Rules stand in rules.toml, beside config.toml. Nothing happens by writing one:

\b
  [[rule]]
  name = "archived and safe"
  library = "google"
  when = { archived = true, favorite = false, verified_within = "30 days" }
  do = "trash"

All that stands in `when` must be so: archived, favorite, mirrored (true or false), album, tag
(a text), media ("picture" or "video"), older_than ("2 years"), larger_than ("20 MB"),
verified_within (re-read in a mirror within "30 days"). `do` is "trash", "pin", "favorite", or
"tag" with tags = ["..."]. Besides there are facts_within (how new facts must be) and most (how many
photos one run takes, 50).
"""


@click.group(help=HELP)
def rules() -> None:
    """See HELP, which keeps the lines of its example."""


@rules.command(short_help="Show what rules would do now, to which photos, and why not.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("-v", "--verbose", is_flag=True, help="Name every photo, and why others are left.")
@json_option
def check(names: tuple[str, ...], *, verbose: bool, as_json: bool) -> None:
    """Show what the rules, or those named, would do now; nothing is changed."""
    told: list[Shown] = []
    impossible: dict[str, PhotofsError] = {}
    with _bench() as bench:
        for rule in _chosen(bench, names):
            try:
                found = _planned(bench, rule)
            except (NotFound, Refused) as error:  # of this rule alone: the others are looked at
                impossible[rule.name] = error
                continue
            row = bench.catalog.rule(rule.name)
            bench.catalog.note_rule(row._replace(seen=found.digest(rule)))
            told.append(_plan_facts(bench, rule, found))
    if as_json:
        wrong = [{"rule": name, "error": str(error)} for name, error in impossible.items()]
        print_json([*(each._asdict() for each in told), *wrong])
    elif not told and not impossible:
        _tell_none(bench.house)
    else:
        for each in told:
            _print_plan(each, all_of_them=verbose)
        for trouble in impossible.values():
            print(safe_text(f"photofs: {trouble}"), file=sys.stderr)
    if impossible:
        sys.exit(SOME_FAILED if told else exit_code(next(iter(impossible.values()))))


@rules.command(short_help="Do now what a rule would do.")
@click.argument("name")
@json_option
def run(name: str, *, as_json: bool) -> None:
    """Do now what the rule NAME would do, as `rules check` has just shown it.

    Each proof is read again, and the service asked for each photo. Exits with 6 if some were left
    by that.
    """
    with _bench() as bench:
        (rule,) = _chosen(bench, (name,))
        _check_clock(rule, bench.time)
        _check_no_doubt(rule, bench)
        row = bench.catalog.rule(name)
        found = _planned(bench, rule)
        if row.armed != rule.digest:
            check_seen(rule, row.seen, found)
        wished, left = _carry_out(bench, rule, found)
        held, action = bench.ruling.held(rule), bench.ruling.action_of(rule)
        what = f"{counted(wished, 'photo')}: {rule.do.value}"
        what += f"; {held:,} of them held, for they are so many" if held else ""
        now_ns = both_clocks().wall_ns
        bench.catalog.note_rule(row._replace(seen="", ran=rule.digest, run_ns=now_ns, told=what))
    if as_json:
        facts = {"wished": wished, "held": held, "left": dict(left), "later": found.later}
        facts["action"] = action
        print_json({"rule": name, **facts})
    else:
        back = "" if action is None else f"; `photofs undo {action}` takes it back"
        print(safe_text(f"{name}: {what}{back}"))
        if held:
            print("nothing of what is held is done until `photofs held release`: see `held list`")
        for why, number in left.items():
            print(safe_text(f"{name}: {counted(number, 'photo')} left: {why}"))
        if found.later:
            print(f"for later runs: {found.later:,} more; one takes at most {rule.most:,}")
    sys.exit(SOME_FAILED if left else 0)


@rules.command(short_help="Let the agent run a rule from now on.")
@click.argument("name")
@json_option
def arm(name: str, *, as_json: bool) -> None:
    """Let the agent run the rule NAME from now on, whenever its library was scanned.

    Only after `rules check` has shown what it would do now; one that takes photos away must have
    been run by hand once, too. A rule that is changed is disarmed by that.
    """
    with _bench() as bench:
        (rule,) = _chosen(bench, (name,))
        _check_no_doubt(rule, bench)
        row = bench.catalog.rule(name)
        check_seen(rule, row.seen, _planned(bench, rule))
        if rule.removes and row.ran != rule.digest:
            raise Refused(
                f'the rule "{name}" takes photos away, and was never run by hand',
                safe="nothing was changed",
                remedy=f"`photofs rules run {shell_word(name)}`, then check and arm it again",
            )
        bench.catalog.note_rule(row._replace(armed=rule.digest, told=_without_hold(row)))
        bench.ruling.believe_clock()
    if as_json:
        print_json({"armed": name})
    else:
        print(safe_text(f"{name} is armed: the agent runs it when its library was scanned"))


@rules.command(short_help="Let the agent run a rule no more.")
@click.argument("name")
@json_option
def disarm(name: str, *, as_json: bool) -> None:
    """Let the agent run the rule NAME no more; what it has wished stays."""
    with find_house().catalog() as catalog:
        catalog.note_rule(catalog.rule(name)._replace(armed=""))
    if as_json:
        print_json({"disarmed": name})
    else:
        print(safe_text(f"{name} is not armed"))


@rules.command(short_help="Show which rules are armed, and what they did last.")
@json_option
def status(*, as_json: bool) -> None:
    """Show which rules there are, which are armed, and what came of them last."""
    house = find_house()
    with house.catalog() as catalog:
        found = rules_of(house.paths.config, catalog)
        told = [_status(rule, catalog.rule(rule.name)) for rule in found]
        doubt = catalog.doubt()
    if as_json:
        print_json(told)
    elif told:
        heads = ["RULE", "LIBRARY", "DOES", "ARMED", "LAST RUN", "WHAT CAME OF IT"]
        keys = ["rule", "library", "does", "armed", "last_run", "told"]
        table(heads, [[str(each[key]) for key in keys] for each in told])
        if doubt:
            print(safe_text(f"! {doubt_words(doubt)}"))
    else:
        _tell_none(house)


def _tell_none(house: House) -> None:
    """Where rules are looked for."""
    path = safe_text(str(house.paths.config / NAME))
    print(f"there is no rule yet, or no file {path}; `photofs rules --help` shows one")


@contextmanager
def _bench() -> Iterator[Bench]:
    """The pieces, and the mirrors that are there now."""
    house = find_house()
    with (
        recognised(house) as catalog,
        closing(ProofMirrors(catalog, ProofDisks())) as mirrors,
    ):
        trio.run(mirrors.look, both_clocks().wall_ns)
        ruling = Ruling(catalog, house.wishing(catalog), both_clocks, mirrors)
        yield Bench(house, catalog, ruling, ruling.time())


def _check_no_doubt(rule: Rule, bench: Bench) -> None:
    """Refused where something would be taken away by a catalog that may be an older one."""
    if rule.removes:
        check_no_doubt(bench.catalog)


def _chosen(bench: Bench, names: tuple[str, ...]) -> list[Rule]:
    """The rules named, or all; NotFound."""
    config = bench.house.paths.config
    there = {rule.name: rule for rule in rules_of(config, bench.catalog)}
    for name in names:
        if name not in there:
            raise NotFound(
                f"there is no rule {safe_text(name)} in {config / NAME}",
                remedy="`photofs rules status` lists them",
            )
    return [there[name] for name in names] if names else list(there.values())


def _check_clock(rule: Rule, time: Trusted) -> None:
    """Refused where something would be taken away by a clock that cannot be relied upon."""
    if time.trouble and (rule.removes or rule.when.older_than_ns is not None):
        raise Refused(
            time.trouble,
            safe="nothing was changed",
            remedy="set the clock right; if it is, `photofs rules arm` of any rule says so",
        )


def _planned(bench: Bench, rule: Rule) -> Plan:
    """What a rule would do now; NotFound, Refused name the file and the rule."""
    try:
        return bench.ruling.plan(rule, bench.time.now_ns)
    except (NotFound, Refused) as error:
        path = bench.house.paths.config / NAME
        what = f'{path}: rule "{rule.name}": {error.what}'
        safe = error.safe or "this rule does nothing until that is mended"
        raise type(error)(what, safe=safe, remedy=error.remedy) from error


def _without_hold(row: RuleRow) -> str:
    """What came of a rule's last run; what held it back is over once it is armed anew."""
    return "" if row.told.startswith(HELD_BACK) else row.told


def _carry_out(bench: Bench, rule: Rule, found: Plan) -> Outcome:
    """Wish what was planned, each looked at again before; how many, and why others were left."""
    opening = bench.house.open_provider
    now_ns = bench.time.now_ns
    return trio.run(carry_out, bench.catalog, bench.ruling, opening, rule, found, now_ns)


def _plan_facts(bench: Bench, rule: Rule, found: Plan) -> Shown:
    """All that `check` tells of a rule."""
    catalog = bench.catalog
    files = catalog.no_photos(catalog.library(rule.library).library_id)
    return Shown(
        rule=rule.name,
        library=rule.library,
        does=rule.do.value,
        photos=[_photo_words(catalog, each.photo) for each in found.would],
        number=len(found.would),
        bytes=sum(catalog.photo_facts(each.photo).size for each in found.would),
        later=found.later,
        held=found.held,
        clock=bench.time.trouble,
        doubt=bench.ruling.doubt(rule),
        left=dict(Counter(why for _photo, why in found.left).most_common()),
        others={_photo_words(catalog, photo): why for photo, why in found.left},
        no_photos=[catalog.path_of_photo(each) or "" for each in files],
    )


def _photo_words(catalog: Catalog, photo: int) -> str:
    """Where a photo stands."""
    return catalog.path_of(photo) or catalog.photo_facts(photo).name


def _print_plan(told: Shown, *, all_of_them: bool) -> None:
    """One rule for people."""
    what = f"{counted(told.number, 'photo')} ({human_size(told.bytes)})"
    print(safe_text(f"{told.rule}: would {told.does} {what} of {told.library}"))
    for path in told.photos if all_of_them else told.photos[:LISTED]:
        print(safe_text(f"  {path}"))
    if told.number > LISTED and not all_of_them:
        print(f"  and {told.number - LISTED:,} more: -v names them")
    if told.later:
        print(f"  for later runs: {told.later:,} more")
    for why in (told.held, told.clock, told.doubt):
        if why:
            print(safe_text(f"  held: {why}"))
    for why, number in told.left.items():
        print(safe_text(f"  {number:,} left: {why}"))
    for path, why in told.others.items() if all_of_them else ():
        print(safe_text(f"    {path}: {why}"))
    if told.no_photos and all_of_them:
        print(f"  {local_words(len(told.no_photos), ())}")
        for path in told.no_photos:
            print(safe_text(f"    {path}"))


def _status(rule: Rule, row: RuleRow) -> dict[str, object]:
    """One line of `status`."""
    armed = "yes" if row.armed == rule.digest else "changed since" if row.armed else "no"
    age = None if row.run_ns is None else (both_clocks().wall_ns - row.run_ns) / 1e9
    return {
        "rule": rule.name,
        "library": rule.library,
        "does": rule.do.value,
        "armed": armed,
        "last_run": "never" if age is None else human_age(max(int(age), 0)),
        "told": row.told,
    }
