"""`photofs login` and `photofs logout`: with the user's own key, to the user's own account."""

import sys
import webbrowser
from functools import partial
from pathlib import Path

import click
import trio

from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.library import check_name
from photofs.cli.output import json_option, print_json, safe_text
from photofs.cli.scan import scan_after
from photofs.model.errors import Misconfigured, NotFound, Refused
from photofs.providers.flickr import account
from photofs.providers.flickr import login as flickr_login
from photofs.providers.flickr.endpoint import endpoint_at

KEY_PAGE = "https://www.flickr.com/services/apps/create/apply"


@click.command
@click.argument("service", type=click.Choice(["flickr"]))
@click.option("--no-browser", is_flag=True, help="Print the address; the code is typed in here.")
@click.option("--name", default="flickr", show_default=True, help="The library's folder name.")
@click.option("--key", help="Your API key (asked for if it is not given or known).")
@click.option(
    "--secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that holds your key's secret (asked for otherwise).",
)
@click.option("--endpoint", help="Another service that speaks Flickr's API, for tests.")
@click.option("--no-scan", is_flag=True, help="Only log in; scan later.")
@json_option
def login(
    service: str,
    *,
    name: str,
    key: str | None,
    secret_file: Path | None,
    endpoint: str | None,
    **flags: bool,
) -> None:
    """Log in to SERVICE with your own API key, and add its library if it is not there yet."""
    check_name(name)
    house = House()
    with house.catalog() as catalog:
        source = _source_named(catalog, name)
    key, secret = _key_and_secret(house, source, key, secret_file)
    done = trio.run(
        lambda: flickr_login.login(
            key,
            secret,
            show=lambda url: _show(url, no_browser=flags["no_browser"]),
            ask_code=_ask_code if flags["no_browser"] else None,
            endpoint=endpoint_at(endpoint),
        )
    )
    with house.catalog() as catalog:
        _settle(catalog, source, name, done.user, endpoint)
    secrets = house.secrets()
    account.keep(secrets, done.user, done.stored)
    told = {"service": service, "user": done.user, "username": done.username, "library": name}
    if not flags["as_json"]:
        print(f"logged in to {service} as {safe_text(done.username)} ({done.user});", end=" ")
        print(f"the login is in {secrets.where}", flush=True)
    scan_after(name, told if flags["as_json"] else None, no_scan=flags["no_scan"])


@click.command
@click.argument("service", type=click.Choice(["flickr"]))
@click.option("--name", default="flickr", show_default=True, help="The library's folder name.")
@json_option
def logout(service: str, name: str, *, as_json: bool) -> None:
    """Forget the login of SERVICE on this machine; what is cached stays readable."""
    house = House()
    with house.catalog() as catalog:
        source = _source_named(catalog, name)
    if source is None or source.account is None:
        raise NotFound(f'there is no {service} library "{name}"', remedy="see `photofs status`")
    account.forget(house.secrets(), source.account)
    if as_json:
        print_json({"service": service, "forgotten": source.account})
        return
    print(f"the login to {service} account {source.account} is forgotten on this machine")
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
        return key, secret_file.read_text(encoding="utf-8").strip()
    known = None
    if source is not None and source.account is not None:
        known = account.stored_login(house.secrets(), source.account)
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


def _show(url: str, *, no_browser: bool) -> None:
    """Bring the owner to the page that asks for the permission."""
    asked = f"Open this address and allow photofs to read your account:\n\n  {url}\n"
    print(asked, file=sys.stderr, flush=True)
    if not no_browser:
        webbrowser.open(url)


async def _ask_code() -> str:
    """The code that the page shows, typed in."""
    ask = partial(click.prompt, "Code", err=True)
    code: str = await trio.to_thread.run_sync(ask, abandon_on_cancel=True)
    return code


def _settle(
    catalog: Catalog, source: SourceRow | None, name: str, user: str, endpoint: str | None
) -> None:
    """Add the account's library, or make sure that the login is to the library's own account."""
    if source is not None:
        catalog.fix_account(source.source_id, user)
        return
    config: dict[str, object] = {"user": user}
    if endpoint is not None:
        config["endpoint"] = endpoint
    catalog.add_library(name, "flickr", config, account=user)
