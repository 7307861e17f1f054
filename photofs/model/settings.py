"""The user's settings: every key of config.toml, its default, and its unit."""

import msgspec


class Cache(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[cache]: room for originals that the services still have."""

    limit: str = "20 GB"
    min_free: str = "2 GB"


class Network(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[network]: how long to wait, in seconds, and how fast to ask."""

    read_timeout: float = 30.0
    open_deadline: float = 60.0
    read_deadline: float = 120.0


class Tree(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """[tree]: how the folders look. `dates` may use {year}, {month}, {day}."""

    dates: str = "{year}/{year}-{month}"
    timezone: str = ""


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """All of config.toml. An empty `tree.timezone` means the machine's own."""

    cache: Cache = Cache()
    network: Network = Network()
    tree: Tree = Tree()
