"""Which house a command is about: the user's own, or the demo's while that is all there is."""

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from photofs.assembly import HOME_VARIABLE, House
from photofs.cli.mounts import home_of, list_mounts
from photofs.model.errors import NotFound, PhotofsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from photofs.catalog.sqlite import Catalog


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
    if home_of(os.environ) is not None:
        return house
    homes = [mount.home for mount in list_mounts(os.environ) if mount.home is not None]
    if not homes or has_libraries(house):
        return house
    return House(home_environ(homes[0]))


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
