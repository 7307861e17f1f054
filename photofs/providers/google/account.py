"""The login in the store of secrets: one entry for each Google account and OAuth client."""

import msgspec

from photofs.model.errors import Unauthorised
from photofs.providers.google.answers import LOGIN_AGAIN
from photofs.providers.google.oauth import Client
from photofs.providers.port import SecretStore

SCOPE = "https://www.googleapis.com/auth/"
APPEND = SCOPE + "photoslibrary.appendonly"
READ = SCOPE + "photoslibrary.readonly.appcreateddata"
EDIT = SCOPE + "photoslibrary.edit.appcreateddata"
PICK = SCOPE + "photospicker.mediaitems.readonly"
IDENTITY = ("openid", "email")
"""Tells whose account it is; without, one account's photos could be taken for another's."""

ALLOWED = {
    "read": (READ, PICK),
    "write": (READ, PICK, APPEND, EDIT),
}
"""What `photofs login google --allow` asks for."""

LACKING = {
    READ: "photofs cannot list or read what it uploaded",
    APPEND: "nothing can be uploaded, and no albums can be made",
    EDIT: "descriptions and albums cannot be changed",
    PICK: "`photofs pick google` does not work",
}
"""What does not work without a scope."""


class Stored(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """What is kept of a login, as JSON.

    `subject` is the service's lasting name of the account, "" of a login that was kept before it
    was asked for; `email` the address under which the account is known here.
    """

    client_id: str
    client_secret: str
    refresh_token: str
    scopes: list[str]
    email: str
    subject: str = ""

    def __repr__(self) -> str:
        """Nothing of it, for tracebacks and logs."""
        return "Stored(...)"

    def allows(self, scope: str) -> bool:
        """Whether the account's owner granted it."""
        return scope in self.scopes

    @property
    def client(self) -> Client:
        """The user's own OAuth client."""
        return Client(self.client_id, self.client_secret)


def demand(stored: Stored, scope: str) -> None:
    """Unauthorised if the account's owner did not grant it: then nothing is asked of the service.

    An empty answer to a login that may not look would be taken for an empty account.
    """
    if not stored.allows(scope):
        raise Unauthorised(
            f"the login to Google does not allow this: {LACKING[scope]}",
            safe="what is cached stays readable, and nothing was changed",
            remedy=f"{LOGIN_AGAIN}, and tick all boxes on Google's page",
        )


def secret_name(email: str, client_id: str) -> str:
    """The entry's name in the store of secrets."""
    return f"google {email} {client_id}"


def keep(secrets: SecretStore, stored: Stored) -> None:
    """Keep a login, replacing the older one of the account by that client."""
    name = secret_name(stored.email, stored.client_id)
    secrets.put(name, msgspec.json.encode(stored).decode())


def learn_subject(secrets: SecretStore, stored: Stored, subject: str) -> None:
    """Keep whose login it is, unless somebody has logged in again meanwhile."""
    now = stored_login(secrets, stored.email, stored.client_id)
    if now is not None and now.refresh_token == stored.refresh_token:
        keep(secrets, msgspec.structs.replace(now, subject=subject))


def forget(secrets: SecretStore, email: str, client_id: str) -> None:
    """Remove a login from this machine."""
    secrets.remove(secret_name(email, client_id))


def stored_login(secrets: SecretStore, email: str, client_id: str) -> Stored | None:
    """The login, if there is one that can be read."""
    text = secrets.get(secret_name(email, client_id))
    try:
        return None if text is None else msgspec.json.decode(text, type=Stored)
    except (msgspec.DecodeError, UnicodeError):
        return None


def login_of(secrets: SecretStore, email: str, client_id: str) -> Stored:
    """The login; Unauthorised if there is none on this machine."""
    stored = stored_login(secrets, email, client_id)
    if stored is None:
        raise Unauthorised(
            "there is no login to this Google account by its OAuth client on this machine",
            safe="what is cached stays readable",
            remedy=LOGIN_AGAIN,
        )
    return stored
