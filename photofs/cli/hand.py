"""`photofs hand`: what no program can do at Google, handed to one who can: its user."""

import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import click

from photofs.assembly import House
from photofs.catalog.journal import OperationRow
from photofs.catalog.port import LibraryRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.errand_lock import at_work
from photofs.cli.errand_page import Line, errand_page
from photofs.cli.errand_words import TO_DO, held_back, without_page
from photofs.cli.hand_browser import browser
from photofs.cli.house import find_house
from photofs.cli.output import counted, json_option, own_name, print_json, safe_text
from photofs.cli.page_window import show_page
from photofs.cli.place import find_place, photos_at
from photofs.cli.suggestions import libraries as named_libraries
from photofs.cli.suggestions import places
from photofs.model.errors import NotFound, Refused, StoreError
from photofs.model.exit_codes import OK, SOME_FAILED
from photofs.model.operation import State
from photofs.wishing.handing import BY_LIST, Handing, not_on_page

USUAL: Final = 100
"""Errands on a page if no number is given: some ten minutes of work."""

_NUMBERS: Final = re.compile(r"(\d+)(?:-(\d+))?")
_WAITING: Final = frozenset({State.PLANNED, State.SENT, State.UNSURE})


class Meant(NamedTuple):
    """What arguments name: ranges of numbers, and photos; `unknown`: numbers that no errand has."""

    ranges: list[tuple[int, int]]
    photos: set[int]
    unknown: list[str]


@click.group
def hand() -> None:
    """Do by hand what Google lets no program do: trash, favorites, archive, dates."""


hand.add_command(browser)


@hand.command("list", short_help="Write the page of links to open and tick off.")
@click.argument("libraries", nargs=-1, shell_complete=named_libraries)
@click.option("-n", "--number", default=USUAL, help="How many new ones at most (default: 100).")
@click.option("--no-browser", is_flag=True, help="Only write the page, and say where.")
@json_option
def list_errands(
    libraries: tuple[str, ...], number: int, *, no_browser: bool, as_json: bool
) -> None:
    """Write a page of links to the photos, with what to press, and open it; one for each library.

    What is on it counts as begun: `photofs undo` leaves it alone until `photofs hand back`.
    """
    house = find_house()
    with house.catalog() as catalog:
        chosen = _chosen(catalog, libraries)
        pages = [_write(house, catalog, row, max(number, 0)) for row in chosen]
        in_grace = _in_grace(catalog, chosen)
    pages = [page for page in pages if page["errands"] or page["without_page"] or libraries]
    if as_json:
        print_json(pages)
        return
    for page in pages:
        _tell(page)
        if page["errands"] and not no_browser:
            show_page(Path(str(page["page"])))
    if not pages:
        print("nothing waits for a hand")
    if in_grace:
        print(in_grace)


@hand.command(short_help="Tick off what you did.")
@click.argument("what", nargs=-1, shell_complete=places)
@click.option("--all", "everything", is_flag=True, help="All that is on the page.")
@json_option
def done(what: tuple[str, ...], *, everything: bool, as_json: bool) -> None:
    """Say that you did these: numbers of the page (12-40 55), or paths of photos.

    It is noted as your word, and no proof: a later Takeout that tells otherwise overrules it.
    """
    ticked, left = 0, []
    chosen = _read(what, everything=everything)
    for house, catalog, library, rows in _picked(chosen, everything=everything):
        handing = house.handing(catalog, library)
        on_page = [row for row in rows if row.state is not State.PLANNED]
        left += [row.operation_id for row in rows if row.state is State.PLANNED]
        for row in on_page:
            handing.claimed(row)
        ticked += len(on_page)
    if left and not ticked:
        raise not_on_page(left[0])
    if as_json:
        not_on_page_yet = {"not_on_page": left} if left else {}
        print_json({"done": ticked, **not_on_page_yet, **_unknown(chosen)})
    else:
        print(f"{counted(ticked, 'errand')} noted as done, as you said")
        for number in left:
            print(f"operation {number} was on no page yet: not ticked off; see `photofs hand list`")
        _tell_unknown(chosen)
    sys.exit(SOME_FAILED if chosen.unknown else OK)


