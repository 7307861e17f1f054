"""Which mirrors are run, and when: by command at once, else on schedule, with jitter."""

import json
import logging
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import trio

from agent.due import is_due, own_share
from agent.mirror_disk import PATIENCE, Disk, Turns
from agent.mirroring import Ran, run_mirror
from agent.progress import show_progress
from photofs.assembly import House
from photofs.catalog.mirrors import MirrorRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import Busy, NotFound, PhotofsError, found_in
from photofs.model.exit_codes import OK, SOME_FAILED, exit_code
from photofs.model.observation import Progress
from photofs.model.wording import agreeing, counted

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 10.0
"""Between two looks whether a mirror is due."""

RETRY_SECONDS: Final = 300.0
"""Before a mirror that could not be worked on is tried again: its disk may be back."""


async def run_mirrors(house: House, names: Sequence[str], *, as_json: bool) -> int:
    """Run the mirrors of these libraries, or at these folders, or all; the exit status."""
    outcomes: list[dict[str, object]] = []
    codes: list[int] = []
    with house.catalog() as catalog:
        for row in wanted_mirrors(catalog, names):
            outcome, code = await _run_one(house, catalog, row)
            outcomes.append(outcome)
            codes.append(code)
            if not as_json:
                print(_sentence(outcome), file=sys.stderr if code else sys.stdout, flush=True)
    if as_json:
        print(json.dumps(outcomes))  # noqa: T201 - as above
    failed = [code for code in codes if code != OK]
    if not failed:
        return OK
    return SOME_FAILED if len(failed) < len(codes) else failed[0]


def wanted_mirrors(catalog: Catalog, names: Sequence[str]) -> list[MirrorRow]:
    """The mirrors that are meant by names of libraries or folders; NotFound."""
    rows = catalog.mirrors()
    libraries = {library.name: library.library_id for library in catalog.libraries()}
    if not names:
        if not rows:
            raise NotFound("there is no mirror yet", remedy="see `photofs mirror add --help`")
        return rows
    found: list[MirrorRow] = []
    for name in names:
        at = str(Path(name).expanduser().absolute())
        fitting = [row for row in rows if row.library_id == libraries.get(name) or row.root == at]
        if not fitting:
            raise NotFound(
                f"there is no mirror of a library, or at a folder, {name}",
                remedy="`photofs mirror status` lists all mirrors",
            )
        found += fitting
    return list({row.mirror_id: row for row in found}.values())


async def _run_one(house: House, catalog: Catalog, row: MirrorRow) -> tuple[dict[str, object], int]:
    """One mirror's outcome, and its exit status."""
    outcome: dict[str, object] = {"mirror": row.root}
    try:
        with show_progress(row.root) as progress:
            ran = await run_mirror(house, catalog, row, progress.tell)
    except Exception as raised:
        error = found_in(raised)
        if error is None:
            raise
        return {**outcome, "ok": False, "error": str(error)}, exit_code(error)
    return {**outcome, **_told(catalog, row, ran)}, _code(ran)


def _told(catalog: Catalog, row: MirrorRow, ran: Ran) -> dict[str, object]:
    """What a run did, and what the mirror holds now."""
    counts = catalog.mirror_counts(row)
    tally = ran.tally
    return {
        "ok": ran.trouble is None,
        "error": str(ran.trouble) if ran.trouble else "",
        "written": tally.written,
        "bytes": tally.size,
        "moved": tally.moved,
        "claimed": tally.claimed,
        "new_versions": tally.versions,
        "vanished": tally.vanished,
        "failed": tally.failed,
        "without_facts": tally.plain,
        "photos": counts.photos,
        "recompressed": counts.lesser,
        "lacking": counts.lacking,
    }


def _code(ran: Ran) -> int:
    """The exit status of a run that came to its end."""
    if ran.trouble is not None:
        return exit_code(ran.trouble)
    return SOME_FAILED if ran.tally.failed else OK


def _sentence(outcome: dict[str, object]) -> str:
    """The outcome for people."""
    name = outcome["mirror"]
    if "photos" not in outcome:
        return f"{name}: {outcome['error']}"
    size, lacking = outcome["bytes"], _number(outcome["lacking"])
    megabytes = size / 1e6 if isinstance(size, int) else 0.0
    photos = agreeing(_number(outcome["photos"]), "photo", "is", "are")
    there = f"{name}: {photos} there, {lacking:,} {'is' if lacking == 1 else 'are'} not;"
    wrote = f"wrote {outcome['written']:,} ({megabytes:,.1f} MB), moved {outcome['moved']:,}"
    lines = [f"{there} this run {wrote}"]
    if number := _number(outcome["claimed"]):
        files = agreeing(number, "file", "was", "were")
        lines.append(f"{name}: {files} there before, with the bytes of photos of the library")
    for key, words in (
        ("new_versions", "had other bytes: what was there before stands beside it"),
        ("vanished", "vanished at the service: what was there is below Vanished"),
    ):
        if number := _number(outcome[key]):
            lines.append(f"{name}: {counted(number, 'photo')} {words}")
    plain = outcome["without_facts"]
    if isinstance(plain, list) and plain:
        such_as = f"such as {plain[0]}"
        copied = agreeing(len(plain), "photo", "was", "were")
        lines.append(f"{name}: {copied} copied without all facts, {such_as}")
    failed = outcome["failed"]
    if isinstance(failed, list) and failed:
        lines.append(f"{name}: {len(failed):,} could not be had, such as {failed[0]}")
    if outcome["error"]:
        lines.append(f"{name}: stopped: {outcome['error']}")
    return "\n".join(lines)


def _number(told: object) -> int:
    """A number of an outcome."""
    return told if isinstance(told, int) else 0


async def keep_mirrored(house: House, catalog: Catalog, patience: float = PATIENCE) -> None:
    """Run each mirror when it is due, for ever; one whose disk hangs holds no other one up."""
    tried: dict[int, float] = {}
    share = own_share()
    async with trio.open_nursery() as nursery:
        turns = Turns(nursery, patience)
        while True:
            await trio.sleep(LOOK_SECONDS)
            for row in catalog.mirrors():
                age = time.monotonic() - tried.get(row.mirror_id, float("-inf"))
                due = is_due(row.run_ns, house.settings.mirror.every * share, time.time_ns())
                if age < RETRY_SECONDS or not due or turns.is_at_work(row.mirror_id):
                    continue
                tried[row.mirror_id] = time.monotonic()
                work = partial(_run_quietly, house, catalog, row)
                trouble = await turns.take(row.mirror_id, row.root, work)
                if trouble is not None:
                    catalog.set_mirror_trouble(row.mirror_id, str(trouble))


async def _run_quietly(house: House, catalog: Catalog, row: MirrorRow, disk: Disk) -> None:
    """A run whose failure is noted in the catalog and the log, and tried again when due."""
    try:
        ran = await run_mirror(house, catalog, row, _tell_nobody, disk)
    except Busy as error:
        log.debug("%s", error)
    except PhotofsError as error:
        _warn_of(row, error)
    except Exception:
        log.exception("a run of the mirror %s met what nobody foresaw", row.root)
    else:
        if ran.trouble is not None:
            _warn_of(row, ran.trouble)


def _warn_of(row: MirrorRow, error: PhotofsError) -> None:
    """A line in the log; the same trouble again is no news."""
    level = logging.INFO if row.trouble == str(error) else logging.WARNING
    log.log(level, "the mirror %s: %s", row.root, error)


def _tell_nobody(_progress: Progress) -> None:
    """In the background nobody watches."""
