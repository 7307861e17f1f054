"""Which house a command is about: the user's own, or the demo's while that is all there is."""

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from photofs.assembly import HOME_VARIABLE, House
from photofs.cli.mounts import home_of, list_mounts
from photofs.cli.output import own_name, safe_text, shell_word
from photofs.model.errors import NotFound, PhotofsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from photofs.catalog.sqlite import Catalog

_FOUND: Final = "photofs.house"
"""Under which the running command's context keeps the house that was found for it."""


def home_environ(home: str | None) -> dict[str, str]:
    """The environment with the home variable set, or taken out."""
    environ = {key: value for key, value in os.environ.items() if key != HOME_VARIABLE}
    if home is not None:
        environ[HOME_VARIABLE] = home
    return environ


def find_house() -> House:
    """The user's own house; a mounted demo's where the user has no library yet.

    So what a newcomer tries on the demo works without a word about where it lies. The catalog is
    looked into only while another home is mounted: the command opens it anyway.
    """
    house = House()
    if home_of(os.environ) is None:
        homes = [mount.home for mount in list_mounts(os.environ) if mount.home is not None]
        if homes and not has_libraries(house):
            house = House(home_environ(homes[0]))
    context = click.get_current_context(silent=True)
    if context is not None:
        context.meta[_FOUND] = house
    return house


def house_of_command(context: click.Context) -> House | None:
    """What `find_house` found in that command; None where it was not asked."""
    return context.meta.get(_FOUND)


def elsewhere(house: House, verb: str) -> list[str]:
    """For each mount that shows another house's libraries: where it is, and how to ask there."""
    mounts = [mount for mount in list_mounts(os.environ) if mount.pid]
    return [
        f"{safe_text(mount.point)} shows another home: `{way_to(mount.home)} {verb}` asks there"
        for mount in mounts
        if mount.home != home_of(house.environ)
    ]


def way_to(home: str | None) -> str:
    """What to type in place of `photofs` to ask about another home than that in force."""
    if home is None:
        return f"env -u {HOME_VARIABLE} {own_name()}"
    return f"{own_name()} --home {shell_word(home)}"


@contextmanager
def recognised(house: House) -> "Iterator[Catalog]":
    """The catalog, for what takes away: looked at whether it is the one last worked with."""
    from photofs.wishing.recognising import recognise_home
    from photofs.wishing.recognising_mirrors import recognise_mirrors

    with house.catalog() as catalog:
        recognise_home(catalog, house.paths.data, time.time_ns())
        recognise_mirrors(catalog, time.time_ns())
        yield catalog


def has_libraries(house: House) -> bool:
    """Whether anything was ever added to a house; so if its catalog cannot be read, too."""
    try:
        with house.catalog(read_only=True) as catalog:
            return bool(catalog.libraries())
    except NotFound:
        return False
    except PhotofsError:  # the command that opens it says what is wrong
        return True
