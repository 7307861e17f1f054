"""`photofs status`: libraries, mounts, cache, and what is wrong."""

import dataclasses
import os
import time
from dataclasses import dataclass

import click

from photofs.assembly import House
from photofs.catalog.port import Counts, LibraryRow, SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.attached import away_from
from photofs.cli.errand_words import held_back, without_page
from photofs.cli.guard_words import is_held, told_words
from photofs.cli.house import find_house, way_to
from photofs.cli.mounts import home_of, list_mounts, serves
from photofs.cli.open_work import OpenWork, open_work, work_lines
from photofs.cli.output import (
    counted,
    held_words,
    human_age,
    human_size,
    json_option,
    print_json,
    safe_text,
)
from photofs.cli.refusals import refused_lines
from photofs.cli.sent_copies import NONE_LOOSE, Loose, loose_copies, loose_words
from photofs.cli.spoilt_files import guard_standing, spoilt_files
from photofs.kernel.mount_notes import Mount
from photofs.model.guard import Told
from photofs.model.notice import (
    DAMAGE_REMEDY,
    RULE_REMEDY,
    damage_words,
    rule_words,
    stale_words,
)
from photofs.model.size import parse_size
from photofs.originals.port import Usage
from photofs.scratch.usage import Held, held_in
from photofs.volume.guard_notes import read_told
from photofs.volume.guard_rules import Standing
from photofs.wishing.recognising import doubt_words

TROUBLES = 10
"""Photos in trouble that are named a library; `photofs info` tells of the others."""

NOT_SO_NS = 30 * 86_400 * 10**9
"""For how long `status` tells of an errand that was not done after all."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """When a source was scanned, when listed completely, and what is wrong with it.

    Only complete listings find out what was deleted. `login_ends_in`: seconds until the login ends
    by itself, negative if it should have; None where it lasts, or nobody knows.
    """

    provider: str
    account: str | None
    scanned_seconds_ago: int | None
    listed_seconds_ago: int | None
    trouble: str
    login_ends_in: int | None = None


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """What a library holds; `troubles` names photos whose bytes could not be had, and why.

    `scratch`: files in its Scratch, which are on this disk alone. `work`: what is still to be sent.
    `not_so`: what was told to be done by hand, and a source tells otherwise since, and what rules
    wished and do not mean any more. `without_page`: what waits for a hand that no hand can, or may,
    do now. `archived`: what was sent, is not given back, and is safe by an archive alone.
    `refused`: what services would not do of late. `no_photos`: files that are none, by path.
    """

    name: str
    counts: Counts
    scratch: Held
    work: OpenWork
    sources: list[SourceStatus]
    troubles: list[str]
    not_so: list[str] = dataclasses.field(default_factory=list)
    without_page: list[str] = dataclasses.field(default_factory=list)
    archived: Loose = NONE_LOOSE
    refused: list[str] = dataclasses.field(default_factory=list)
    no_photos: list[str] = dataclasses.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MountStatus:
    """A mount, and whether its process still serves it; `others`: it shows another home."""

    point: str
    pid: int
    serves: bool
    home: str | None
    others: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that `photofs status` tells; `troubles` are those of this machine's disks."""

    libraries: list[LibraryStatus]
    mounts: list[MountStatus]
    cache: Usage
    logins_in: str
    catalog: str
    troubles: list[str]
    guarded: list[Told] = dataclasses.field(default_factory=list)


@click.command
@json_option
def status(*, as_json: bool) -> None:
    """Show libraries, mounts, cache, and what is wrong."""
    # others' mounts on this machine are not ours to report on
    mounts = [mount for mount in list_mounts(os.environ) if mount.pid]
    house = find_house()
    found = find_status(house, mounts)
    if as_json:
        print_json(_as_document(found))
    else:
        _print(found, guard_standing(house))


def find_status(house: House, mounts: list[Mount]) -> Status:
    """The status of a house; nothing is asked of a service or of a mount."""
    with house.catalog() as catalog:
        libraries = [_library_status(house, catalog, library) for library in catalog.libraries()]
        keeping = [*_keeping_troubles(catalog), *spoilt_files(house)]
    usage = house.store().usage()
    return Status(
        libraries,
        [_mount_status(mount, home_of(house.environ)) for mount in mounts],
        usage,
        house.secrets().where,
        str(house.paths.catalog),
        [*keeping, *_disk_troubles(house, usage)],
        read_told(house.paths.guard_told),
    )


