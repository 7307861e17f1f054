"""`photofs restore`: what a mirror or a folder holds, uploaded to a library."""

import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
import trio

from photofs.cli.house import find_house
from photofs.cli.open_work import agent_works
from photofs.cli.output import (
    counted,
    human_age,
    human_size,
    json_option,
    print_json,
    safe_text,
    shell_word,
)
from photofs.cli.restoring_folder import Restored, Wanted, restore_folder
from photofs.cli.suggestions import files
from photofs.cli.suggestions import libraries as named_libraries
from photofs.model.exit_codes import SOME_FAILED

STALE = 86_400
"""Seconds after which it is told when the library was listed: the agent does it more often."""

SHOWN = 20
"""Failures that are told one by one."""

FEW = 5
"""Files that are left that are told by name; --json names more."""


@click.command(short_help="Upload what a mirror or a folder of pictures holds.")
@click.argument("folder", type=click.Path(path_type=Path), shell_complete=files)
@click.option("--to", "library", required=True, shell_complete=named_libraries, help="Where to.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@click.option("--unsure", is_flag=True, help="Send, too, what may be there already.")
@json_option
def restore(folder: Path, library: str, *, dry_run: bool, unsure: bool, as_json: bool) -> None:
    """Upload what the mirror at FOLDER holds to a library: albums, dates, titles, tags, favorites.

    What the library has already, by its bytes, is not uploaded again; where nobody here has read
    those, photos that look alike are fetched and compared first. Cut short, the same command goes
    on. The agent uploads; `photofs wait` waits for it. Exits with 6 if some were left out.
    """
    house = find_house()
    root = folder.expanduser().absolute()
    wanted = Wanted(dry=dry_run, unsure=unsure)
    with house.catalog() as catalog:
        done = trio.run(partial(restore_folder, house, catalog, root, library, wanted))
    if as_json:
        print_json({**done.facts(), "agent": agent_works(house)})
    else:
        _tell(done, library, dry_run=dry_run)
        if (done.copied or done.waiting) and not dry_run:
            _tell_next(library, works=agent_works(house))
    sys.exit(SOME_FAILED if done.failed or done.unsure or done.unasked else 0)


def _tell(done: Restored, library: str, *, dry_run: bool) -> None:
    """What was done, for people."""
    copied = "would be copied" if dry_run else "copied"
    albums = "would get photos" if dry_run else "got photos"
    print(
        safe_text(
            f"{counted(done.copied, 'photo')} ({human_size(done.bytes)}) {copied} into {library},"
            f" to be uploaded; {done.there:,} {'was' if done.there == 1 else 'were'} there already;"
            f" {counted(done.albums, 'album')} {albums}"
        )
    )
    for line in (*_of_those_there(done, dry_run=dry_run), *_left_out(done)):
        print(safe_text(line))
    for why in (failed := [f"not restored: {each}" for each in done.failed])[:SHOWN]:
        print(safe_text(why))
    if failed[SHOWN:]:
        print(f"and {len(failed) - SHOWN:,} more; --json names them")


def _of_those_there(done: Restored, *, dry_run: bool) -> Iterator[str]:
    """What is to be known of the library that photos are brought to."""
    if done.joined:
        yield (
            f"{counted(done.joined, 'album')} of those: the library has one of that title, or two"
            " have the same; one album gets the photos"
        )
    if done.waiting:
        are = "is" if done.waiting == 1 else "are"
        yield f"{done.waiting:,} of those there {are} not sent yet: an earlier restore brought them"
    if done.untrashed:
        out = "would be taken" if dry_run else "taken"
        yield f"{counted(done.untrashed, 'photo')} of those there lay in Trash, and {out} out of it"
    if done.favorites or done.archived:
        marked = "would be marked" if dry_run else "marked"
        yield f"{marked}: {counted(done.favorites, 'favorite')}, {done.archived:,} as archived"
    age = int(time.time() - done.listed)
    if age > STALE:
        yield (
            f"the library was last listed {human_age(age)}: what came to it since, or was deleted"
            " there, is not known here; `photofs scan --full` asks"
        )
    if done.trouble:
        yield (
            "the last scan of its account had trouble, so what the library shows may be old:"
            f" {done.trouble}"
        )
    if done.unasked:
        yield (
            "its service could not be asked whether it still has those there, so some may be gone:"
            f" {done.unasked}; give the same command again later"
        )
    if done.takes_once and done.unread:
        yield (
            f"of {counted(done.unread, 'photo')} of the library nobody here knows the original"
            " bytes: its service itself takes the same bytes for the photo that it has"
        )
    elif done.unread and dry_run:
        yield (
            f"of {counted(done.unread, 'photo')} of the library nobody here has read the original:"
            f" {done.alike:,} of the files look like some of them. Before these are sent, the"
            " library's are asked for their length and, where it is the same, fetched and compared;"
            " what is the same is not sent"
        )


def _left_out(done: Restored) -> Iterator[str]:
    """What does not come in, or not all of it."""
    if done.left:
        such_as = ", ".join(done.left_such_as[:FEW])
        yield (
            f"{counted(done.left, 'file')} left: former versions, what vanished or was damaged, or"
            f" in Trash (such as {such_as})"
        )
    if done.passed_over:
        yield f"left, as nobody looks into them: {counted(len(done.passed_over), 'path')}"
        yield from (f"  {each}" for each in done.passed_over[:FEW])
        if done.passed_over[FEW:]:
            yield f"  and {len(done.passed_over) - FEW:,} more; --json names them"
    if done.unlisted:
        yield (
            f"{counted(done.unlisted, 'photo')} that the mirror's albums.json does not name: taken"
            " in, but nothing tells their albums and favorites"
        )
    if done.lacking:
        yield (
            f"the mirror is not whole: when it was last run, it had no file of"
            f" {counted(done.lacking, 'photo')} of its library"
        )
    if done.collections:
        yield (
            f"{counted(done.collections, 'folder')} of albums not made: no service lets a program"
            " make one"
        )
    for why, number in done.untold.items():
        yield f"of {counted(number, 'photo')} something was not told: {why}"
    if done.unsure:
        yield (
            f"{counted(len(done.unsure), 'file')} not copied, for the library may have them, and"
            " nobody can tell: give the same command again later, or with --unsure, which sends"
            " them, perhaps a second time"
        )
    yield from (f"not copied: {why}" for why in done.unsure[:SHOWN])


def _tell_next(library: str, *, works: bool) -> None:
    """Who sends it, and how to wait for that."""
    waiting = f"`photofs wait {shell_word(library)}` waits for that"
    if works:
        print(f"the agent uploads them; {waiting}")
    else:
        print(
            "no agent works, so nothing is sent yet: `photofs mount` begins one, or run `photofs"
            f" agent`; {waiting}"
        )
