"""`photofs restore`: what a mirror or a folder holds, uploaded to a library."""

import sys
from functools import partial
from pathlib import Path

import click
import trio

from photofs.cli.house import find_house
from photofs.cli.output import counted, human_size, json_option, print_json, safe_text, shell_word
from photofs.cli.restoring_folder import Restored, restore_folder
from photofs.cli.suggestions import files
from photofs.cli.suggestions import libraries as named_libraries
from photofs.model.exit_codes import SOME_FAILED

SHOWN = 20
"""Failures that are told one by one."""


@click.command(short_help="Upload what a mirror or a folder of pictures holds.")
@click.argument("folder", type=click.Path(path_type=Path), shell_complete=files)
@click.option("--to", "library", required=True, shell_complete=named_libraries, help="Where to.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@json_option
def restore(folder: Path, library: str, *, dry_run: bool, as_json: bool) -> None:
    """Upload what the mirror at FOLDER holds to a library: albums, dates, titles, tags, favorites.

    What the library has already, by its bytes, is not uploaded again. Cut short, the same command
    goes on. The agent uploads; `photofs wait` waits for it. Exits with 6 if some could not be read.
    """
    house = find_house()
    root = folder.expanduser().absolute()
    with house.catalog() as catalog:
        done = trio.run(partial(restore_folder, house, catalog, root, library, dry_run=dry_run))
    if as_json:
        print_json(done.facts())
    else:
        _tell(done, library, dry_run=dry_run)
    sys.exit(SOME_FAILED if done.failed else 0)


def _tell(done: Restored, library: str, *, dry_run: bool) -> None:
    """What was done, for people."""
    verb = "would be copied" if dry_run else "copied"
    print(
        safe_text(
            f"{counted(done.copied, 'photo')} ({human_size(done.bytes)}) {verb} into {library}, to"
            f" be uploaded; {done.there:,} were there already; {counted(done.albums, 'album')}"
        )
    )
    if done.untrashed:
        out = "would be taken" if dry_run else "taken"
        print(f"{counted(done.untrashed, 'photo')} of those lay in Trash, and {out} out of it")
    if done.left:
        print(f"{counted(done.left, 'file')} left: former versions, what vanished, or in Trash")
    if done.unlisted:
        print(
            f"{counted(done.unlisted, 'photo')} that the mirror's albums.json does not name: taken"
            " in, but nothing tells their albums and favorites"
        )
    if done.collections:
        print(
            f"{counted(done.collections, 'folder')} of albums not made: no service lets a program"
            " make one"
        )
    for why, number in done.untold.items():
        print(safe_text(f"of {counted(number, 'photo')} something was not told: {why}"))
    for why in done.failed[:SHOWN]:
        print(safe_text(f"not restored: {why}"))
    if done.failed[SHOWN:]:
        print(f"and {len(done.failed) - SHOWN:,} more; --json names them")
    if done.copied and not dry_run:
        print(f"the agent uploads them; `photofs wait {shell_word(library)}` waits for that")
