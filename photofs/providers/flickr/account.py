"""The login in the store of secrets: one entry for each Flickr account."""

import msgspec

from photofs.model.errors import Unauthorised
from photofs.providers.flickr.line import Account
from photofs.providers.port import SecretStore

PERMISSIONS = ("read", "write", "delete")
"""Each holds those before it."""


class Stored(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """What is kept of a login, as JSON."""

    key: str
    secret: str
    token: str
    token_secret: str
    permissions: str
    username: str

    def __repr__(self) -> str:
        """Nothing of it, for tracebacks and logs."""
        return "Stored(...)"

    def allows(self, permission: str) -> bool:
        """Whether the account's owner allowed that much, or more."""
        known = self.permissions in PERMISSIONS
        return known and PERMISSIONS.index(permission) <= PERMISSIONS.index(self.permissions)

    @property
    def account(self) -> Account:
        """What calls are signed with."""
        return Account(self.key, self.secret, self.token, self.token_secret)


def secret_name(user: str) -> str:
    """The entry's name in the store of secrets."""
    return f"flickr {user}"


def keep(secrets: SecretStore, user: str, stored: Stored) -> None:
    """Keep a login, replacing the account's older one."""
    secrets.put(secret_name(user), msgspec.json.encode(stored).decode())


def forget(secrets: SecretStore, user: str) -> None:
    """Remove an account's login from this machine."""
    secrets.remove(secret_name(user))


def stored_login(secrets: SecretStore, user: str) -> Stored | None:
    """The account's login, if there is one that can be read."""
    text = secrets.get(secret_name(user))
    try:
        return None if text is None else msgspec.json.decode(text, type=Stored)
    except (msgspec.DecodeError, UnicodeError):
        return None


def login_of(secrets: SecretStore, user: str) -> Stored:
    """The account's login; Unauthorised if there is none on this machine."""
    stored = stored_login(secrets, user)
    if stored is None:
        raise Unauthorised(
            "there is no login to this Flickr account on this machine",
            safe="what is cached stays readable",
            remedy="photofs login flickr",
        )
    return stored