@hand.command(short_help="Take what you did not do off the page.")
@click.argument("what", nargs=-1, shell_complete=places)
@click.option("--all", "everything", is_flag=True, help="All that is on the page.")
@json_option
def back(what: tuple[str, ...], *, everything: bool, as_json: bool) -> None:
    """Say that you did not do these: numbers of the page (12-40 55), paths of photos, or --all.

    They wait for a hand again, and the next `photofs hand list` has them. What you do not want any
    more take back then: `photofs undo ACTION`, whose number `photofs log` tells.
    """
    put, chosen = 0, _read(what, everything=everything)
    for house, catalog, library, rows in _picked(chosen, everything=everything):
        handing = house.handing(catalog, library)
        put += sum(handing.put_back(row) for row in rows)
    if as_json:
        print_json({"back": put, **_unknown(chosen)})
    else:
        print(f"{counted(put, 'errand')} put back; `photofs log` lists what can be undone")
        _tell_unknown(chosen)
    sys.exit(SOME_FAILED if chosen.unknown else OK)


def _unknown(chosen: Meant) -> dict[str, list[str]]:
    """For programs: the numbers that no errand on the page has, if there are some."""
    return {"unknown": chosen.unknown} if chosen.unknown else {}


def _tell_unknown(chosen: Meant) -> None:
    """The same for people."""
    if chosen.unknown:
        print(f"no errand on the page has the number {', '.join(chosen.unknown)}", file=sys.stderr)


def _chosen(catalog: Catalog, names: tuple[str, ...]) -> list[LibraryRow]:
    """The libraries named, or all; NotFound for an unknown name."""
    return [catalog.library(name) for name in names] if names else catalog.libraries()


