"""`photofs desktop`: emblems and menu entries for file managers, as an extra."""

import os
import sys
from pathlib import Path

import click

from photofs.cli.desktop_deeds import DEEDS, do_deed, tell_desktop
from photofs.cli.desktop_extras import EXTRAS, Extra, Standing, install_extra, remove_extra
from photofs.cli.output import json_option, own_name, print_json, safe_text, table
from photofs.model.errors import NotFound, PhotofsError

_managers = click.argument("managers", nargs=-1, type=click.Choice([*EXTRAS]), metavar="MANAGER...")


@click.group
def desktop() -> None:
    """Emblems and menu entries for photos in Nautilus, Nemo and Dolphin.

    Nothing of it is there until it is installed; it runs this command, and is no part of it.
    """


@desktop.command
@_managers
@json_option
def install(managers: tuple[str, ...], *, as_json: bool) -> None:
    """Write the extras for MANAGERs into your own folders.

    Without a name: for those that are on this machine.
    """
    chosen = _chosen(managers) or [each for each in EXTRAS.values() if each.is_wanted(os.environ)]
    if not chosen:
        raise NotFound(
            "neither Nautilus, Nemo nor Dolphin is on this machine",
            safe="nothing was written",
            remedy=f"name one that is to come: photofs desktop install {' | '.join(EXTRAS)};"
            " Thunar and others take commands of your own, such as"
            f" `{own_name()} desktop do pin -- %F` in Thunar's custom actions",
        )
    written = [install_extra(each, os.environ) for each in chosen]
    if as_json:
        print_json([os.fspath(path) for path in written])
        return
    for each, path in zip(chosen, written, strict=True):
        print(f"{each.title}: {safe_text(os.fspath(path))}")
        if each.needs_package():
            print(f"  it is not loaded without the package {each.package}")
        print(f"  it counts once {each.title} is started anew: {each.restart}")


@desktop.command
@_managers
@json_option
def remove(managers: tuple[str, ...], *, as_json: bool) -> None:
    """Take away what was installed, for MANAGERs or for all."""
    chosen = _chosen(managers) or [*EXTRAS.values()]
    gone = [path for each in chosen if (path := remove_extra(each, os.environ)) is not None]
    if as_json:
        print_json([os.fspath(path) for path in gone])
        return
    for path in gone:
        print(f"removed: {safe_text(os.fspath(path))}")
    if not gone:
        print("there is nothing of photofs's to remove")


@desktop.command
@json_option
def status(*, as_json: bool) -> None:
    """Tell which extras are installed, and what they lack."""
    told = [(each, each.standing(os.environ)) for each in EXTRAS.values()]
    if as_json:
        print_json({each.name: standing.value for each, standing in told})
        return
    rows = [
        (each.title, standing.value, safe_text(os.fspath(each.path(os.environ))))
        for each, standing in told
    ]
    table(("file manager", "extra", "where"), rows)
    for each, standing in told:
        if standing is not Standing.ABSENT and each.needs_package():
            print(f"{each.title} does not load it without the package {each.package}")


@desktop.command
@click.argument("deed", type=click.Choice([*DEEDS]))
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def do(deed: str, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Do what a menu entry says with PATHS, and give notice of it."""
    try:
        code, said = do_deed(deed, paths, os.environ)
    except PhotofsError as error:  # who clicked in a menu sees no terminal
        tell_desktop(str(error), os.environ, urgent=True)
        raise
    if as_json:
        print_json({"code": code, "said": said})
    elif said:
        print(safe_text(said), file=sys.stderr if code else sys.stdout)
    tell_desktop(said, os.environ, urgent=code != 0)
    sys.exit(code)


def _chosen(managers: tuple[str, ...]) -> list[Extra]:
    return [EXTRAS[name] for name in dict.fromkeys(managers)]
