"""The user's settings: every key of config.toml, its default, and its unit."""

from math import inf

import msgspec

from photofs.model.bandwidth import parse_timetable
from photofs.model.dates_template import USUAL_DATES, template_steps
from photofs.model.errors import Misconfigured
from photofs.model.size import parse_size
from photofs.model.thumbnail import ThumbnailSize


class Cache(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[cache]: room for originals that services still have; sizes as `parse_size` reads them."""

    limit: str = "20 GB"
    min_free: str = "2 GB"


class Network(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[network]: how long to wait, in seconds.

    `read_timeout`: a connection may be silent so long. `open_deadline`, `read_deadline`: a program
    that opens or reads a file waits so long before it gets an error.
    `bwlimit`: bytes a second that all processes together may fetch and send in the background, as
    `parse_timetable` reads it; `bwlimit_people`: what a person waits for counts, too.
    """

    read_timeout: float = 30.0
    open_deadline: float = 60.0
    read_deadline: float = 120.0
    bwlimit: str = ""
    bwlimit_people: bool = False


class Mount(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[mount]: `point`: the folder that `photofs mount` takes where none is named.

    A whole path, or one that begins with "~/"; empty: ~/photos (cli/usual_point.py).
    """

    point: str = ""


class Tree(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[tree]: how the folders look.

    `dates` may use {year}, {month}, {day}. An empty `timezone` means the machine's own; it stands
    in where neither the camera nor a position tells the zone.
    """

    dates: str = USUAL_DATES
    timezone: str = ""


class Agent(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[agent]: how often it looks, in seconds, and whether it asks for sizes that are not known."""

    scan_every: float = 1800.0
    census: bool = True


class Writing(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[writing]: what becomes of files that programs write, and of what they change.

    `quiet`: seconds after the last close before a file is looked at. `grace`: seconds for which
    what takes away or alters waits before it is sent. `visibility` of uploads: "private",
    "friends", "family" or "public". `other_files`: "keep" files that are no photos here, or
    "refuse" them. `held_after`: so many such wishes within ten minutes are held.
    `favorite_tag`: mark one's own favorites by a machine tag where the service takes no other.
    """

    quiet: float = 5.0
    grace: float = 30.0
    visibility: str = "private"
    other_files: str = "keep"
    held_after: int = 50
    favorite_tag: bool = True


class Google(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[google]: who does what no program can do through Google's API (docs/GOOGLE.md).

    `hand`: "list", the user by a page of links; "browser", a program in the user's own browser;
    "none": such changes are refused, and Trash is a mark here alone. `browser`: Chromium's program,
    empty: the first on the PATH; `profile`: its --user-data-dir, empty: one of photofs's own;
    `pause`: seconds between two photos at the least; `per_run`, `per_day`: how many at the most.
    """

    hand: str = "list"
    browser: str = ""
    profile: str = ""
    pause: float = 5.0
    per_run: int = 50
    per_day: int = 100


HANDS = ("list", "browser", "none")


class Mirror(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[mirror]: how often the agent brings mirrors up to date, in seconds.

    `verify_every`: how old the proof of a file may get before it is re-read, in seconds.
    `verify_rate`: so much is re-read in a second, a size as `parse_size` reads it.
    """

    every: float = 3600.0
    verify_every: float = 2_592_000.0
    verify_rate: str = "20 MB"


class Notify(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[notify]: who hears of what needs a person.

    `command`: a program with its arguments, run without a shell, which gets each notice as JSON on
    standard input. `desktop`: through notify-send, where there is one. `stale_days`: how old a scan
    or a mirror may be.
    """

    command: tuple[str, ...] = ()
    desktop: bool = True
    stale_days: float = 7.0


class Guard(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[guard]: who may fetch how many originals by opening them.

    Thumbnailers and indexers may open `known` photos that are not on this disk at once (none: their
    thumbnails are made without originals, agent/thumbnailing.py); other programs may open `others`
    of which they read but the beginning. A spent share is whole again after `refill` seconds.
    `drawers`: more programs of the first kind than those of known_programs.py; `free`: more that
    are never refused. A name in both is free.
    """

    on: bool = True
    known: int = 0
    others: int = 30
    refill: float = 600.0
    drawers: tuple[str, ...] = ()
    free: tuple[str, ...] = ()


class Thumbnails(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[thumbnails]: what is put into the desktop's folder of thumbnails.

    `fill`: what the agent fills by itself, the folders that are "opened" in a mount, these first
    and then "all", or nothing ("off"). `limit`: room for all of them, as `parse_size` reads it.
    `sizes`: which of the desktop's four.
    """

    fill: str = "opened"
    limit: str = "1 GB"
    sizes: tuple[str, ...] = ("normal", "large")


FILLS = ("opened", "all", "off")


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """All of config.toml."""

    cache: Cache = Cache()
    network: Network = Network()
    mount: Mount = Mount()
    tree: Tree = Tree()
    agent: Agent = Agent()
    writing: Writing = Writing()
    notify: Notify = Notify()
    google: Google = Google()
    mirror: Mirror = Mirror()
    guard: Guard = Guard()
    thumbnails: Thumbnails = Thumbnails()


def check_settings(settings: Settings) -> None:
    """Refuse values that have the right type and still cannot be right; raises Misconfigured."""
    for key, text in (("limit", settings.cache.limit), ("min_free", settings.cache.min_free)):
        try:
            parse_size(text)
        except Misconfigured as error:
            raise Misconfigured(f"cache.{key}: {error.what}", remedy=error.remedy) from error
    try:
        parse_timetable(settings.network.bwlimit)
    except Misconfigured as error:
        raise Misconfigured(f"network.bwlimit: {error.what}", remedy=error.remedy) from error
    _check_times(settings)
    if settings.mount.point and not settings.mount.point.startswith(("/", "~/")):
        raise Misconfigured(
            f'mount.point must be a whole path, and "{settings.mount.point}" is none',
            remedy='such as "~/photos" or "/srv/photos"',
        )
    if not 0 < settings.agent.scan_every < inf:
        raise Misconfigured(
            "agent.scan_every must be more than 0 seconds",
            remedy="`photofs mount --no-agent` mounts without scans",
        )
    if settings.google.hand not in HANDS:
        raise Misconfigured(
            f'google.hand: there is no hand "{settings.google.hand}"',
            remedy=f"choose one of {', '.join(HANDS)}",
        )
    google = settings.google
    if not 0 <= google.pause < inf or google.per_run < 1 or google.per_day < 1:
        raise Misconfigured(
            "google.pause must be 0 seconds or more, google.per_run and per_day 1 or more"
        )
    _check_rate(settings.mirror)
    if settings.guard.known < 0 or settings.guard.others < 1:
        raise Misconfigured(
            "guard.known must be 0 or more, and guard.others 1 or more",
            remedy="`photofs guard off` turns the guard off",
        )
    _check_thumbnails(settings.thumbnails)
    template_steps(settings.tree.dates)


def _check_times(settings: Settings) -> None:
    """Refuse times in which nothing could be done."""
    for section, key, unit in (
        ("network", "read_timeout", "seconds"),
        ("network", "open_deadline", "seconds"),
        ("network", "read_deadline", "seconds"),
        ("mirror", "every", "seconds"),
        ("mirror", "verify_every", "seconds"),
        ("notify", "stale_days", "days"),
        ("guard", "refill", "seconds"),
    ):
        if not 0 < getattr(getattr(settings, section), key) < inf:
            raise Misconfigured(f"{section}.{key} must be more than 0 {unit}")


def _check_rate(mirror: Mirror) -> None:
    """Refuse a speed at which nothing would be read."""
    try:
        rate = parse_size(mirror.verify_rate)
    except Misconfigured as error:
        raise Misconfigured(f"mirror.verify_rate: {error.what}", remedy=error.remedy) from error
    if rate <= 0:
        raise Misconfigured("mirror.verify_rate must be more than nothing a second")


def _check_thumbnails(thumbnails: Thumbnails) -> None:
    """Refuse a room that is no size, sizes that no desktop knows, and what cannot be filled."""
    if thumbnails.fill not in FILLS:
        raise Misconfigured(
            f'thumbnails.fill cannot be "{thumbnails.fill}"',
            remedy=f"choose one of {', '.join(FILLS)}",
        )
    try:
        parse_size(thumbnails.limit)
    except Misconfigured as error:
        raise Misconfigured(f"thumbnails.limit: {error.what}", remedy=error.remedy) from error
    known = [size.folder for size in ThumbnailSize]
    unknown = [size for size in thumbnails.sizes if size not in known]
    if unknown or not thumbnails.sizes:
        what = f'there is no size "{unknown[0]}"' if unknown else "no size is named"
        raise Misconfigured(
            f"thumbnails.sizes: {what}", remedy=f"choose some of {', '.join(known)}"
        )
