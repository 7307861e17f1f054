"""The agent as a program: `python -m agent scan|mirror|serve`; photofs's commands start it.

What only one verb needs is imported when it is wanted: a scan begins 80 ms sooner that way.
"""

import argparse
import json
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial

import trio

from agent.ending import end_when_closed, thread_may_go_on, until_told
from agent.progress import show_progress
from agent.scanning import Scanned, await_turn, scan
from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.credentials import redaction
from photofs.model.errors import NotFound, PhotofsError, found_in
from photofs.model.exit_codes import (
    INTERRUPTED,
    OK,
    OTHER,
    SOME_FAILED,
    exit_code,
    service_exit_code,
)
from photofs.model.importing import uncollected
from photofs.model.observation import FindingKind
from photofs.model.pieces import asking
from photofs.model.wording import agreeing, counted


def read_arguments() -> argparse.Namespace:
    """The command line; argparse ends the program with 2 on a wrong one."""
    parser = argparse.ArgumentParser(prog="photofs-agent", description=__doc__)
    parser.add_argument(
        "--until-closed", type=int, metavar="FD", help="end once nobody has a pipe's other end open"
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    scan_parser = verbs.add_parser("scan", help="bring the catalog up to what the sources say")
    scan_parser.add_argument("libraries", nargs="*", help="only these (default: all)")
    scan_parser.add_argument("--full", action="store_true", help="list everything anew")
    scan_parser.add_argument(
        "--accept-removals", action="store_true", help="what vanished was deleted on purpose"
    )
    scan_parser.add_argument("--refine", action="store_true", help="better dates from the bytes")
    scan_parser.add_argument("--yes", action="store_true", help="with --refine: apply them")
    scan_parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    mirror_parser = verbs.add_parser("mirror", help="bring mirrors up to date")
    mirror_parser.add_argument(
        "names", nargs="*", help="only of these libraries, or at these folders"
    )
    mirror_parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    _add_proof_parsers(verbs)
    _add_thumbnail_parser(verbs)
    serve_parser = verbs.add_parser(
        "serve", help="scan when due, learn sizes, until standard input is closed"
    )
    serve_parser.add_argument("--until-signal", action="store_true", help="until SIGTERM instead")
    return parser.parse_args()


def _add_proof_parsers(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Verifying and repairing mirrors."""
    verify_parser = verbs.add_parser("verify", help="re-read the files of mirrors")
    repair_parser = verbs.add_parser("repair", help="mend what verifying found wrong")
    for parser in (verify_parser, repair_parser):
        parser.add_argument("names", nargs="*", help="only of these libraries, or at these folders")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    verify_parser.add_argument("--rate", type=int, help="bytes a second (default: all there is)")
    verify_parser.add_argument("--oldest", type=int, help="only so many, longest unread first")
    verify_parser.add_argument("--remote", type=float, help="percent to ask services for")
    verify_parser.add_argument("--all", action="store_true", help="begin with all files anew")


def _add_thumbnail_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Filling and clearing the desktop's thumbnails."""
    parser = verbs.add_parser("thumbnails", help="fill the desktop's thumbnails, or clear them")
    parser.add_argument("points", nargs="*", help="mount points to fill (none: clear all)")
    parser.add_argument("--opened", action="store_true", help="of folders that were opened alone")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def wanted_sources(catalog: Catalog, names: list[str]) -> list[tuple[str, SourceRow]]:
    """The sources of the libraries named, or of all; NotFound for an unknown name."""
    libraries = [catalog.library(name) for name in names] if names else catalog.libraries()
    return [
        (library.name, source)
        for library in libraries
        for source in catalog.sources(library.library_id)
    ]


async def scan_all(
    house: House, names: list[str], *, full: bool, accept_removals: bool, as_json: bool
) -> int:
    """Scan the sources one after the other; one that fails does not stop the next."""
    outcomes: list[dict[str, object]] = []
    codes: list[int] = []
    with house.catalog() as catalog:
        sources = wanted_sources(catalog, names)
        if not sources:
            raise NotFound(
                "there is no library yet",
                remedy="see `photofs library add --help` and `photofs login --help`",
            )
        for name, source in sources:
            await await_turn(house, source)
            current = catalog.source(source.source_id)
            scanning = partial(
                scan, house, catalog, current, full=full, accept_removals=accept_removals
            )
            outcome, code = await _scan_one(catalog, name, source, scanning)
            outcomes.append(outcome)
            codes.append(code)
            if not as_json:
                print(_sentence(outcome), file=sys.stderr if code else sys.stdout, flush=True)
                _tell_of_zone(catalog.filed_by(source.library_id).zone, house.zone(), name)
    if as_json:
        print(json.dumps(outcomes))
    failed = [code for code in codes if code != OK]
    if not failed:
        return OK
    return SOME_FAILED if len(failed) < len(codes) else failed[0]


async def refine_all(house: House, names: list[str], *, apply: bool, as_json: bool) -> int:
    """Find better capture times in what is here, and apply them if told so."""
    from agent.refining import refine

    with house.catalog() as catalog:
        moves = [
            {"library": name, **refinement._asdict()}
            for name, source in wanted_sources(catalog, names)
            for refinement in await refine(house, catalog, source, apply=apply)
        ]
    if as_json:
        print(json.dumps(moves))
        return OK
    for move in moves:
        print(f"{move['library']}: {move['name']}: {move['old_local']} -> {move['new_local']}")
    done = "moved" if apply else "would move (--yes moves them)"
    print(f"{counted(len(moves), 'photo')} {done}")
    return OK


async def _scan_one(
    catalog: Catalog, name: str, source: SourceRow, scanning: Callable[..., Awaitable[Scanned]]
) -> tuple[dict[str, object], int]:
    """One source's outcome, and its exit status."""
    outcome: dict[str, object] = {"library": name, "source": source.provider}
    if len(catalog.sources(source.library_id)) > 1:
        outcome["of"] = str(source.account or source.config.get("path") or "")
    try:
        with show_progress(name) as progress:
            scanned = await scanning(tell=progress.tell)
    except Exception as raised:
        error = found_in(raised)
        if error is None:
            raise
        return {**outcome, "ok": False, "error": str(error)}, exit_code(error)
    photos = catalog.counts(source.library_id).photos
    findings = catalog.findings(source.library_id)
    unreadable = sum(kind == FindingKind.UNREADABLE.value for kind, _path, _why in findings)
    told = {"told": scanned.photos, "photos": photos, "unreadable": unreadable}
    told |= {"new": scanned.counts.added, "changed": scanned.counts.changed}
    return {**outcome, "ok": True, **told}, OK


def _tell_of_zone(before: str, now: str, name: str) -> None:
    """Say that times stay as they are, although another zone is set now."""
    if before not in {"", now}:
        print(
            f"{name}: its times are by the zone {before}, new photos' by {now};"
            " `photofs scan --refine` lists what would move",
            flush=True,
        )


def _sentence(outcome: dict[str, object]) -> str:
    """The outcome for people."""
    name, several = outcome["library"], "of" in outcome
    source = f"{outcome['source']} {outcome.get('of', '')}".rstrip()
    if not outcome["ok"]:
        return f"{name}{f', {source}' if several else ''}: {outcome['error']}"
    photos = outcome["photos"]
    which = f"the scan of {source}" if several else "this scan"
    sentence = (
        f"{name}: {counted(photos if isinstance(photos, int) else 0, 'photo')};"
        f" {which} found {outcome['new']:,} new, {outcome['changed']:,} changed"
    )
    if outcome["unreadable"]:
        sentence += (
            f"\n{name}: parts or files that could not be read: {outcome['unreadable']:,},"
            f" see `photofs library report {name}`"
        )
    return sentence


def status_of(work: Callable[[], int]) -> int:
    """The exit status of the work; its end by an error of ours, or by Ctrl-C, is told in a line."""
    code = OTHER
    try:
        code = work()
    except* PhotofsError as raised:  # bare, or in the group of a nursery
        if (error := found_in(raised)) is not None:
            print(f"photofs: {error}", file=sys.stderr)
            code = service_exit_code(error, os.environ)
    except* KeyboardInterrupt:
        print("photofs: stopped; the next one goes on from here", file=sys.stderr)
        code = INTERRUPTED
    except* BrokenPipeError:
        # whoever read our output has gone (`| head`); Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def work_on(arguments: argparse.Namespace) -> int:
    """Do what the command line says."""
    if arguments.until_closed is not None:
        end_when_closed(arguments.until_closed)
    house = House()
    if arguments.verb == "serve":
        with uncollected():
            from agent.service import serve

        work = partial(serve, house, until_signal=arguments.until_signal)
        # a signal that nobody waits for is an exception wherever trio is at, and leaves tasks open
        return trio.run(work) if arguments.until_signal else trio.run(until_told, work)
    if arguments.verb == "mirror":
        with uncollected():
            from agent.mirror_rounds import run_mirrors

        run_all = partial(run_mirrors, house, arguments.names, as_json=arguments.json)
        return trio.run(until_told, run_all)
    if arguments.verb in {"verify", "repair"}:
        return trio.run(until_told, partial(_prove, house, arguments))
    if arguments.verb == "thumbnails":
        return trio.run(until_told, partial(_thumbnails, house, arguments))
    names, as_json = arguments.libraries, arguments.json
    if arguments.refine:
        return trio.run(partial(refine_all, house, names, apply=arguments.yes, as_json=as_json))
    full, removals = arguments.full, arguments.accept_removals
    run = partial(scan_all, house, names, full=full, accept_removals=removals, as_json=as_json)
    return trio.run(run)


async def _prove(house: House, arguments: argparse.Namespace) -> int:
    """Verify or repair mirrors; the exit status."""
    with uncollected():
        from agent.proof_rounds import Asked, repair_mirrors, verify_mirrors

    names, as_json = arguments.names, arguments.json
    if arguments.verb == "repair":
        return await repair_mirrors(house, names, as_json=as_json)
    asked = Asked(arguments.rate, arguments.oldest, arguments.all, arguments.remote)
    return await verify_mirrors(house, names, asked, as_json=as_json)


async def _thumbnails(house: House, arguments: argparse.Namespace) -> int:
    """Fill or clear the desktop's thumbnails; the exit status."""
    with uncollected():
        from agent.thumbnail_rounds import clear_thumbnails, fill_thumbnails
    if not arguments.points:
        removed = await clear_thumbnails(house)
        told = {"removed": removed}
        print(json.dumps(told) if arguments.json else f"{counted(removed, 'thumbnail')} removed")
        return OK
    everywhere = not arguments.opened
    filled = await fill_thumbnails(house, arguments.points, everywhere=everywhere)
    if arguments.json:
        print(json.dumps(filled._asdict()))
        return OK
    print(f"{counted(filled.made, 'thumbnail')} made")
    if filled.without:
        print(f"{filled.without:,} cannot be made of what the photos' bytes are")
    if filled.away:
        print(
            f"{agreeing(filled.away, 'photo', 'has', 'have')} none for now: nothing on this disk"
            " shows any, and no service gave a small picture; it is tried again when this is run"
            " later"
        )
    return OK


def main() -> None:
    """Run the verb; exits with the status of model/exit_codes.py."""
    arguments = read_arguments()
    redaction.start_log(logging.WARNING)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with asking(thread_may_go_on):
        sys.exit(status_of(partial(work_on, arguments)))
