"""`photofs login google`, `photofs logout google`: by the user's own OAuth client."""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
import trio

from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.asking import ask_line
from photofs.cli.browser import open_browser
from photofs.cli.google_client import find_client
from photofs.cli.google_sources import (
    SERVICE,
    Accounts,
    address_of,
    client_of,
    endpoint_of,
    find_sources,
    note_logged_out,
    refuse_elsewhere,
    settle,
)
from photofs.cli.library import check_name
from photofs.cli.output import confirm, counted, json_option, print_json, safe_text
from photofs.cli.scan import scan_after
from photofs.model.errors import NotFound, PhotofsError, Refused, Unauthorised
from photofs.providers.google import account
from photofs.providers.google import login as google_login
from photofs.providers.google.answers import PUBLISH
from photofs.providers.google.client_file import CLIENTS_PAGE
from photofs.providers.google.endpoint import endpoint_at
from photofs.providers.google.login import Login
from photofs.providers.google.oauth import Client
from photofs.providers.port import SecretStore

if TYPE_CHECKING:
    from photofs.providers.google.api import Api

TESTING_DAYS = 7
DAY = 86_400.0


@click.command("google")
@click.option("--no-browser", is_flag=True, help="Print the address; the answer is pasted here.")
@click.option("--name", default="google", show_default=True, help="The library's folder name.")
@click.option(
    "--client-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Your OAuth client, as the Google Cloud console gives it (client_secret_....json).",
)
@click.option("--client-id", help="Its id instead, together with --secret-file.")
@click.option(
    "--secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that holds that client's secret.",
)
@click.option(
    "--allow",
    type=click.Choice(list(account.ALLOWED)),
    default="write",
    show_default=True,
    help="What to ask for: read, or write (uploads and albums, too).",
)
@click.option(
    "--testing/--in-production",
    default=None,
    help="The publishing status of your app's consent screen, if it is known.",
)
@click.option("--endpoint", help="Another service that speaks Google's APIs, for tests.")
@click.option("--yes", is_flag=True, help="Do not ask before another OAuth client is used.")
@click.option("--no-scan", is_flag=True, help="Only log in; scan later.")
@json_option
def log_in(
    *,
    name: str,
    client_file: Path | None,
    client_id: str | None,
    secret_file: Path | None,
    allow: str,
    **rest: bool | str | None,
) -> None:
    """Log in to Google Photos by an OAuth client of your own.

    The account's library is added if there is none of that name; if a Takeout made it, the account
    becomes another source of it.
    """
    check_name(name)
    house = House()
    endpoint = rest["endpoint"] if isinstance(rest["endpoint"], str) else None
    with house.catalog() as catalog:
        found = find_sources(catalog, name)
        refuse_elsewhere(found, endpoint)
        known = _login_before(house, found.current)
        client = find_client(client_file, client_id, secret_file, known)
        _ask_about_another(catalog, found.current, client, yes=bool(rest["yes"]))
    done = trio.run(
        lambda: google_login.login(
            client,
            account.ALLOWED[allow],
            show=lambda url: _show(url, no_browser=bool(rest["no_browser"])),
            ask_address=_ask_address if rest["no_browser"] else None,
            endpoint=endpoint_at(endpoint),
        )
    )
    testing = _testing(found.of_client(client.client_id), rest["testing"])
    secrets = house.secrets()
    ends = _ends(done, testing)
    try:
        done = _known_as(found, done, secrets)
        with house.catalog() as catalog:
            settle(catalog, found, name, _config(done, endpoint, ends, testing=testing))
    except Refused:
        trio.run(_give_back_unused, done, endpoint, secrets)
        raise
    account.keep(secrets, done.stored)
    trio.run(_try_key, house, done, endpoint)
    told = {"service": SERVICE, "user": done.email, "library": name, "login_ends": ends}
    if not rest["as_json"]:
        print(f"logged in to {SERVICE} as {safe_text(done.email)}; the login is in {secrets.where}")
    _warn(done, ends, testing=testing)
    scan_after(name, told if rest["as_json"] else None, no_scan=bool(rest["no_scan"]))


