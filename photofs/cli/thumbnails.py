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
from photofs.cli.output import human_size, json_option, print_json, table
from photofs.cli.place import find_place
from photofs.cli.scan import run_agent
from photofs.cli.suggestions import places
from photofs.model.errors import NotFound, Refused
from photofs.model.node import row_id
from photofs.model.size import parse_size
from photofs.thumbnails.folder import thumbnails_root


@click.group
def thumbnails() -> None:
    """Show, fill or clear what photofs put into the desktop's folder of thumbnails."""


@thumbnails.command
@json_option
def status(*, as_json: bool) -> None:
    """Show how many there are, for which mounts, and what they take up."""
    house = find_house()
    root, limit = thumbnails_root(house.environ), parse_size(house.settings.thumbnails.limit)
    with house.catalog(read_only=True) as catalog:
        totals = catalog.thumbnail_totals()
    taken = sum(total.taken for total in totals)
    if as_json:
        told = [{**each._asdict(), "point": os.fsdecode(each.point)} for each in totals]
        print_json({"folder": str(root), "limit": limit, "taken": taken, "mounts": told})
        return
    print(f"{human_size(taken)} of {human_size(limit)} in {root}")
    rows = [
        (os.fsdecode(each.point), f"{each.thumbnails:,}", human_size(each.taken)) for each in totals
    ]
    if rows:
        table(("mount", "thumbnails", "size"), rows)


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
        points = house.own_points()
    if not points:
        raise NotFound(
            "nothing of yours is mounted", remedy="mount it first: `photofs mount FOLDER`"
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
        points += [mount.point] if mount else place.house.own_points()
    if len(houses) > 1:
        raise Refused("these folders are of several homes", remedy="name those of one at a time")
    return next(iter(houses.values())), list(dict.fromkeys(points))
