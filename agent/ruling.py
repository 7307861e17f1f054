"""Runs the rules that their user armed, when their library was scanned."""

import logging
import time
from contextlib import closing
from functools import partial
from typing import Final

import trio

from agent.due import is_due, own_share
from agent.fitting import Fitting
from photofs.assembly import House
from photofs.catalog.rule_rows import RuleRow
from photofs.catalog.sqlite import Catalog
from photofs.filing.clock import now as both_clocks
from photofs.model.errors import Misconfigured, PhotofsError
from photofs.model.rule import HELD_BACK, Rule
from photofs.wishing.proof_disks import ProofDisks
from photofs.wishing.proof_mirrors import ProofMirrors
from photofs.wishing.rule_file import rules_of
from photofs.wishing.rule_running import carry_out
from photofs.wishing.ruling import Ruling

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 10.0
"""Between two looks whether a rule is due."""

EVERY_NS: Final = 3_600 * 10**9
"""Between two runs of a rule at the least, a tenth more or less."""


async def rule_for_ever(house: House, catalog: Catalog) -> None:
    """Run each armed rule when it is due, for ever."""
    share = own_share()
    disks = ProofDisks()
    fitting = Fitting(catalog, partial(house.handing, catalog))
    unreadable = ""
    while True:
        await trio.sleep(LOOK_SECONDS)
        try:
            await rule_once(house, catalog, int(EVERY_NS * share), disks, fitting)
            unreadable = ""
        except Misconfigured as error:  # until it is mended; told once
            if str(error) != unreadable:
                unreadable = str(error)
                log.warning("no rule is run: %s", error)
        except PhotofsError as error:  # such as a catalog that others hold for long
            log.info("no rule is run just now: %s", error)
        except Exception:
            log.exception("running rules met what nobody foresaw")


async def rule_once(
    house: House,
    catalog: Catalog,
    every_ns: int,
    disks: ProofDisks | None = None,
    fitting: Fitting | None = None,
) -> None:
    """Run the armed rules that are due; what fails is noted and tried when they are due again.

    Before, what they have wished of a hand and mean no more is taken back, once `fitting` finds
    that anything may have changed. `disks` knows which mirrors did not answer before. Misconfigured
    if the rules cannot be read.
    """
    disks = disks or ProofDisks()
    rules = rules_of(house.paths.config, catalog)
    fitting = fitting or Fitting(catalog, partial(house.handing, catalog))
    await fitting.take_back(rules)
    for rule in _due(rules, catalog, every_ns):
        try:
            told = await run_rule(house, catalog, rule, disks)
        except PhotofsError as error:
            told = f"{HELD_BACK}{error.what}"
        row = catalog.rule(rule.name)
        if told != row.told:
            log.warning("the rule %s: %s", rule.name, told)
        catalog.note_rule(row._replace(run_ns=time.time_ns(), told=told))


def _due(told: list[Rule], catalog: Catalog, every_ns: int) -> list[Rule]:
    """Armed with this very text, not run for a while, and its library scanned since."""
    rules = [(rule, catalog.rule(rule.name)) for rule in told]
    scanned = {
        each.name: max(
            (source.scan_ns or 0 for source in catalog.sources(each.library_id)), default=0
        )
        for each in catalog.libraries()
    }
    return [
        rule
        for rule, row in rules
        if row.armed == rule.digest and _is_due(row, scanned.get(rule.library, 0), every_ns)
    ]


def _is_due(row: RuleRow, scanned_ns: int, every_ns: int) -> bool:
    scanned_since = row.run_ns is None or scanned_ns > row.run_ns
    return scanned_since and is_due(row.run_ns, every_ns / 1e9, time.time_ns())


async def run_rule(house: House, catalog: Catalog, rule: Rule, disks: ProofDisks) -> str:
    """One run; what came of it, a sentence."""
    with closing(ProofMirrors(catalog, disks)) as mirrors:
        await mirrors.look(both_clocks().wall_ns)
        ruling = Ruling(catalog, house.wishing(catalog), both_clocks, mirrors)
        now = ruling.time()
        if now.trouble and (rule.removes or rule.when.older_than_ns is not None):
            return f"{HELD_BACK}{now.trouble}"
        if doubt := ruling.doubt(rule):
            return f"{HELD_BACK}{doubt}"
        found = ruling.plan(rule, now.now_ns)
        if found.held:
            return f"{HELD_BACK}{found.held}"
        done = await carry_out(catalog, ruling, house.open_provider, rule, found, now.now_ns)
    words = [f"{rule.do.value}: {done.wished:,}"]
    words += [f"{number:,} left: {why}" for why, number in sorted(done.left.items())]
    return "; ".join(words)
