"""`photofs thumbnails`: what file managers show of photos, put where they look for it."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from photofs.assembly import House
from photofs.cli.house import find_house
from photofs.cli.mounts import mount_of
from photofs.cli.output import human_size, json_option, print_json, safe_text, table
from photofs.cli.place import find_place
from photofs.cli.scan import run_agent
from photofs.cli.suggestions import places
from photofs.cli.thumbnail_standing import SHARED, find_standing
from photofs.kernel.mount_table import is_private
from photofs.model.errors import NotFound, Refused
from photofs.model.node import row_id


@click.group
def thumbnails() -> None:
    """Show, fill or clear what photofs put into the desktop's folder of thumbnails."""


@thumbnails.command
@json_option
def status(*, as_json: bool) -> None:
    """Show how many there are, what waits, and what is off."""
    house = find_house()
    with house.catalog(read_only=True) as catalog:
        found = find_standing(house, catalog)
    if as_json:
        print_json(found.document())
        return
    print(f"{human_size(found.taken)} of {human_size(found.limit)} in {found.folder}")
    rows = [
        (os.fsdecode(each.point), f"{each.thumbnails:,}", human_size(each.taken))
        for each in found.mounts
    ]
    if rows:
        table(("mount", "thumbnails", "size"), rows)
    for sentence in found.sentences():
        print(safe_text(sentence))


@thumbnails.command(short_help="Make them for the photos in PATHS, or for all.")
@click.argument("paths", nargs=-1, shell_complete=places)
@json_option
def fill(paths: tuple[str, ...], *, as_json: bool) -> None:
    """Make them for the photos in PATHS of a mount and below, or for all of your mounts.

    They are made of what is on this disk, else of the services' small pictures; no original is
    fetched.
    """
    given = ["--json"] if as_json else []
    if paths:
        house, points = _opened(paths)
        given.append("--opened")
    else:
        house = find_house()
        points = [point for point in house.own_points() if is_private(point)]
    if not points:
        raise NotFound(
            "nothing of yours is mounted for you alone",
            remedy="mount it first: `photofs mount`",
        )
    sys.exit(_run(["thumbnails", *given, "--", *points], house.environ))


@thumbnails.command
@json_option
def clear(*, as_json: bool) -> None:
    """Remove all that photofs put there; what other programs made stays."""
    given = ["--json"] if as_json else []
    sys.exit(_run(["thumbnails", *given], find_house().environ))


def _run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    return run_agent(arguments, environ=dict(environ))


def _opened(paths: Sequence[str]) -> tuple[House, list[str]]:
    """The house and the mount points of these folders, which count as opened from now on."""
    houses, points = {}, []
    for path in paths:
        mount = mount_of(Path(path), os.environ)
        with find_place(path, read_only=False) as place:
            if not place.node.folder:
                raise Refused(f"{path} is no folder", remedy="name the folder that it lies in")
            place.catalog.note_opened(row_id(place.node.ino), time.time_ns(), below=True)
            houses[place.house.paths.catalog] = place.house
        own = [mount.point] if mount else place.house.own_points()
        if mount and not is_private(mount.point):
            raise Refused(f"{mount.point} {SHARED}", remedy="mount it once more for yourself")
        points += [point for point in own if is_private(point)]
    if len(houses) > 1:
        raise Refused("these folders are of several homes", remedy="name those of one at a time")
    return next(iter(houses.values())), list(dict.fromkeys(points))