@click.command("google")
@click.option("--name", default="google", show_default=True, help="The library's folder name.")
@json_option
def log_out(name: str, *, as_json: bool) -> None:
    """Give the login back, and forget it on this machine.

    The library stays: what was uploaded is listed, and what is cached or was copied in can be read.
    """
    house = House()
    with house.catalog() as catalog:
        sources = find_sources(catalog, name).sources
    if not sources:
        raise NotFound(f'there is no {SERVICE} account "{name}"', remedy="see `photofs status`")
    told = [trio.run(_give_back, house, source) for source in sources]
    for source in sources:
        account.forget(house.secrets(), str(source.account), client_of(source))
    with house.catalog() as catalog:
        note_logged_out(catalog, name, sources)
    if as_json:
        print_json({"service": SERVICE, "forgotten": sources[0].account, "given_back": all(told)})
        return
    print(_what_stays(name, sources))
    if not all(told):
        print("Google could not be told: https://myaccount.google.com/connections ends it there")


def _what_stays(name: str, sources: Sequence[SourceRow]) -> str:
    """What a logout leaves on this machine, and the way back."""
    clients = ", ".join(safe_text(client_of(source)) for source in sources)
    return (
        f"the login to {SERVICE} account {safe_text(str(sources[0].account))} is forgotten on this"
        " machine\n"
        f'The library "{safe_text(name)}" stays: the list of what was uploaded; originals that are'
        " cached; and all files that were copied in, the ones that are not sent yet as well.\n"
        "What is not cached cannot be read, and nothing is sent, until you log in again:"
        f" `photofs login google --name {safe_text(name)}` by the same OAuth client ({clients};"
        f" its file is at {CLIENTS_PAGE}). Google shows these photos to no other."
    )


def _known_as(found: Accounts, done: Login, secrets: SecretStore) -> Login:
    """The login with the address under which its account is known here; Refused if another's."""
    email = address_of(found, done.email, done.stored.subject, secrets)
    return replace(done, stored=msgspec.structs.replace(done.stored, email=email))


async def _give_back_unused(done: Login, endpoint: str | None, secrets: SecretStore) -> None:
    """A login that is of no use here need not live on, unless another library has one like it.

    Google takes back all that an account granted to a client, not the one login alone.
    """
    if account.stored_login(secrets, done.email, done.stored.client_id) is None:
        await _revoke(done.stored, endpoint)


async def _give_back(house: House, source: SourceRow) -> bool:
    """Revoke a login at the service; whether that is done."""
    stored = account.stored_login(house.secrets(), str(source.account), client_of(source))
    return stored is not None and await _revoke(stored, endpoint_of(source.config))


async def _revoke(stored: account.Stored, endpoint: str | None) -> bool:
    """The same of any login."""
    from photofs.providers.google.line import Line
    from photofs.providers.google.oauth import revoke

    line = Line(google_login.READ_TIMEOUT)
    try:
        await revoke(line, endpoint_at(endpoint), stored.refresh_token)
    except PhotofsError:
        return False
    finally:
        line.close()
    return True


async def _try_key(house: House, done: Login, endpoint: str | None) -> None:
    """Ask both APIs for next to nothing: whether they are enabled, and let us in.

    The login is kept already: what is lacking can be mended without another one. Raises what the
    Library API raises; of the Picker's a line is enough.
    """
    from photofs.providers.google.api import open_api
    from photofs.providers.google.discovery import Service

    timeout = house.settings.network.read_timeout
    opened = partial(open_api, endpoint_at(endpoint), done.stored)
    with house.pacer() as pacer:
        if done.stored.allows(account.PICK):
            async with opened(pacer, timeout, Service.PICKER) as picking:
                await _try_picker(picking)
        if done.stored.allows(account.READ):
            async with opened(pacer, timeout) as api:
                await api.call("albums.list", {"pageSize": 1}, person=True)


