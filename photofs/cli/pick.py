"""`photofs pick google`: take in photos that a person picks on Google's own page."""

import sys
from collections.abc import Callable, Mapping

import click

from photofs.cli.house import find_house
from photofs.cli.output import counted, json_option, safe_text
from photofs.cli.pick_session import Picked, PickOptions, find_source, pick_once
from photofs.cli.scan import scan_after
from photofs.model.errors import PhotofsError
from photofs.model.exit_codes import SOME_FAILED, exit_code
from photofs.providers.google.picking import Taken


@click.group
def pick() -> None:
    """Take in photos that you pick on a service's own page."""


@pick.command("google")
@click.option("--name", default="google", show_default=True, help="The library's folder name.")
@click.option("--no-qr", is_flag=True, help="Print the address only.")
@click.option("--new", "anew", is_flag=True, help="Pick anew; what is left of the last is left.")
@click.option(
    "--sessions",
    type=click.IntRange(min=1),
    help="Go on by itself while 2,000 were picked at once, so often at most in all"
    " (default: it asks on a terminal, else 1).",
)
@click.option("--no-scan", is_flag=True, help="Only fetch; scan later.")
@json_option
def pick_google(
    name: str,
    *,
    no_qr: bool,
    anew: bool,
    sessions: int | None,
    no_scan: bool,
    as_json: bool,
) -> None:
    """Pick photos of your Google library, 2,000 at most at a time.

    It prints an address; what you pick there is fetched to this disk and shown in the library.
    Whatever ended it, the next `photofs pick google` goes on with it.
    """
    house = find_house()
    source = find_source(house, name)
    manner = PickOptions(with_qr=not no_qr, anew=anew)
    taken, code = _pick_all(lambda manner: pick_once(house, source, manner), manner, sessions)
    told = {"library": name, "new": taken.new, "known": taken.known, "left": _left(taken)}
    lacking = 0 if taken.whole and not taken.never else SOME_FAILED
    scan_after(
        name,
        told if as_json else None,
        no_scan=no_scan,
        otherwise=code or lacking,
        environ=house.environ,
    )


def _pick_all(
    pick_next: Callable[[PickOptions], Picked], manner: PickOptions, sessions: int | None
) -> tuple[Taken, int]:
    """Session after session; all that came of them, and the status of what ended a later one.

    What the ones before brought is to be shown whatever becomes of the next.
    """
    taken, number = Taken(), 1
    while True:
        try:
            picked = pick_next(manner)
        except (PhotofsError, KeyboardInterrupt) as error:
            if number == 1:
                raise
            if isinstance(error, KeyboardInterrupt):
                return taken, 0
            print(f"! {error}", file=sys.stderr)
            return taken, exit_code(error)
        _tell(picked.taken)
        taken.add(picked.taken)
        if not (picked.taken.whole and picked.is_full and _goes_on(picked, number, sessions)):
            return taken, 0
        manner, number = manner._replace(anew=False), number + 1


def _goes_on(picked: Picked, number: int, sessions: int | None) -> bool:
    """Whether another session follows one that is full."""
    if sessions is not None:
        return number < sessions
    most = f"{picked.most:,} is the most at once"
    if sys.stdin.isatty():
        return click.confirm(f"{most}. Pick more?", default=True, err=True)
    print(f"  {most}: run it again to pick more, or with --sessions", file=sys.stderr)
    return False


def _tell(taken: Taken) -> None:
    """What came of a session, for people."""
    print(
        f"picked: {counted(taken.new, 'photo')} fetched, {taken.known:,} here before",
        file=sys.stderr,
    )
    for name, why in sorted({**taken.failed, **taken.never}.items()):
        print(f"! {safe_text(name)}: {why}", file=sys.stderr)
    if taken.waiting:
        print(f"! {counted(taken.waiting, 'video')} Google still works on", file=sys.stderr)
    if not taken.whole:
        print(
            "  `photofs pick google` fetches the rest, without picking again;"
            " with --new it leaves the rest",
            file=sys.stderr,
        )


def _left(taken: Taken) -> Mapping[str, object]:
    """What is not here, for programs."""
    return {"waiting": taken.waiting, "failed": taken.failed, "never": taken.never}
