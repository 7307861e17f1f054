"""`photofs guard`: which programs may fetch as many originals as they open."""

import os
from collections.abc import Callable

import click
import msgspec

from photofs.cli.guard_words import is_held, told_words
from photofs.cli.house import find_house
from photofs.cli.output import json_option, print_json, safe_text
from photofs.config_file import read_settings
from photofs.kernel.lock import await_turn
from photofs.kernel.process import readable
from photofs.model.errors import NotFound
from photofs.volume.guard_notes import Words, read_told, read_words, write_words
from photofs.volume.guard_rules import standing_of


@click.group
def guard() -> None:
    """Keep thumbnailers and indexers from fetching every original that they come by.

    What is on this disk is never refused. A mount takes up what is said here within a second.
    """


@guard.command
@json_option
def status(*, as_json: bool) -> None:
    """Tell whether it is on, who was refused, and who is allowed."""
    house = find_house()
    words = read_words(house.paths.guard_words)
    standing = standing_of(house.settings.guard, words)
    told = read_told(house.paths.guard_told)
    if as_json:
        refused = [each._asdict() for each in told]
        shares = standing.share._asdict()
        print_json({"on": standing.on, **shares, "allowed": words.allowed, "refused": refused})
        return
    share = standing.share
    print(f"the guard is {'on' if standing.on else 'off: every program may fetch what it opens'}")
    if standing.on:
        print(
            f"of photos that are not on this disk, thumbnailers and indexers may open {share.known}"
            f" at once, others {share.others} of which they read only the heads; a spent share is"
            f" whole again after {share.refill_s:g} seconds"
        )
    for name in words.allowed:
        print(f"allowed: {safe_text(name)}")
    for each in told:
        print(told_words(each, standing))
    if any(each.known and is_held(each, standing) for each in told):
        print(
            "thumbnails are made without originals: of folders that are opened, and of all by"
            " `photofs thumbnails fill`"
        )


@guard.command
@click.argument("program")
@click.option("--undo", is_flag=True, help="Guard it again.")
@json_option
def allow(program: str, *, undo: bool, as_json: bool) -> None:
    """Never refuse PROGRAM, as the log calls it, anything."""
    program = readable(os.fsencode(program))  # as the mount reads what a program is called

    def changed(words: Words) -> Words:
        if undo and program not in words.allowed:
            raise NotFound(
                f"{safe_text(program)} was not allowed by this command",
                remedy="`photofs guard status` lists what was; [guard] free in config.toml is the"
                " other list",
            )
        others = tuple(name for name in words.allowed if name != program)
        return msgspec.structs.replace(words, allowed=others if undo else (*others, program))

    _say(changed, as_json=as_json)


@guard.command
@json_option
def off(*, as_json: bool) -> None:
    """Refuse no program anything."""
    _say(lambda words: msgspec.structs.replace(words, on=False), as_json=as_json)


@guard.command
@json_option
def on(*, as_json: bool) -> None:
    """Guard again, whatever config.toml says."""
    _say(lambda words: msgspec.structs.replace(words, on=True), as_json=as_json)


def _say(change: Callable[[Words], Words], *, as_json: bool) -> None:
    """Change what was said, behind another command that does so, and tell what holds now."""
    house = find_house()
    with await_turn(house.paths.state / "locks" / "guard", "what the guard is told is changed"):
        words = change(read_words(house.paths.guard_words))
        write_words(house.paths.guard_words, words)
    standing = standing_of(read_settings(house.paths.config_file).guard, words)
    if as_json:
        print_json({"on": standing.on, "allowed": words.allowed})
        return
    print(f"the guard is {'on' if standing.on else 'off'}")
    if words.allowed:
        print(f"allowed: {safe_text(', '.join(words.allowed))}")
