"""A library's Google accounts: one source for each OAuth client that ever uploaded for it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from photofs.catalog.port import LibraryRow, SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.output import logged_out
from photofs.model.errors import Refused
from photofs.providers.google.account import stored_login
from photofs.providers.port import SecretStore

SERVICE = "google"
OF_GOOGLE = frozenset({"google", "takeout", "picker"})
"""Providers whose photos are of a Google library: an account joins those."""

FORMER = "former"
"""The mark of a source whose client is not used for changes any more."""


class Accounts(NamedTuple):
    """The library of a name, and its accounts; None and none where there are none yet."""

    library: LibraryRow | None
    sources: list[SourceRow]

    @property
    def current(self) -> SourceRow | None:
        """The one whose client is used for changes."""
        return next((one for one in self.sources if not one.config.get(FORMER)), None)

    def of_client(self, client_id: str) -> SourceRow | None:
        """The one of that client, be it a former one."""
        return next((one for one in self.sources if client_of(one) == client_id), None)


def find_sources(catalog: Catalog, name: str) -> Accounts:
    """What there is under that name; Refused if it is another service's."""
    library = next((each for each in catalog.libraries() if each.name == name), None)
    rows = catalog.sources(library.library_id) if library is not None else []
    if any(row.provider not in OF_GOOGLE for row in rows):
        raise Refused(f'the library "{name}" is none of Google\'s', remedy="choose another --name")
    return Accounts(library, [row for row in rows if row.provider == SERVICE])


def client_of(source: SourceRow) -> str:
    """The OAuth client of an account's source."""
    return str(source.config.get("client_id", ""))


def endpoint_of(config: Mapping[str, object]) -> str | None:
    """Where its service is, if it is not the real one."""
    endpoint = config.get("endpoint")
    return endpoint if isinstance(endpoint, str) else None


def refuse_elsewhere(found: Accounts, endpoint: str | None) -> None:
    """Refused if the library's account is at another service than the one to log in to.

    What that one does not have would be taken for deleted, and it would be sent the other's login.
    """
    for source in found.sources:
        theirs = endpoint_of(source.config)
        if (theirs or "").rstrip("/") != (endpoint or "").rstrip("/"):
            where = f"at {theirs}" if theirs else "at Google itself"
            raise Refused(
                f"the library's account is {where}, and no other service's login fits it",
                safe="nothing was changed",
                remedy=f"give --endpoint {theirs}, or choose another --name"
                if theirs
                else "leave out --endpoint, or choose another --name",
            )


def address_of(found: Accounts, email: str, subject: str, secrets: SecretStore) -> str:
    """The address under which the account of a login is known here; its own if it is new.

    Google's accounts keep their `subject` when their address changes, and an address may be given
    to somebody else. Refused if the library's account is another one; of a login that was kept
    before anybody asked for the subject the address alone decides.
    """
    for source in found.sources:
        known = subject_of(source, secrets)
        if not (known and subject and source.account):
            continue
        if known == subject:
            return source.account
        whose = "another one of that address" if email == source.account else email
        raise Refused(
            f"this library belongs to the {SERVICE} account {source.account}, not {whose}",
            safe="nothing was changed",
            remedy=f"log in as {source.account} again, or choose another --name",
        )
    return email


def subject_of(source: SourceRow, secrets: SecretStore) -> str:
    """Google's lasting name of a source's account; "" if nobody knows it yet."""
    told = source.config.get("subject")
    if isinstance(told, str) and told:
        return told
    stored = stored_login(secrets, source.account or "", client_of(source))
    return "" if stored is None else stored.subject


def settle(catalog: Catalog, found: Accounts, name: str, config: Mapping[str, object]) -> None:
    """Add a login's library or source, or note what is new of the one that is there.

    Another client becomes the one for changes; the former's photos stay, for Google shows them to
    no other. Refused if the library's account is another one.
    """
    email = str(config["email"])
    if found.library is None:
        catalog.add_library(name, SERVICE, config, account=email)
        return
    for source in found.sources:
        catalog.fix_account(source.source_id, email)
    known = found.of_client(str(config["client_id"]))
    for source in found.sources:
        if source != known and not source.config.get(FORMER):
            catalog.set_config(source.source_id, {**source.config, FORMER: True})
            catalog.set_writes(source.source_id, ())
    if known is None:
        catalog.add_source(found.library.library_id, SERVICE, config, account=email)
        return
    catalog.set_config(known.source_id, {**_lasting(known), **config})
    catalog.source_trouble(known.source_id, "")


def note_logged_out(catalog: Catalog, name: str, sources: Iterable[SourceRow]) -> None:
    """From now on `photofs status` says so, and counts no days of a login that is forgotten."""
    for source in sources:
        config = {key: value for key, value in source.config.items() if key != "login_ends"}
        catalog.set_config(source.source_id, config)
        catalog.source_trouble(source.source_id, logged_out(SERVICE, name))


def _lasting(source: SourceRow) -> dict[str, object]:
    """What of a source's configuration outlives a login."""
    return {key: value for key, value in source.config.items() if key not in {"login_ends", FORMER}}
