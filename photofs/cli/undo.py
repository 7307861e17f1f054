"""`photofs undo`: take back what was done at one go."""

import sys

import click

from photofs.cli.house import find_house
from photofs.cli.output import counted, json_option, print_json, safe_text
from photofs.model.exit_codes import SOME_FAILED
from photofs.model.wish import Asker

UNDO = Asker(0, "photofs undo")


@click.command
@click.argument("action", type=int)
@json_option
def undo(action: int, *, as_json: bool) -> None:
    """Take back ACTION, a number of `photofs log`: what was not sent costs nothing.

    What was done at the service is done the other way round; what cannot be undone is said.
    """
    house = find_house()
    with house.catalog() as catalog:
        undone = house.wishing(catalog).undo(action, UNDO)
    if as_json:
        print_json({"undone": action, "by": undone.action, **undone._asdict()})
    else:
        _tell(undone.cancelled, undone.wished_back)
        for why in undone.left:
            print(f"not undone: {safe_text(why)}")
    sys.exit(SOME_FAILED if undone.left else 0)


def _tell(cancelled: int, wished_back: int) -> None:
    """What was undone, for people."""
    if cancelled:
        print(f"{counted(cancelled, 'change')} taken back before being sent")
    if wished_back:
        print(f"{counted(wished_back, 'change')} to be made at the service; see `photofs queue`")
    if not cancelled and not wished_back:
        print("nothing of it was to be taken back")
