"""Which house a command is about: the user's own, or the demo's while that is all there is."""

import os

from photofs.assembly import HOME_VARIABLE, House
from photofs.cli.mounts import list_mounts


def home_environ(home: str | None) -> dict[str, str]:
    """The environment with the home variable set, or taken out."""
    environ = {key: value for key, value in os.environ.items() if key != HOME_VARIABLE}
    if home is not None:
        environ[HOME_VARIABLE] = home
    return environ


def find_house() -> House:
    """The user's own house; a mounted demo's where the user has no library yet.

    So what a newcomer tries on the demo works without a word about where it lies.
    """
    house = House()
    if HOME_VARIABLE in os.environ or _has_libraries(house):
        return house
    homes = [mount.home for mount in list_mounts(os.environ) if mount.home is not None]
    return House(home_environ(homes[0])) if homes else house


def _has_libraries(house: House) -> bool:
    """Whether anything was ever added to a house."""
    if not house.paths.catalog.exists():
        return False
    with house.catalog() as catalog:
        return bool(catalog.libraries())
