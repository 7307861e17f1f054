"""`photofs status`: libraries, mounts, cache, and what is wrong."""

import dataclasses
import os
import time
from dataclasses import dataclass

import click

from photofs.assembly import House
from photofs.catalog.port import Counts, LibraryRow, SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.house import find_house
from photofs.cli.mounts import Mount, list_mounts, serves
from photofs.cli.output import human_size, json_option, print_json, safe_text
from photofs.originals.port import Usage

TROUBLES = 10
"""Photos in trouble that are named a library; `photofs info` tells of the others."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """When a source was scanned, and what is wrong with it."""

    provider: str
    account: str | None
    scanned_seconds_ago: int | None
    trouble: str


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """What a library holds; `troubles` names photos whose bytes could not be had, and why."""

    name: str
    counts: Counts
    sources: list[SourceStatus]
    troubles: list[str]


@dataclass(frozen=True, slots=True)
class MountStatus:
    """A mount, and whether its process still serves it."""

    point: str
    pid: int
    serves: bool
    home: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that `photofs status` tells."""

    libraries: list[LibraryStatus]
    mounts: list[MountStatus]
    cache: Usage
    logins_in: str
    catalog: str


@click.command
@json_option
def status(*, as_json: bool) -> None:
    """Show libraries, mounts, cache, and what is wrong."""
    # others' mounts on this machine are not ours to report on
    mounts = [mount for mount in list_mounts(os.environ) if mount.pid]
    found = find_status(find_house(), mounts)
    if as_json:
        print_json(_as_document(found))
    else:
        _print(found)


def find_status(house: House, mounts: list[Mount]) -> Status:
    """The status of a house; nothing is asked of a service or of a mount."""
    with house.catalog() as catalog:
        libraries = [_library_status(catalog, library) for library in catalog.libraries()]
    return Status(
        libraries,
        [_mount_status(mount) for mount in mounts],
        house.store().usage(),
        house.secrets().where,
        str(house.paths.catalog),
    )


def _library_status(catalog: Catalog, library: LibraryRow) -> LibraryStatus:
    """A library's status."""
    return LibraryStatus(
        library.name,
        catalog.counts(library.library_id),
        [_source_status(source) for source in catalog.sources(library.library_id)],
        [f"{name}: {why}" for name, why in catalog.troubled(library.library_id, TROUBLES)],
    )


def _source_status(source: SourceRow) -> SourceStatus:
    """A source's status."""
    age = None if source.scan_ns is None else max(time.time_ns() - source.scan_ns, 0) // 10**9
    return SourceStatus(source.provider, source.account, age, source.trouble)


def _mount_status(mount: Mount) -> MountStatus:
    """A mount's status."""
    return MountStatus(mount.point, mount.pid, serves(mount), mount.home)


def _as_document(found: Status) -> dict[str, object]:
    """The status as JSON has it: named tuples as objects, too."""
    document = dataclasses.asdict(found)
    document["cache"] = found.cache._asdict()
    for library, shown in zip(found.libraries, document["libraries"], strict=True):
        shown["counts"] = library.counts._asdict()
    return document


def _print(found: Status) -> None:
    """All of it for people."""
    if not found.libraries:
        print("no library yet; see `photofs library add --help` and `photofs login --help`")
    for library in found.libraries:
        _print_library(library)
    for mount in found.mounts:
        state = "" if mount.serves else "  ITS PROCESS HAS DIED; mount it again to mend that"
        print(f"mounted at {safe_text(mount.point)}{state}")
    if not found.mounts:
        print("nothing is mounted")
    print(f"cache: {human_size(found.cache.cache)} of {human_size(found.cache.cache_limit)}")
    print(f"logins: in {safe_text(found.logins_in)}")


def _print_library(library: LibraryStatus) -> None:
    """A library, its sources, and what is wrong with them."""
    counts = library.counts
    missing = f", {counts.missing:,} missing" if counts.missing else ""
    print(f"{library.name}: {counts.photos:,} photos in {counts.albums:,} albums{missing}")
    for source in library.sources:
        age = source.scanned_seconds_ago
        when = "never scanned" if age is None else f"scanned {age:,} s ago"
        named = f"{source.provider} {safe_text(source.account or '')}".rstrip()
        print(f"  {named}: {when}")
        if source.trouble:
            print(f"    ! {safe_text(source.trouble)}")
    for trouble in library.troubles:
        print(f"  ! {safe_text(trouble)}")