async def _try_picker(api: "Api") -> None:
    """Ask for a session that nobody made: any no to that says that the API listens."""
    from photofs.providers.google.answers import Failure

    try:
        await api.call("sessions.get", {"sessionId": "none"}, person=True)
    except Failure:
        return
    except Unauthorised as error:
        print(f"! {error}", file=sys.stderr)


def _login_before(house: House, source: SourceRow | None) -> Client | None:
    """The client of the library's login of until now."""
    if source is None or source.account is None:
        return None
    stored = account.stored_login(house.secrets(), source.account, client_of(source))
    return None if stored is None else stored.client


def _ask_about_another(
    catalog: Catalog, source: SourceRow | None, client: Client, *, yes: bool
) -> None:
    """Another OAuth client sees nothing of what the former one uploaded: have it confirmed."""
    if source is None or client_of(source) == client.client_id or yes:
        return
    uploaded = counted(catalog.count_known(source.source_id), "photo")
    waiting = sum(number for *_what, number, _size in catalog.open_states(source.library_id))
    unsent = (
        f" What is not sent yet ({counted(waiting, 'change')}) stays here, and is sent only once"
        " you log in by the former one again; `photofs wait` lets it be sent first."
        if waiting
        else ""
    )
    confirm(
        f"This is another OAuth client than before. Google shows {uploaded} to the former one"
        " alone: they stay in the list, can be read while that one's login lasts, and are not"
        " changed at Google any more. What you put in from now on belongs to the new one."
        f"{unsent} Go on?"
    )


def _show(url: str, *, no_browser: bool) -> None:
    """Bring the owner to the page that asks for the permission."""
    print(f"Open this address, and tick all boxes:\n\n  {url}\n", file=sys.stderr, flush=True)
    if no_browser:
        print(
            "The browser is then sent to an address that begins with http://127.0.0.1: and shows"
            " that it\ncannot be reached. That is right: copy this address, all of it, to here.",
            file=sys.stderr,
            flush=True,
        )
    else:
        open_browser(url, "photofs login google")


async def _ask_address(wrong: str) -> str:
    """The address that the browser was sent to; after a wrong one with what was wrong with it."""
    return await ask_line("Address", wrong)


def _ends(done: Login, testing: object) -> int | None:
    """When the login ends, in unix seconds, as far as it is known."""
    if done.lifetime is not None:
        return int(time.time() + done.lifetime)
    return int(time.time() + TESTING_DAYS * DAY) if testing else None


def _testing(source: SourceRow | None, given: object) -> object:
    """The publishing status of the app: as it is given now, else as it was given before."""
    return given if given is not None or source is None else source.config.get("testing")


def _config(
    done: Login, endpoint: str | None, ends: int | None, *, testing: object
) -> dict[str, object]:
    """The source's configuration."""
    stored = done.stored
    config: dict[str, object] = {"email": stored.email, "client_id": stored.client_id}
    if stored.subject:
        config["subject"] = stored.subject
    if testing is not None:
        config["testing"] = testing
    if endpoint is not None:
        config["endpoint"] = endpoint
    if ends is not None:
        config["login_ends"] = ends
    return config


def _warn(done: Login, ends: int | None, *, testing: object) -> None:
    """What was not granted, and that the login ends, or may end."""
    for scope in sorted(done.lacking):
        what = account.LACKING.get(scope, "")
        print(f"! Google did not give {scope.removeprefix(account.SCOPE)}: {what}", file=sys.stderr)
    if done.lacking:
        print("  log in again and tick all boxes to mend that", file=sys.stderr)
    if ends is not None:
        days = round((ends - time.time()) / DAY)
        print(f"! this login ends in {counted(days, 'day')}; {PUBLISH}", file=sys.stderr)
    elif testing is None:
        print(f"note: {PUBLISH}", file=sys.stderr)
