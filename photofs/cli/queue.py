"""`photofs queue`: what is open, and why it waits."""

import time

import click

from photofs.assembly import House
from photofs.catalog.errand_rows import is_errand
from photofs.catalog.incoming import IncomingRow
from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.catalog.under_way import UnderWay
from photofs.cli.errand_words import why_an_errand_waits
from photofs.cli.house import elsewhere, find_house
from photofs.cli.open_work import agent_works, open_work, work_words
from photofs.cli.output import counted, human_size, json_option, print_json, safe_text, table
from photofs.cli.place import find_place, photos_at
from photofs.cli.suggestions import places
from photofs.cli.wish_words import album_words, operation_facts, state_word, why_it_waits
from photofs.model.incoming import Stage
from photofs.model.operation import State

USUAL = 50
"""Lines that are shown if no number is given."""

_WHY = {
    Stage.OPEN: "looked at once it was closed for a moment",
    Stage.LOCAL: "kept on this disk alone",
    Stage.FAILED: "not sent",
}


@click.group(invoke_without_command=True)
@click.option("-n", "--number", default=USUAL, help="How many to list (default: 50).")
@json_option
@click.pass_context
def queue(context: click.Context, number: int, *, as_json: bool) -> None:
    """List what is open: its state, what it is about, why it waits, and when it is tried."""
    if context.invoked_subcommand is not None:
        return
    house = find_house()
    with house.catalog(read_only=True) as catalog:
        now = time.time_ns()
        work = open_work(catalog)
        sent = UnderWay(house.paths.under_way).sent()
        facts = [
            {
                **operation_facts(catalog, row),
                "why": _why_it_waits(house, catalog, row, now),
                "sent": sent.get(row.operation_id) if row.state is State.SENT else None,
            }
            for row in catalog.open_page(0, max(number, 0))
        ]
        files = [
            _file_facts(catalog, row)
            for stage in (Stage.OPEN, Stage.FAILED)
            for row in catalog.incoming_in(stage)[: max(number, 0)]
        ]
    working = agent_works(house)
    if as_json:
        open_now = {**work._asdict(), "agent": working}
        print_json({"open": open_now, "operations": facts, "files": files})
        return
    _print(facts, files)
    total = work.going_on + work.held + work.unsure + work.errands
    if not total and not files and not facts:
        print("\n".join(["nothing is open: all is done", *elsewhere(house, "queue")]))
    elif total > len(facts):
        print(
            f"in all: {work_words(work) or 'nothing'}, {work.held:,} held, {work.unsure:,} unsure,"
            f" {work.errands:,} for a hand"
        )
    if work.going_on and not working:
        print("no agent works: mount, or run `photofs agent`, and it goes on")


@queue.command(short_help="Try again now.")
@click.argument("what", shell_complete=places)
@json_option
def retry(what: str, *, as_json: bool) -> None:
    """Try again now: WHAT is a PATH (a file, or all in a folder), or a number of `photofs queue`.

    A file that the service refused is sent again, one that was no whole photo is looked at again.
    """
    if what.isdecimal():
        house = find_house()
        with house.catalog() as catalog:
            count = house.wishing(catalog).retry_operation(int(what))
    else:
        with find_place(what, read_only=False) as place:
            wishing = place.house.wishing(place.catalog)
            count = sum(wishing.retry_photo(photo) for photo in photos_at(place))
    if as_json:
        print_json({"retried": count})
    elif count:
        print(f"{counted(count, 'change')} to be tried now; see `photofs queue`")
    else:
        print("nothing there waits or has failed")


def _why_it_waits(house: House, catalog: Catalog, row: OperationRow, now_ns: int) -> str:
    """Why an operation is not over, a sentence; of an errand past its grace, who is to do it."""
    in_grace = row.state is State.PLANNED and row.wish.not_before_ns > now_ns
    if is_errand(row) and row.state is not State.HELD and not in_grace:
        handing = house.handing(catalog, row.wish.library)
        if why := handing.kept_back(row):
            return f"not handed out: {why}"
        lost = handing.errand(row) is None
        return (
            "no source tells its page now; see `photofs hand list`"
            if lost
            else (why_an_errand_waits(row))
        )
    return why_it_waits(row, now_ns)


def _file_facts(catalog: Catalog, row: IncomingRow) -> dict[str, object]:
    """A file that is not (or no longer) on its way, for JSON."""
    return {
        "name": catalog.name_of_subject(row.photo_id, None),
        "stage": row.stage.value,
        "why": row.why or _WHY.get(row.stage, ""),
        "size": catalog.photo_facts(row.photo_id).size,
    }


def _print(facts: list[dict[str, object]], files: list[dict[str, object]]) -> None:
    """Both lists for people."""
    rows: list[tuple[object, ...]] = [
        (each["id"], state_word(str(each["state"])), _what(each), _why(each)) for each in facts
    ]
    rows += [("", each["stage"], safe_text(str(each["name"])), each["why"]) for each in files]
    if rows:
        table(["ID", "STATE", "WHAT", "WHY IT WAITS"], rows)


def _why(facts: dict[str, object]) -> object:
    """Why it waits, or how much of it has gone out."""
    sent = facts["sent"]
    return f"being sent: {human_size(sent)} so far" if isinstance(sent, int) else facts["why"]


def _what(facts: dict[str, object]) -> str:
    """The verb, what it is about, with which album if that is another thing, and how large."""
    size = facts["size"]
    amount = f" ({human_size(size)})" if isinstance(size, int) else ""
    return safe_text(f"{facts['verb']} {facts['name']}{album_words(facts)}{amount}")
