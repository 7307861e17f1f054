"""A login to the emulated Flickr, put where `photofs login` puts it."""

from photofs.assembly import House
from photofs.emulators.flickr.account import API_KEY, API_SECRET
from photofs.emulators.flickr.emulator import Emulator
from photofs.providers.flickr.account import Stored, keep
from tests.support.household import Household


def add_flickr(household: Household, emulator: Emulator, name: str = "flickr") -> None:
    """Add the emulated account as a library, logged in and not scanned yet."""
    house = House(household.environ)
    token = emulator.account.grant("read")
    login = Stored(
        key=API_KEY,
        secret=API_SECRET,
        token=token.token,
        token_secret=token.secret,
        permissions="read",
        username="ada",
    )
    user = emulator.account.nsid
    keep(house.secrets(), user, login)
    with house.catalog() as catalog:
        config = {"user": user, "endpoint": emulator.url}
        catalog.add_library(name, "flickr", config, account=user)