def _keeping_troubles(catalog: Catalog) -> list[str]:
    """What is wrong with mirrors and rules, and with the catalog that they go by."""
    doubt = catalog.doubt()
    wrong = [row.root for row in catalog.mirrors() if catalog.is_wrong(row.mirror_id)]
    return [
        *([doubt_words(doubt)] if doubt else []),
        *(f"{damage_words(root)}; {DAMAGE_REMEDY}" for root in wrong),
        *(
            f"{rule_words(rule.name, rule.told)}; {RULE_REMEDY}"
            for rule in catalog.rules_held_back()
        ),
    ]


def _disk_troubles(house: House, usage: Usage) -> list[str]:
    """What does not work for want of room: looked at now, for a full disk takes no notes."""
    troubles = []
    min_free = parse_size(house.settings.cache.min_free)
    if not usage.disk_free or usage.disk_free + usage.cache + usage.drafts <= min_free:
        troubles.append(
            f"no room for photos in {house.paths.cache}: {human_size(usage.disk_free)} are free,"
            f" {human_size(min_free)} are to stay free; what is here can be read;"
            " make room, or set a lower [cache] min_free"
        )
    if os.statvfs(house.paths.state).f_bavail == 0:
        troubles.append(
            f"no room for notes in {house.paths.state}: the disk is full;"
            " what was recorded before is intact; make room"
        )
    return troubles


def _library_status(house: House, catalog: Catalog, library: LibraryRow) -> LibraryStatus:
    """A library's status."""
    days = house.settings.notify.stale_days
    counts, others = catalog.counts(library.library_id), catalog.no_photos(library.library_id)
    return LibraryStatus(
        library.name,
        counts._replace(photos=counts.photos - len(others)),
        held_in(house.scratch_of(library.library_id)),
        open_work(catalog, library.library_id),
        [_source_status(source, days) for source in catalog.sources(library.library_id)],
        [f"{name}: {why}" for name, why in catalog.troubled(library.library_id, TROUBLES)],
        _not_so(catalog, library.library_id),
        _without_page(house, catalog, library.library_id),
        loose_copies(house, catalog, library.library_id),
        refused_lines(catalog, library.library_id),
        [catalog.path_of_photo(each) or "" for each in others],
    )


def _not_so(catalog: Catalog, library_id: int) -> list[str]:
    """What became otherwise of the last month's errands: not done, by a source's word, or off."""
    since_ns = time.time_ns() - NOT_SO_NS
    rows = [*catalog.overruled(library_id, since_ns), *catalog.taken_back(library_id, since_ns)]
    named = [catalog.name_of_subject(row.wish.photo, None) for row in rows]
    return [f"{name}: {row.reason}" for name, row in zip(named, rows, strict=True)]


def _without_page(house: House, catalog: Catalog, library_id: int) -> list[str]:
    """The errands of photos whose page no source tells any more, and what to do."""
    handing = house.handing(catalog, library_id)
    lost = without_page(catalog, handing.without_page())
    return [*lost, *held_back(catalog, handing.all_kept_back())]


def _source_status(source: SourceRow, stale_days: float) -> SourceStatus:
    """A source's status; that it was not scanned for long is trouble, too."""
    scanned = source.scan_ns
    old = scanned and stale_words(scanned, scanned, time.time_ns(), stale_days)
    return SourceStatus(
        source.provider,
        source.account,
        _seconds_since(source.scan_ns),
        _seconds_since(source.full_scan_ns),
        away_from(source)
        or source.trouble
        or (f"scanned {old}: does an agent run?" if old else ""),
        _login_ends_in(source),
    )


def _login_ends_in(source: SourceRow) -> int | None:
    """Whole seconds until a source's login ends, if that is known."""
    ends = source.config.get("login_ends")
    return int(ends - time.time()) if isinstance(ends, int | float) else None


def _seconds_since(instant_ns: int | None) -> int | None:
    """Whole seconds since then; None for never."""
    return None if instant_ns is None else max(time.time_ns() - instant_ns, 0) // 10**9


def _mount_status(mount: Mount, home: str | None) -> MountStatus:
    """A mount's status; `home` is the one that is asked about."""
    return MountStatus(mount.point, mount.pid, serves(mount), mount.home, mount.home != home)


