"""`photofs date`: when photos were taken."""

import click

from photofs.cli.output import counted, json_option, print_json, safe_text
from photofs.cli.place import find_place, photos_at
from photofs.cli.suggestions import places
from photofs.model.errors import Refused
from photofs.model.node import row_id
from photofs.model.user_date import taken_by_user
from photofs.model.wish import Asker
from photofs.model.wording import agreeing

DATE = Asker(0, "photofs date")


@click.group
def date() -> None:
    """Set or reset when photos were taken."""


@date.command("set", short_help="Set when a photo was taken.")
@click.argument("path", shell_complete=places)
@click.argument("when")
@json_option
def set_date(path: str, when: str, *, as_json: bool) -> None:
    """Set when the photo at PATH was taken; WHEN such as "2019-07-12 18:30:05", "2019-07", "2019".

    It is shown at once, and sent after a grace in which `photofs undo` costs nothing.
    """
    fact = taken_by_user(when)
    with find_place(path, read_only=False) as place:
        if place.node.folder:
            raise Refused(f"{safe_text(path)} is a folder", remedy="name one photo")
        photo = row_id(place.node.ino)
        changed = place.house.wishing(place.catalog).set_taken(photo, fact, DATE)
        now = place.catalog.photo(photo)
    if as_json:
        print_json({"changed": changed, "taken": now.taken_local, "how": now.taken_how})
    else:
        what = "is" if changed else "was already"
        print(f"{safe_text(path)} {what} dated {now.taken_local} ({now.taken_how})")


@date.command(short_help="Forget dates that were set here and not sent yet.")
@click.argument("path", shell_complete=places)
@json_option
def reset(path: str, *, as_json: bool) -> None:
    """Forget dates that were set here for the photos at PATH and not sent yet.

    Also a time that a copying program set (cp -p, rsync -a): the capture time is shown again. A
    date that was sent is taken back by `photofs undo`.
    """
    with find_place(path, read_only=False) as place:
        wishing = place.house.wishing(place.catalog)
        photos = photos_at(place)
        unknown = {each for each in photos if place.catalog.first_observation(each) is None}
        done = [each for each in photos if wishing.reset_taken(each)]
        count = len([each for each in done if each not in unknown])
    if as_json:
        print_json({"photos": len(photos), "reset": count})
        return
    shown = agreeing(len(photos), "photo", "shows its", "show their")
    print(f"{count:,} of {shown} source's date again")
    if unknown:
        print(
            f"no source has told a date of {counted(len(unknown), 'file')} yet: still looked at"
            " or waiting to be sent; see `photofs queue`"
        )
