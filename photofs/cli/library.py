"""`photofs library`: add, list and remove libraries, and report on their archives."""

import re
from pathlib import Path

import click

from photofs.assembly import House
from photofs.cli.house import find_house
from photofs.cli.output import confirm, human_size, json_option, print_json, safe_text, table
from photofs.cli.scan import scan_after
from photofs.model.errors import NotFound, Refused

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
"""A library's name is a folder's name on every system, and easy to type."""


@click.group
def library() -> None:
    """Add, list and remove libraries; report on their archives."""


@library.command
@click.argument("provider", type=click.Choice(["takeout", "flickr-export", "flickr"]))
@click.argument("path", required=False)
@click.option("--name", help="The library's folder name (default: google or flickr).")
@click.option("--no-scan", is_flag=True, help="Only note it; scan later.")
@json_option
def add(provider: str, path: str | None, name: str | None, *, no_scan: bool, as_json: bool) -> None:
    """Add a library: `takeout FOLDER`, `flickr-export FOLDER`, or `flickr` after a login.

    FOLDER holds the downloaded .zip or .tgz parts, or is an unpacked export. It is only read.
    """
    house = House()
    if provider == "flickr":
        raise Refused(
            "a Flickr account is added by logging in to it", remedy="use `photofs login flickr`"
        )
    folder = _archive_folder(path)
    chosen = name or ("google" if provider == "takeout" else "flickr")
    check_name(chosen)
    with house.catalog() as catalog:
        catalog.add_library(chosen, provider.replace("-", "_"), {"path": str(folder)})
    if not as_json:
        print(f"added {chosen}: {safe_text(str(folder))}", flush=True)
    added = {"added": chosen, "folder": str(folder)} if as_json else None
    scan_after(chosen, added, no_scan=no_scan)


def check_name(name: str) -> None:
    """Refuse a name that cannot be a folder everywhere."""
    if NAME.fullmatch(name) is None:
        raise Refused(
            f'"{safe_text(name)}" cannot be a library\'s name',
            remedy="use letters, digits, blanks, dots, _ and -, at most 64",
        )


def _archive_folder(path: str | None) -> Path:
    """The folder (or single archive) named, absolute; NotFound or Refused if it cannot be one."""
    if path is None:
        raise Refused("which folder?", remedy="name the folder that holds the downloaded parts")
    folder = Path(path).expanduser().absolute()
    if not folder.exists():
        raise NotFound(f"{safe_text(str(folder))} is not there", remedy="check the path")
    return folder


@library.command("list")
@json_option
def list_libraries(*, as_json: bool) -> None:
    """List the libraries and what they hold."""
    with find_house().catalog() as catalog:
        rows = [
            {
                "name": each.name,
                "sources": [source.provider for source in catalog.sources(each.library_id)],
                **catalog.counts(each.library_id)._asdict(),
            }
            for each in catalog.libraries()
        ]
    if as_json:
        print_json(rows)
    elif rows:
        table(
            ["NAME", "SOURCES", "PHOTOS", "ALBUMS", "SIZE"],
            [
                (
                    row["name"],
                    ", ".join(row["sources"]),
                    f"{row['photos']:,}",
                    f"{row['albums']:,}",
                    human_size(row["size_total"]),
                )
                for row in rows
            ],
        )
    else:
        print("no library yet; see `photofs library add --help` and `photofs login flickr`")


@library.command
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def remove(name: str, *, yes: bool, as_json: bool) -> None:
    """Forget a library. Archives, accounts and kept originals stay as they are."""
    house = House()
    with house.catalog() as catalog:
        row = catalog.library(name)
        sources = [source.source_id for source in catalog.sources(row.library_id)]
        photos = catalog.counts(row.library_id).photos
        question = f"Forget {name} with {photos:,} photos? Nothing at its source is touched."
        if not yes:
            confirm(question)
        catalog.remove_library(row.library_id)
    for source_id in sources:
        house.forget_small_state(source_id)
    if as_json:
        print_json({"forgotten": name, "photos": photos})
    else:
        print(f"{name} is forgotten; what it was read from is as it was")


@library.command
@click.argument("name")
@json_option
def report(name: str, *, as_json: bool) -> None:
    """List what a scan could not pair, had to guess, or could not read, and why."""
    with find_house().catalog() as catalog:
        found = list(catalog.findings(catalog.library(name).library_id))
    if as_json:
        print_json([{"kind": kind, "path": path, "why": why} for kind, path, why in found])
        return
    if not found:
        print("nothing to report: every file found its place")
    for kind, path, why in found:
        print(f"{kind}: {safe_text(path)}: {safe_text(why)}")