def _in_grace(catalog: Catalog, libraries: list[LibraryRow]) -> str:
    """How many errands are not handed out yet, and for how long; nothing if there are none."""
    now_ns = time.time_ns()
    waits = [
        wait_ns
        for library in libraries
        for row in catalog.errands_open(library.library_id)
        if row.state is State.PLANNED and (wait_ns := row.wish.not_before_ns - now_ns) > 0
    ]
    if not waits:
        return ""
    seconds = counted(-(-max(waits) // 10**9), "second")
    return (
        f"{counted(len(waits), 'errand')} not listed yet: `photofs undo ACTION` still costs"
        f" nothing; run this again in {seconds}"
    )


def _write(house: House, catalog: Catalog, library: LibraryRow, most: int) -> dict[str, object]:
    """Hand out what may be, durably, and write the page of all that is handed out."""
    handing = house.handing(catalog, library.library_id)
    with at_work(house, library.library_id):
        handing.take_back()
        lost = handing.without_page()
        not_those = {row.operation_id for row in lost}
        ready = handing.ready(most + len(lost))
        new = [row for row in ready if row.operation_id not in not_those]
        handing.begin(new[:most], BY_LIST)
        back = handing.all_kept_back()
        lines = [line for row in handing.begun() if (line := _line(catalog, handing, row))]
        path = house.paths.errands / f"{library.library_id}.html"
        when = time.strftime("%Y-%m-%d %H:%M")
        _put(path, errand_page(library.name, lines, when, own_name()))
    return {
        "library": library.name,
        "page": str(path),
        "errands": [
            {
                "number": each.errand.number,
                "verb": each.errand.verb,
                "page": each.errand.page,
                "name": each.errand.name,
            }
            for each in lines
        ],
        "without_page": [*without_page(catalog, lost), *held_back(catalog, back)],
    }


def _line(catalog: Catalog, handing: Handing, row: OperationRow) -> Line | None:
    """An errand on the page; None if there is no page of the photo to lead to any more."""
    errand = handing.errand(row)
    if errand is None or handing.kept_back(row):
        return None
    return Line(errand, tuple(catalog.photo(row.wish.photo or 0).albums))


def _put(path: Path, text: str) -> None:
    """Write the page, for its user's eyes alone; StoreError."""
    new = path.with_suffix(".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        new.replace(path)
    except OSError as error:
        raise StoreError(
            f"{path} could not be written: {error.strerror}",
            safe="nothing was done at Google",
            remedy="make room on that disk, and run `photofs hand list` again",
        ) from error


def _tell(page: dict[str, object]) -> None:
    """How many of which verb, and where the page is."""
    errands = page["errands"]
    rows = errands if isinstance(errands, list) else []
    for verb in dict.fromkeys(each["verb"] for each in rows):
        number = sum(each["verb"] == verb for each in rows)
        print(safe_text(f"{page['library']}: {number:,} {TO_DO[verb]}"))
    if rows:
        print(f"the page: {safe_text(str(page['page']))}")
        print("tick off what you did: `photofs hand done NUMBER...`, or `photofs hand done --all`")
    elif not page["without_page"]:
        print(safe_text(f"{page['library']}: nothing waits for a hand"))
    lost = page["without_page"]
    for line in lost if isinstance(lost, list) else []:
        print(safe_text(f"! {line}"))


def _picked(
    chosen: Meant, *, everything: bool
) -> Iterator[tuple[House, Catalog, int, list[OperationRow]]]:
    """The errands that are meant, by library, with that library's hand held back meanwhile.

    At the end it is noted in `chosen` which numbers no errand has; NotFound if nothing was meant.
    """
    found: list[int] = []
    house = find_house()
    with house.catalog() as catalog:
        for library in catalog.libraries():
            number = library.library_id
            if not _meant(catalog, number, chosen, everything=everything):
                continue
            with at_work(house, number):
                # anew: whoever was at work until now may have settled some
                rows = _meant(catalog, number, chosen, everything=everything)
                found += [row.operation_id for row in rows]
                yield house, catalog, number, rows
    chosen.unknown.extend(
        f"{first}" if first == last else f"{first}-{last}"
        for first, last in chosen.ranges
        if not any(first <= number <= last for number in found)
    )
    if not found:
        raise _none_open(chosen, everything=everything)


def _none_open(chosen: Meant, *, everything: bool) -> NotFound:
    """Why nothing was meant."""
    why = f"none on the page has the number {', '.join(chosen.unknown)}" if chosen.unknown else ""
    if everything:
        why = "nothing is on the page"
    return NotFound(
        f"no such errand is open{why and ': '}{why}",
        safe="nothing was changed",
        remedy="`photofs hand list` writes the page; `photofs queue` lists all that is open; a tick"
        " that was wrong `photofs undo ACTION` takes back, `photofs log` tells its number",
    )


def _meant(
    catalog: Catalog, library_id: int, chosen: Meant, *, everything: bool
) -> list[OperationRow]:
    """The errands of a library that are meant now."""
    return [
        row
        for row in catalog.errands_open(library_id)
        if _is_meant(row, chosen, everything=everything)
    ]


def _read(what: Sequence[str], *, everything: bool) -> Meant:
    """Numbers and ranges; all else is a PATH. NotFound for what leads nowhere, Refused."""
    if not what and not everything:
        raise Refused("which errands?", remedy="name numbers of the page, paths, or --all")
    chosen = Meant([], set(), [])
    for each in what:
        if match := _NUMBERS.fullmatch(each):
            first, last = int(match[1]), int(match[2] or match[1])
            if last < first:
                raise Refused(
                    f"{each} runs backwards",
                    safe="nothing was changed",
                    remedy=f"did you mean {last}-{first}?",
                )
            chosen.ranges.append((first, last))
        else:
            with find_place(each) as place:
                chosen.photos.update(photos_at(place))
    return chosen


def _is_meant(row: OperationRow, chosen: Meant, *, everything: bool) -> bool:
    """By number, or all: what is on the page. By path: what waits, too, to say so."""
    if row.wish.photo in chosen.photos:
        return row.state in _WAITING
    number = row.operation_id
    named = everything or any(first <= number <= last for first, last in chosen.ranges)
    return named and row.state in {State.SENT, State.UNSURE}
