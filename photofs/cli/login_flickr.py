"""`photofs login flickr`, `photofs logout flickr`: with the user's own key, to their account."""

import sys
from pathlib import Path

import click
import trio

from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.asking import ask_line
from photofs.cli.browser import open_browser
from photofs.cli.given_secret import secret_in
from photofs.cli.library import check_name
from photofs.cli.output import json_option, logged_out, print_json, safe_text
from photofs.cli.scan import scan_after
from photofs.model.errors import Misconfigured, NotFound, Refused
from photofs.providers.flickr import account
from photofs.providers.flickr import login as flickr_login
from photofs.providers.flickr.endpoint import endpoint_at

SERVICE = "flickr"
KEY_PAGE = "https://www.flickr.com/services/apps/create/apply"


@click.command("flickr")
@click.option("--no-browser", is_flag=True, help="Print the address; the code is typed in here.")
@click.option("--name", default="flickr", show_default=True, help="The library's folder name.")
@click.option("--key", help="Your API key (asked for if it is not given or known).")
@click.option(
    "--secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that holds your key's secret (asked for otherwise).",
)
@click.option(
    "--allow",
    type=click.Choice(account.PERMISSIONS),
    help="What to ask for: read, write (uploads and changes, too), or delete (also for good).",
)
@click.option("--endpoint", help="Another service that speaks Flickr's API, for tests.")
@click.option("--no-scan", is_flag=True, help="Only log in; scan later.")
@json_option
def log_in(
    *,
    name: str,
    key: str | None,
    secret_file: Path | None,
    allow: str | None,
    endpoint: str | None,
    **flags: bool,
) -> None:
    """Log in to Flickr with an API key of your own.

    The account's library is added if it is not there yet.
    """
    check_name(name)
    house = House()
    with house.catalog() as catalog:
        source = _source_named(catalog, name)
    key, secret = _key_and_secret(house, source, key, secret_file)
    permissions = allow or _allowed_before(house, source)
    done = trio.run(
        lambda: flickr_login.login(
            key,
            secret,
            show=lambda url: _show(url, permissions, no_browser=flags["no_browser"]),
            ask_code=_ask_code if flags["no_browser"] else None,
            endpoint=endpoint_at(endpoint),
            permissions=permissions,
        )
    )
    with house.catalog() as catalog:
        _settle(catalog, source, name, done.user, endpoint)
    secrets = house.secrets()
    account.keep(secrets, done.user, done.stored)
    told = {"service": SERVICE, "user": done.user, "username": done.username, "library": name}
    if not flags["as_json"]:
        print(f"logged in to {SERVICE} as {safe_text(done.username)} ({done.user});", end=" ")
        print(f"the login is in {secrets.where}", flush=True)
    scan_after(name, told if flags["as_json"] else None, no_scan=flags["no_scan"])


@click.command("flickr")
@click.option("--name", default="flickr", show_default=True, help="The library's folder name.")
@json_option
def log_out(name: str, *, as_json: bool) -> None:
    """Forget the login on this machine; what is cached stays readable."""
    house = House()
    with house.catalog() as catalog:
        source = _source_named(catalog, name)
    if source is None or source.account is None:
        raise NotFound(f'there is no {SERVICE} library "{name}"', remedy="see `photofs status`")
    account.forget(house.secrets(), source.account)
    with house.catalog() as catalog:
        catalog.source_trouble(source.source_id, logged_out(SERVICE, name))
    if as_json:
        print_json({"service": SERVICE, "forgotten": source.account})
        return
    print(f"the login to {SERVICE} account {source.account} is forgotten on this machine")
    print("to end it at the service too, remove photofs in your account's settings there")


def _source_named(catalog: Catalog, name: str) -> SourceRow | None:
    """The library's Flickr source; None if there is no such library, Refused if it is another's."""
    for library in catalog.libraries():
        if library.name == name:
            for source in catalog.sources(library.library_id):
                if source.provider == "flickr":
                    return source
            raise Refused(
                f'the library "{name}" is no Flickr account', remedy="choose another --name"
            )
    return None


def _key_and_secret(
    house: House, source: SourceRow | None, key: str | None, secret_file: Path | None
) -> tuple[str, str]:
    """The user's API key and its secret: given, known from the last login, or asked for."""
    if secret_file is not None and key is not None:
        return key, secret_in(secret_file)
    known = _login_before(house, source)
    if known is not None and key in {None, known.key}:
        return known.key, known.secret
    if not sys.stdin.isatty():
        raise Misconfigured(
            "the API key and its secret are needed",
            remedy="give --key and --secret-file, or run this on a terminal",
        )
    needed = f"You need an API key of your own (Flickr gives them to Pro members): {KEY_PAGE}"
    print(needed, file=sys.stderr)
    key = key or click.prompt("Key", err=True)
    return key, click.prompt("Secret", hide_input=True, err=True)


def _login_before(house: House, source: SourceRow | None) -> account.Stored | None:
    """The library's login of until now."""
    if source is None or source.account is None:
        return None
    return account.stored_login(house.secrets(), source.account)


def _allowed_before(house: House, source: SourceRow | None) -> str:
    """What the last login allowed: logging in again takes nothing away. At first, reading."""
    known = _login_before(house, source)
    return known.permissions if known is not None and known.allows("read") else "read"


MAY = {
    "read": "read your account",
    "write": "read your account, and add and change photos and albums",
    "delete": "read your account, and add, change and delete photos and albums",
}


def _show(url: str, permissions: str, *, no_browser: bool) -> None:
    """Bring the owner to the page that asks for the permission."""
    asked = f"Open this address and allow photofs to {MAY[permissions]}:\n\n  {url}\n"
    print(asked, file=sys.stderr, flush=True)
    if not no_browser:
        open_browser(url, "photofs login flickr")


async def _ask_code(wrong: str) -> str:
    """The code that the page shows, typed in; after a wrong one with what was wrong with it."""
    return await ask_line("Code", wrong)


def _settle(
    catalog: Catalog, source: SourceRow | None, name: str, user: str, endpoint: str | None
) -> None:
    """Add the account's library, or make sure that the login is to the library's own account."""
    if source is not None:
        catalog.fix_account(source.source_id, user)
        catalog.source_trouble(source.source_id, "")
        return
    config: dict[str, object] = {"user": user}
    if endpoint is not None:
        config["endpoint"] = endpoint
    catalog.add_library(name, "flickr", config, account=user)
