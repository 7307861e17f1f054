"""Which mirrors are verified and repaired, and when: by command, or in the agent's background."""

import json
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, Final, NamedTuple

import trio

from agent.due import own_share
from agent.mirror_disk import Disk, Turns
from agent.mirror_rounds import wanted_mirrors
from agent.progress import show_progress
from agent.remote_sample import sample_remote
from agent.repairing import Repaired, Tell, repair_mirror
from agent.verify_look import UNDECODABLE
from agent.verifying import Verified, Wanted, verify_mirror
from photofs.assembly import House
from photofs.catalog.mirrors import MirrorRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import found_in
from photofs.model.exit_codes import OK, SOME_FAILED, by_service, exit_code
from photofs.model.observation import Progress
from photofs.model.size import parse_size
from photofs.model.terminal import safe_text
from photofs.model.wording import agreeing, counted

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 3600.0
"""Between two looks whether files are due to be re-read."""

TOLD: Final = 20
"""Files of each kind that are told by name to people; JSON has them all."""

Outcome = dict[str, Any]


class Asked(NamedTuple):
    """What the command line says.

    Bytes a second, how many files, whether to begin anew, percent to ask services for.
    """

    rate: int | None = None
    oldest: int | None = None
    anew: bool = False
    remote: float | None = None


async def verify_mirrors(house: House, names: Sequence[str], asked: Asked, *, as_json: bool) -> int:
    """Verify the mirrors of these libraries, or at these folders, or all; the exit status."""
    wanted = Wanted(oldest=asked.oldest, anew=asked.anew, rate=asked.rate)

    async def work(catalog: Catalog, row: MirrorRow, tell: Tell) -> Outcome:
        found = await verify_mirror(house, catalog, row, wanted, tell)
        told = _told(catalog, row, found)
        if asked.remote is None:
            return told
        sampled = await sample_remote(catalog, row, house.open_provider, asked.remote, tell)
        ok = told["ok"] and not sampled.different and not sampled.failed
        return {**told, "ok": ok, "remote": asdict(sampled)}

    return await _each(house, names, work, _verified_sentences, as_json=as_json)


async def repair_mirrors(house: House, names: Sequence[str], *, as_json: bool) -> int:
    """Repair the same."""

    async def work(catalog: Catalog, row: MirrorRow, tell: Tell) -> Outcome:
        repaired = await repair_mirror(house, catalog, row, tell)
        return _mended(repaired)

    return await _each(house, names, work, _repaired_sentences, as_json=as_json)


async def _each(
    house: House,
    names: Sequence[str],
    work: Callable[[Catalog, MirrorRow, Tell], Awaitable[Outcome]],
    sentences: Callable[[str, Outcome], list[str]],
    *,
    as_json: bool,
) -> int:
    """One mirror after the other; what fails at one does not stop the next."""
    outcomes: list[Outcome] = []
    codes: list[int] = []
    with house.catalog() as catalog:
        if by_service(os.environ) and not names and not catalog.mirrors():
            return OK  # the timer comes each week, and nothing failed
        for row in wanted_mirrors(catalog, names):
            outcome, code = await _one(row, partial(work, catalog, row))
            outcomes.append(outcome)
            codes.append(code)
            if not as_json:
                said = [f"{row.root}: {outcome['error']}"] if outcome.get("error") else []
                lines = said or sentences(row.root, outcome)
                print("\n".join(lines), file=sys.stderr if code else sys.stdout, flush=True)
    if as_json:
        print(json.dumps(outcomes))  # noqa: T201 - a program's outcome
    failed = [code for code in codes if code != OK]
    if not failed:
        return OK
    return SOME_FAILED if len(failed) < len(codes) else failed[0]


async def _one(row: MirrorRow, work: Callable[[Tell], Awaitable[Outcome]]) -> tuple[Outcome, int]:
    """One mirror's outcome, and its exit status."""
    try:
        with show_progress(row.root) as progress:
            outcome = await work(progress.tell)
    except Exception as raised:
        error = found_in(raised)
        if error is None:
            raise
        return {"mirror": row.root, "ok": False, "error": str(error)}, exit_code(error)
    return {"mirror": row.root, **outcome}, OK if outcome["ok"] else SOME_FAILED


def _told(catalog: Catalog, row: MirrorRow, found: Verified) -> Outcome:
    """What verifying found; `still_wrong` counts what earlier ones found, too."""
    wrong = len(catalog.bad_copies(row.mirror_id))
    wrong += len(catalog.wrong_album_files(row.mirror_id))
    wrong += len(catalog.wrong_beside(row.mirror_id))
    return {
        "ok": not wrong and not found.strays.moved,
        "error": "",
        "files": found.files,
        "bytes": found.size,
        "good": found.good,
        "damaged": found.damaged,
        "absent": found.absent,
        "undecodable": found.undecodable,
        "beside": found.beside.sentences,
        "beside_kept": found.beside.kept,
        "changing": found.unsteady,
        "not_checked_by_decoding": found.unchecked,
        "moved": [{"was": was, "is": now} for was, now in found.strays.moved],
        "unknown": found.strays.unknown,
        "unknown_such_as": found.strays.such_as,
        "set_aside": found.strays.set_aside,
        "still_wrong": wrong,
        "complete": found.whole,
    }


def _mended(repaired: Repaired) -> Outcome:
    """What repairing did."""
    return {
        "ok": not repaired.left,
        "error": "",
        "mended": repaired.mended,
        "right_after_all": repaired.right,
        "set_aside": repaired.set_aside,
        "not_mended": repaired.left,
    }