def _as_document(found: Status) -> dict[str, object]:
    """The status as JSON has it: named tuples as objects, too."""
    document = dataclasses.asdict(found)
    document["cache"] = found.cache._asdict()
    document["guarded"] = [told._asdict() for told in found.guarded]
    for library, shown in zip(found.libraries, document["libraries"], strict=True):
        shown["counts"] = library.counts._asdict()
        shown["scratch"] = library.scratch._asdict()
        shown["work"] = library.work._asdict()
        shown["archived"] = library.archived._asdict()
    return document


def _print(found: Status, standing: Standing) -> None:
    """All of it for people."""
    if not found.libraries:
        print("no library yet; see `photofs library add --help` and `photofs login --help`")
    for library in found.libraries:
        _print_library(library)
    for mount in found.mounts:
        state = "" if mount.serves else "  ITS PROCESS HAS DIED; mount it again to mend that"
        whose = f"; it shows {mount.home or 'your usual folders'}, not this" if mount.others else ""
        print(f"mounted at {safe_text(mount.point + whose)}{state}")
        if mount.others:
            print(f"  to ask about that: {way_to(mount.home)} status (log, queue, ...)")
    if all(mount.others for mount in found.mounts):
        print("nothing of this is mounted" if found.mounts else "nothing is mounted")
    print(f"cache: {human_size(found.cache.cache)} of {human_size(found.cache.cache_limit)}")
    for told in found.guarded:
        if not is_held(told, standing):
            continue
        print(f"guard: {told_words(told, standing)}; see `photofs guard status`")
    for trouble in found.troubles:
        print(f"! {safe_text(trouble)}")
    print(f"logins: in {safe_text(found.logins_in)}")


def _print_library(library: LibraryStatus) -> None:
    """A library, its sources, and what is wrong with them."""
    counts = library.counts
    missing = f", {counts.missing:,} missing" if counts.missing else ""
    held = f"{counted(counts.photos, 'photo')} in {counted(counts.albums, 'album')}"
    print(f"{library.name}: {held}{missing}")
    if library.scratch.files:
        print(f"  Scratch: {held_words(library.scratch)}, on this disk only")
    for line in work_lines(library.work, library.no_photos):
        print(f"  {line}")
    if library.archived.files:
        print(
            f"  {loose_words(library.archived)} that were sent left Kept, for an archive has them:"
            " keep its files"
        )
    for source in library.sources:
        named = f"{source.provider} {safe_text(source.account or '')}".rstrip()
        print(f"  {named}: {when_scanned(source)}")
        if source.trouble:
            print(f"    ! {safe_text(source.trouble)}")
        if source.login_ends_in is not None:
            print(f"    ! {login_words(source)}")
    for trouble in library.troubles:
        print(f"  ! {safe_text(trouble)}")
    _print_refused(library.refused)
    for line in _hand_lines(library):
        print(f"  ! {safe_text(line)}")


def _print_refused(lines: list[str]) -> None:
    """What a service refused, and how that is told no more."""
    for line in lines:
        print(f"  ! {safe_text(line)}")
    if lines:
        print("    `photofs log --seen` has that told no more")


def _hand_lines(library: LibraryStatus) -> list[str]:
    """What became of errands otherwise than was thought."""
    lines = [*library.without_page[:TROUBLES]]
    if len(library.without_page) > TROUBLES:
        lines.append(f"and {len(library.without_page) - TROUBLES:,} more such; see `photofs queue`")
    lines += library.not_so[:TROUBLES]
    if len(library.not_so) > TROUBLES:
        lines.append(
            f"and {len(library.not_so) - TROUBLES:,} more such; `photofs log` tells of all"
        )
    return lines


def login_words(source: SourceStatus) -> str:
    """When a login that does not last ends, and what to do."""
    left = source.login_ends_in or 0
    again = f"`photofs login {source.provider}`"
    if left <= 0:
        return f"the login has ended by itself: {again}; what is cached stays readable"
    days = left // 86_400
    when = f"in {counted(days, 'day')}" if days else "today"
    publish = "publish the app (in the Google Cloud console, under Audience)"
    return f"the login ends {when}: {again} before that, or {publish}"


def when_scanned(source: SourceStatus) -> str:
    """When a source was scanned, and when completely if that was another time."""
    scanned, listed = source.scanned_seconds_ago, source.listed_seconds_ago
    if scanned is None:
        return "never scanned"
    also = "" if listed in {None, scanned} else f", completely {human_age(listed or 0)}"
    return f"scanned {human_age(scanned)}{also}"
