"""`photofs log`: what was asked, what was sent, what came back."""

import click

from photofs.assembly import House
from photofs.catalog.journal import ActionRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.house import elsewhere, find_house
from photofs.cli.output import counted, json_option, print_json, safe_text, table
from photofs.cli.refusals import refused_lately, refused_words
from photofs.cli.wish_words import (
    action_words,
    album_words,
    moment,
    operation_facts,
    state_of_action,
    state_word,
)
from photofs.model.operation import State

USUAL = 20
"""Actions that are shown if no number is given."""


@click.command
@click.argument("action", type=int, required=False)
@click.option("-n", "--number", default=USUAL, help="How many actions to list (default: 20).")
@click.option(
    "--seen", is_flag=True, help="Have `photofs status` tell no more of what was refused."
)
@json_option
def log(action: int | None, number: int, *, seen: bool, as_json: bool) -> None:
    """List what programs changed, newest first; of one ACTION, all that was sent and answered."""
    house = find_house()
    if seen:
        _note_seen(house, action, as_json=as_json)
        return
    with house.catalog(read_only=True) as catalog:
        if action is not None:
            _tell_one(catalog, catalog.action(action), as_json=as_json)
            return
        facts = [_action_facts(catalog, row) for row in catalog.actions(max(number, 0))]
    if as_json:
        print_json(facts)
    elif facts:
        table(
            ["ACTION", "WHEN", "STATE", "WHAT"],
            [(row["action"], row["when"], row["state"], row["what"]) for row in facts],
        )
        print("`photofs log ACTION` shows all of one, `photofs undo ACTION` takes it back")
    else:
        print("\n".join(["nothing was changed yet", *elsewhere(house, "log")]))


def _note_seen(house: House, action: int | None, *, as_json: bool) -> None:
    """Name what was refused, in that action or in any, and have it told by `status` no more."""
    with house.catalog() as catalog:
        if action is not None:
            catalog.action(action)  # NotFound
        libraries = [each.library_id for each in catalog.libraries()]
        rows = [
            row
            for library in libraries
            for row in refused_lately(catalog, library)
            if action in {None, row.wish.action}
        ]
        facts = [operation_facts(catalog, row) for row in rows]
        words = [refused_words(catalog, row) for row in rows]
        catalog.note_seen(row.operation_id for row in rows)
    if as_json:
        print_json({"seen": facts})
        return
    for line in words:
        print(safe_text(line))
    if rows:
        print(f"`photofs status` tells no more of {counted(len(rows), 'such change')}")
    else:
        print("`photofs status` tells of nothing there that was refused")


def _action_facts(catalog: Catalog, row: ActionRow) -> dict[str, object]:
    """An action as one line."""
    parts = catalog.parts_of_action(row.action_id)
    state = state_of_action(parts)
    return {
        "action": row.action_id,
        "when": moment(row.asked_ns),
        "at": row.asked_ns / 1e9,
        "program": row.program,
        "what": action_words(catalog, row, parts),
        "state": f"undone by {row.undone_by}" if row.undone_by is not None else state,
        "undone_by": row.undone_by,
        "operations": [
            {"verb": part.verb, "state": part.state.value, "number": part.number} for part in parts
        ],
    }


def _tell_one(catalog: Catalog, row: ActionRow, *, as_json: bool) -> None:
    """An action with every operation and its exchanges; for people the refused ones first."""
    facts = _action_facts(catalog, row)
    operations = [
        {
            **operation_facts(catalog, each),
            "exchanges": [
                {"at": said.at_ns / 1e9, "sent": said.sent, "answer": said.answer}
                for said in catalog.exchanges(each.operation_id)
            ],
        }
        for each in catalog.of_action(row.action_id)
    ]
    if as_json:
        print_json({**facts, "operations": operations})
        return
    print(f"action {facts['action']}, {facts['when']}: {facts['state']}")
    print(safe_text(str(facts["what"])))
    for each in sorted(operations, key=lambda each: each["state"] != State.GAVE_UP):
        _tell_operation(each)


def _tell_operation(facts: dict[str, object]) -> None:
    """One operation, and what was said about it."""
    album = album_words(facts)
    why = f": {facts['reason']}" if facts["reason"] else ""
    state = state_word(str(facts["state"]))
    print(safe_text(f"  {facts['id']} {facts['verb']} {facts['name']}{album} {state}{why}"))
    exchanges = facts["exchanges"]
    for said in exchanges if isinstance(exchanges, list) else []:
        print(safe_text(f"      > {said['sent']}") if said["sent"] else "      >")
        print(safe_text(f"      < {said['answer']}"))
