"""The user's settings: every key of config.toml, its default, and its unit."""

import re

import msgspec

from photofs.model.errors import Misconfigured

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)B?\s*", re.IGNORECASE)


def parse_size(text: str) -> int:
    """Bytes from text such as "20 GB" (powers of 1000) or "512 MiB" (powers of 1024).

    Raises Misconfigured for anything else.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise Misconfigured(
            f'"{text}" is not a size', remedy='write a number and a unit, such as "20 GB"'
        )
    number, unit, binary = match.groups()
    factor = _UNITS[unit.upper()]
    if binary:
        factor = 1024 ** list(_UNITS).index(unit.upper())
    return int(float(number) * factor)


class Cache(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[cache]: room for originals that services still have; sizes as `parse_size` reads them."""

    limit: str = "20 GB"
    min_free: str = "2 GB"


class Network(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[network]: how long to wait, in seconds.

    `read_timeout`: a connection may be silent so long. `open_deadline`, `read_deadline`: a program
    that opens or reads a file waits so long before it gets an error.
    """

    read_timeout: float = 30.0
    open_deadline: float = 60.0
    read_deadline: float = 120.0


class Tree(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[tree]: how the folders look.

    `dates` may use {year}, {month}, {day}. An empty `timezone` means the machine's own; it stands
    in where neither the camera nor a position tells the zone.
    """

    dates: str = "{year}/{year}-{month}"
    timezone: str = ""


class Agent(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[agent]: how often it looks, in seconds, and whether it asks for sizes that are not known."""

    scan_every: float = 1800.0
    census: bool = True


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """All of config.toml."""

    cache: Cache = Cache()
    network: Network = Network()
    tree: Tree = Tree()
    agent: Agent = Agent()


def check_settings(settings: Settings) -> None:
    """Refuse values that have the right type and still cannot be right; raises Misconfigured."""
    for key, text in (("limit", settings.cache.limit), ("min_free", settings.cache.min_free)):
        try:
            parse_size(text)
        except Misconfigured as error:
            raise Misconfigured(f"cache.{key}: {error.what}", remedy=error.remedy) from error
    for key in ("read_timeout", "open_deadline", "read_deadline"):
        if getattr(settings.network, key) <= 0:
            raise Misconfigured(f"network.{key} must be more than 0 seconds")
    _check_dates(settings.tree.dates)


def _check_dates(template: str) -> None:
    """Refuse a template that names no date, or steps out of the folder."""
    try:
        sample = template.format(year="2019", month="07", day="21")
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise Misconfigured(
            f'tree.dates: "{template}" is not a template',
            remedy="use only {year}, {month} and {day} between braces",
        ) from error
    steps = sample.split("/")
    if sample == template or any(step in {"", ".", ".."} for step in steps):
        raise Misconfigured(
            f'tree.dates: "{template}" does not make folders by date',
            remedy='write something like "{year}/{year}-{month}"',
        )