def _verified_sentences(name: str, outcome: Outcome) -> list[str]:
    """For people."""
    read = f"re-read {counted(outcome['files'], 'file')} ({outcome['bytes'] / 1e6:,.1f} MB)"
    good = outcome["good"]
    lines = [f"{name}: {read}, {good:,} {'is' if good == 1 else 'are'} right"]
    for key, noun, one, many in (
        ("damaged", "file", "is damaged", "are damaged"),
        ("absent", "file", "is missing", "are missing"),
        ("undecodable", "file", *_both("cannot be decoded, and so does not count as a copy")),
        ("changing", "file", "was being written to meanwhile", "were being written to meanwhile"),
        ("beside", "sidecar, list or link", "is wrong", "are wrong"),
        ("beside_kept", "sidecar", *_both("of another's hand, kept as it is")),
    ):
        lines += _listed(name, outcome[key], (noun, one, many))
    moved = [f"{each['was']}: now {each['is']}" for each in outcome["moved"]]
    lines += _listed(name, moved, ("file", "was moved by somebody", "were moved by somebody"))
    lines += _counted_sentences(name, outcome)
    if "remote" in outcome:
        lines += _sampled_sentences(name, outcome["remote"])
    if outcome["still_wrong"]:
        lines.append(
            f"{name}: {outcome['still_wrong']:,} wrong in all; see `photofs mirror repair`"
        )
    return lines


def _both(words: str) -> tuple[str, str]:
    """Words that are the same of one and of many."""
    return words, words


def _counted_sentences(name: str, outcome: Outcome) -> list[str]:
    """For people: what is no fault."""
    lines = []
    if unchecked := outcome["not_checked_by_decoding"]:
        words = agreeing(unchecked, "file", "is of a kind", "are of kinds")
        lines.append(f"{name}: {words} that nothing here decodes: proven by hash alone")
    if unknown := outcome["unknown"]:
        words = agreeing(unknown, "file", "is not photofs's", "are not photofs's")
        lines.append(f"{name}: {words}; left alone:")
        lines += _first(outcome["unknown_such_as"], unknown)
    if aside := outcome["set_aside"]:
        words = agreeing(aside, "file", "lies in Damaged", "lie in Damaged")
        lines.append(f"{name}: {words}, where what was found wrong is kept")
    return lines


def _sampled_sentences(name: str, remote: Outcome) -> list[str]:
    """For people."""
    asked = counted(remote["asked"], "file")
    return [
        f"{name}: asked services for {asked}, {remote['same']:,} the same",
        *_listed(
            name, remote["different"], ("file", "is another at the service", "are others there")
        ),
        *_listed(name, remote["failed"], ("file", *_both("could not be had"))),
    ]


def _repaired_sentences(name: str, outcome: Outcome) -> list[str]:
    """For people."""
    lines = [f"{name}: mended {counted(len(outcome['mended']), 'file')}"]
    if right := outcome["right_after_all"]:
        lines.append(f"{name}: {agreeing(right, 'file', 'was right', 'were right')} after all")
    lines += _listed(name, outcome["set_aside"], ("wrong file", "is kept", "are kept"))
    return lines + _listed(name, outcome["not_mended"], ("file", *_both("could not be mended")))


def _listed(name: str, sentences: Sequence[str], words: tuple[str, str, str]) -> list[str]:
    """How many, and each of the first; `words`: a noun, and what is said of one and of many."""
    if not sentences:
        return []
    return [f"{name}: {agreeing(len(sentences), *words)}", *_first(sentences, len(sentences))]


def _first(sentences: Sequence[str], number: int) -> list[str]:
    """The first of so many, a line each."""
    shown = [f"  {safe_text(each)}" for each in sentences[:TOLD]]
    more = number - len(shown)
    return [*shown, f"  and {more:,} more"] if more else shown


# in the agent's background


async def keep_verified(house: House, catalog: Catalog) -> None:
    """Re-read files whose proof gets old, slowly, for ever."""
    share = own_share()
    async with trio.open_nursery() as nursery:
        turns = Turns(nursery)
        while True:
            await trio.sleep(LOOK_SECONDS * share)
            await verify_all_due(house, catalog, turns, time.time_ns())


async def verify_all_due(house: House, catalog: Catalog, turns: Turns, now_ns: int) -> None:
    """One look at all mirrors; one whose disk hangs is left behind."""
    for row in catalog.mirrors():
        if not turns.is_at_work(row.mirror_id):
            work = partial(verify_due, house, catalog, row, now_ns)
            await turns.take(row.mirror_id, row.root, work)


async def verify_due(
    house: House, catalog: Catalog, row: MirrorRow, now_ns: int, disk: Disk | None = None
) -> None:
    """Re-read what is due in one mirror; what fails is tried again at the next look."""
    before = now_ns - int(house.settings.mirror.verify_every * 1e9)
    rate = parse_size(house.settings.mirror.verify_rate)
    known = {copy.copy_id for copy in catalog.bad_copies(row.mirror_id) if _is_hopeless(copy.why)}
    due = {number for number, _ in catalog.files_to_read(row.mirror_id, before, now_ns)}
    if not due - known:
        return
    try:
        wanted = Wanted(before_ns=before, rate=rate, threads=1)
        found = await verify_mirror(house, catalog, row, wanted, _tell_nobody, disk)
    except Exception as raised:
        error = found_in(raised)
        if error is None:
            raise
        log.info("the mirror %s is verified later: %s", row.root, error)
        return
    if found.wrong:
        number = agreeing(len(found.wrong), "file", "is wrong", "are wrong")
        log.warning("the mirror %s: %s, such as %s", row.root, number, found.wrong[0])


def _is_hopeless(why: str) -> bool:
    """Whether reading a file once more would tell nothing new."""
    return why.startswith(UNDECODABLE)


def _tell_nobody(_progress: Progress) -> None:
    """In the background nobody watches."""
