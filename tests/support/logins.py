"""A login to the emulated Flickr, made without a browser."""

from photofs.assembly import House
from photofs.emulators.flickr.account import API_KEY, API_SECRET, Account
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.state import Perms
from photofs.providers.flickr.account import Stored, keep
from photofs.providers.port import SecretStore
from tests.support.household import Household


def log_in(secrets: SecretStore, account: Account, perms: Perms = "read") -> str:
    """Keep a login with that permission, as `photofs login` keeps it; its token."""
    token = account.grant(perms)
    login = Stored(
        key=API_KEY,
        secret=API_SECRET,
        token=token.token,
        token_secret=token.secret,
        permissions=perms,
        username=account.state.me.username,
    )
    keep(secrets, account.nsid, login)
    return token.token


def config_of(emulator: Emulator) -> dict[str, object]:
    """The configuration of the account's source."""
    return {"user": emulator.account.nsid, "endpoint": emulator.url}


def add_flickr(
    household: Household, emulator: Emulator, name: str = "flickr", perms: Perms = "read"
) -> None:
    """Add the emulated account as a library, logged in and not scanned yet."""
    house = House(household.environ)
    log_in(house.secrets(), emulator.account, perms)
    with house.catalog() as catalog:
        user = emulator.account.nsid
        catalog.add_library(name, "flickr", config_of(emulator), account=user)
