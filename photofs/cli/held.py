"""`photofs held`: too many changes at once wait here until their user has said what they are."""

import click

from photofs.assembly import House
from photofs.catalog.journal import OperationRow
from photofs.catalog.port import LibraryRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.house import find_house
from photofs.cli.output import confirm, counted, json_option, print_json, safe_text
from photofs.cli.suggestions import libraries as named_libraries
from photofs.cli.undo import UNDO
from photofs.cli.wish_words import action_words, moment
from photofs.model.operation import State
from photofs.wishing.recognising import check_no_doubt


@click.group
def held() -> None:
    """List, release or drop changes that were held because they are so many."""


@held.command("list")
@json_option
def list_held(*, as_json: bool) -> None:
    """List the actions of which something is held."""
    with find_house().catalog(read_only=True) as catalog:
        facts = [
            {"library": library.name, **_facts(catalog, action, rows)}
            for library in catalog.libraries()
            for action, rows in _by_action(catalog, library).items()
        ]
    if as_json:
        print_json(facts)
        return
    for each in facts:
        print(safe_text(f"{each['library']}: action {each['action']}, {each['when']}"))
        print(safe_text(f"  {each['what']}"))
    if facts:
        print("`photofs held release` sends them after all, `photofs held drop` takes them back")
    else:
        print("nothing is held")


@held.command(short_help="Let what is held be sent after all.")
@click.argument("libraries", nargs=-1, shell_complete=named_libraries)
@json_option
def release(libraries: tuple[str, ...], *, as_json: bool) -> None:
    """Let what is held be sent after all; of all LIBRARIES if none is named."""
    house = find_house()
    with house.catalog() as catalog:
        check_no_doubt(catalog)  # it would be held again before it is sent
        wishing = house.wishing(catalog)
        chosen = _chosen(catalog, libraries)
        released = {row.name: wishing.release(row.library_id) for row in chosen}
    if as_json:
        print_json({"released": released})
        return
    for name, number in released.items():
        if number:
            print(f"{safe_text(name)}: {counted(number, 'change')} released")
    if not any(released.values()):
        print("nothing is held")


@held.command(short_help="Take back what is held.")
@click.argument("libraries", nargs=-1, shell_complete=named_libraries)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def drop(libraries: tuple[str, ...], *, yes: bool, as_json: bool) -> None:
    """Take back every action of which something is held; of all LIBRARIES if none is named."""
    house = find_house()
    with house.catalog() as catalog:
        chosen = [_by_action(catalog, row) for row in _chosen(catalog, libraries)]
        numbers = sorted((each for actions in chosen for each in actions), reverse=True)
        count = sum(len(rows) for actions in chosen for rows in actions.values())
        if numbers and not yes:
            confirm(f"Take back {counted(count, 'change')}? All is shown as it was before then.")
        dropped = _drop(house, catalog, numbers)
    if as_json:
        print_json({"dropped": dropped, "actions": numbers})
    else:
        print(f"{counted(dropped, 'change')} taken back")


def _drop(house: House, catalog: Catalog, actions: list[int]) -> int:
    """Undo the actions, the latest first; how many wishes were taken back."""
    wishing = house.wishing(catalog)
    return sum(wishing.undo(action, UNDO).cancelled for action in actions)


def _chosen(catalog: Catalog, names: tuple[str, ...]) -> list[LibraryRow]:
    """The libraries named, or all; NotFound for an unknown name."""
    return [catalog.library(name) for name in names] if names else catalog.libraries()


def _by_action(catalog: Catalog, library: LibraryRow) -> dict[int, list[OperationRow]]:
    """What is held of a library, by the action that it is part of."""
    found: dict[int, list[OperationRow]] = {}
    for row in catalog.in_state(State.HELD, library.library_id):
        if row.wish.action is not None:
            found.setdefault(row.wish.action, []).append(row)
    return found


def _facts(catalog: Catalog, action: int, rows: list[OperationRow]) -> dict[str, object]:
    """A held action for people and programs."""
    row = catalog.action(action)
    what = action_words(catalog, row, catalog.parts_of_action(action))
    return {"action": action, "when": moment(row.asked_ns), "what": what, "held": len(rows)}
