"""The only place that names concrete classes: puts the rooms together for the doors above.

A `House` is one user's photofs: its folders, settings, catalog, store and providers. Imports of
heavy rooms stand inside the methods, so that a process carries only what it uses (the mount process
must stay small and quick to start).
"""

import os
import shlex
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from photofs.config_file import read_settings
from photofs.model.errors import Bug, Misconfigured, Outdated
from photofs.model.importing import uncollected
from photofs.model.size import parse_size

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from photofs.catalog.port import SourceRow
    from photofs.catalog.sqlite import Catalog
    from photofs.filing.filing import Filing
    from photofs.originals.local_disk import LocalDisk
    from photofs.providers.port import Pacer, Provider, ProviderFactory, SecretStore, SmallState
    from photofs.volume.guard import Guard
    from photofs.wishing.erasing import Erasing
    from photofs.wishing.handing import Handing
    from photofs.wishing.wishing import Wishing

HOME_VARIABLE = "PHOTOFS_HOME"


@dataclass(frozen=True, slots=True)
class Paths:
    """Where everything of one user lies (XDG base directories, or all under PHOTOFS_HOME)."""

    config: Path
    data: Path
    state: Path
    cache: Path

    @property
    def config_file(self) -> Path:
        """The settings."""
        return self.config / "config.toml"

    @property
    def catalog(self) -> Path:
        """The catalog's one file (beside it SQLite's -wal and -shm)."""
        return self.state / "catalog.db"

    @property
    def under_way(self) -> Path:
        """How many bytes of each upload have gone out."""
        return self.state / "under-way"

    @property
    def errands(self) -> Path:
        """The pages of links of the hand that is the user, one a library."""
        return self.data / "errands"

    @property
    def guard_words(self) -> Path:
        """What was said by `photofs guard`."""
        return self.config / "guard.json"

    @property
    def guard_told(self) -> Path:
        """What the guard of each mount refused."""
        return self.state / "guard"

    @property
    def thumbnails_told(self) -> Path:
        """What the agent's filling of thumbnails is at."""
        return self.state / "thumbnails.json"

    @property
    def browser(self) -> Path:
        """The browser's profiles in which the user is signed in, one an account."""
        return self.data / "browser"

    @property
    def kept(self) -> Path:
        """The Kept room."""
        return self.data / "kept"

    @property
    def scratch(self) -> Path:
        """What lies in each library's Scratch, in a folder named by the library's id."""
        return self.data / "scratch"

    @property
    def originals(self) -> Path:
        """The Cache room and the drafts."""
        return self.cache / "originals"


def find_paths(environ: Mapping[str, str]) -> Paths:
    """The folders by the environment; nothing is made yet."""
    if home := environ.get(HOME_VARIABLE):
        root = Path(home).expanduser().absolute()
        return Paths(root / "config", root / "data", root / "state", root / "cache")
    import platformdirs

    dirs = platformdirs.PlatformDirs("photofs", appauthor=False)
    return Paths(
        Path(dirs.user_config_dir),
        Path(dirs.user_data_dir),
        Path(dirs.user_state_dir),
        Path(dirs.user_cache_dir),
    )


def mount_notes(environ: Mapping[str, str]) -> Path:
    """Where mounts note who serves them: one folder for a user, whatever PHOTOFS_HOME says."""
    plain = {key: value for key, value in environ.items() if key != HOME_VARIABLE}
    return find_paths(plain).state / "mounts"


_PROVIDERS: Final = {
    "takeout": "photofs.providers.takeout.provider",
    "flickr_export": "photofs.providers.flickr_export.provider",
    "flickr": "photofs.providers.flickr.provider",
    "google": "photofs.providers.google.provider",
    "picker": "photofs.providers.google.picked",
    "folder": "photofs.providers.folder.provider",
}
"""The module of each provider, loaded when it is opened."""

_ON_THIS_MACHINE: Final = frozenset({"takeout", "flickr_export", "folder"})
"""Providers whose bytes lie on a disk here: reading them costs no service's patience."""


def provider_factory(name: str) -> "ProviderFactory":
    """How the provider of that name is opened; Bug if the catalog names one that is not there."""
    if name not in _PROVIDERS:
        raise Bug(f'the catalog names a provider "{name}" that this version does not have')
    with uncollected():
        factory: ProviderFactory = import_module(_PROVIDERS[name]).open_provider
    return factory


class House:
    """One user's photofs, put together."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        """Find the folders and read the settings; raises Misconfigured."""
        self.environ = os.environ if environ is None else environ
        self.paths = find_paths(self.environ)
        self.settings = read_settings(self.paths.config_file)

    def make_folders(self) -> None:
        """Make our folders, closed to others (0700)."""
        for folder in (self.paths.data, self.paths.state, self.paths.cache):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise Misconfigured(
                    f"{folder} cannot be made: {error.strerror}",
                    remedy=f"choose another place with --home or {HOME_VARIABLE}",
                ) from error

    def open_catalog(self, *, read_only: bool = False, durable: bool = True) -> "Catalog":
        """The catalog, made if need be; the caller closes it. `read_only` makes nothing."""
        from photofs.catalog.sqlite import open_catalog

        if not read_only:
            self.make_folders()
        try:
            return open_catalog(self.paths.catalog, read_only=read_only, durable=durable)
        except Outdated as error:
            home = self.environ.get(HOME_VARIABLE)
            if not home:
                raise
            named = error.remedy.replace("photofs", f"photofs --home {shlex.quote(home)}", 1)
            raise Outdated(error.what, safe=error.safe, remedy=named) from error

    @contextmanager
    def catalog(self, *, read_only: bool = False, durable: bool = True) -> "Iterator[Catalog]":
        """The catalog for the length of a block."""
        catalog = self.open_catalog(read_only=read_only, durable=durable)
        try:
            yield catalog
        finally:
            catalog.close()

    def store(self) -> "LocalDisk":
        """The store of originals."""
        from photofs.originals.local_disk import LocalDisk

        self.make_folders()
        return LocalDisk(
            self.paths.kept,
            self.paths.originals,
            limit=parse_size(self.settings.cache.limit),
            min_free=parse_size(self.settings.cache.min_free),
        )

    def scratch_of(self, library_id: int) -> Path:
        """The folder that a library shows as Scratch; it may not be there yet."""
        return self.paths.scratch / str(library_id)

    def secrets(self) -> "SecretStore":
        """Where logins lie; in a file where PHOTOFS_HOME holds everything below one folder."""
        from photofs.credentials import open_secrets

        self.make_folders()
        session_bus = {"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"}
        alone = session_bus if self.environ.get(HOME_VARIABLE) else set()
        environ = {key: value for key, value in self.environ.items() if key not in alone}
        return open_secrets(self.paths.state, environ=environ)

    @contextmanager
    def pacer(self) -> "Iterator[Pacer]":
        """The shared pacing, for the length of a block."""
        from photofs.catalog.pacing import CatalogPacer, PacePolicy
        from photofs.providers.flickr.endpoint import PACES
        from photofs.providers.google.browser.pace import HAND
        from photofs.providers.google.endpoint import BUDGETS

        # an endpoint of the user's own ("flickr-api HOST") begins without an interval and adapts
        own = {f"{key} ": PacePolicy() for key in PACES}
        paced = {key: PacePolicy(seconds) for key, seconds in PACES.items()}
        budgets = {
            key: PacePolicy(
                each.interval, daily=each.daily, for_people=each.for_people, day_in=each.day_in
            )
            for key, each in BUDGETS.items()
        }
        hand = PacePolicy(self.settings.google.pause, daily=self.settings.google.per_day)
        hands = {f"{HAND} ": hand}
        pacer = CatalogPacer(self.paths.catalog, intervals=own | paced | budgets | hands)
        try:
            yield pacer
        finally:
            pacer.close()

    def small_state(self, source_id: int) -> "AbstractContextManager[SmallState]":
        """A source's own notes, in a file of their own, for the length of a block."""
        from photofs.catalog.small_state import open_small_state

        folder = self.paths.state / "sources"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return closing(open_small_state(folder / f"{source_id}.sqlite"))

    def forget_small_state(self, source_id: int) -> None:
        """Remove a source's notes."""
        for each in (self.paths.state / "sources").glob(f"{source_id}.sqlite*"):
            each.unlink(missing_ok=True)

    def rendition_notes(self) -> "AbstractContextManager[SmallState]":
        """Which photos have no small picture for the time being, for the length of a block."""
        from photofs.catalog.small_state import open_small_state

        self.make_folders()
        return closing(open_small_state(self.paths.state / "renditions.sqlite"))

    def guard(self, catalog: "Catalog") -> "Guard":
        """What keeps drawers and indexers from fetching everything; raises Misconfigured."""
        from photofs.kernel.mount_table import is_attached
        from photofs.volume.guard import Guard, Surroundings
        from photofs.volume.guard_notes import note_told, read_words
        from photofs.volume.guard_rules import GuardRules, standing_of

        settings, words = self.paths.config_file, self.paths.guard_words
        rules = GuardRules(
            lambda: standing_of(read_settings(settings).guard, read_words(words)), (settings, words)
        )
        own = (Path("/"), self.paths.state.resolve(), self.paths.cache.resolve())
        around = Surroundings(
            catalog,
            _ON_THIS_MACHINE.__contains__,
            lambda root: is_attached(root, own),
            partial(note_told, self.paths.guard_told),
        )
        return Guard(rules, around)

    def own_points(self) -> "list[str]":
        """Where this house is mounted, as far as the mounts' notes tell."""
        from photofs.kernel.mount_notes import MountNotes

        found = []
        for mount in MountNotes(mount_notes(self.environ)).mounts():
            environ = {key: value for key, value in self.environ.items() if key != HOME_VARIABLE}
            environ |= {} if mount.home is None else {HOME_VARIABLE: mount.home}
            if mount.pid and find_paths(environ).catalog == self.paths.catalog:
                found.append(mount.point)
        return found

    def zone(self) -> str:
        """The configured zone, else the machine's."""
        from photofs.metadata.timezone import machine_zone

        return self.settings.tree.timezone or machine_zone()

    def check_export(self, kind: str, path: Path) -> None:
        """Refused if no export of that kind, or for "folder" no picture, lies there."""
        from photofs.providers.archives.kind import Kind, check_kind

        if kind == "folder":
            from photofs.metadata.head import read_head
            from photofs.providers.folder.check import check_folder

            check_folder(path, self._own_folders(), read_head)
        else:
            check_kind(path, Kind(kind), self._own_folders())

    def check_moved(self, path: Path, refs: "Iterable[str]") -> None:
        """Refused unless the files that a source is known to have lie there, but for a few.

        At least half of them must: parts may have been deleted on purpose, which a scan tells of.
        """
        from photofs.providers.archives.moved import check_moved

        check_moved(path, refs)

    def _own_folders(self) -> tuple[Path, ...]:
        paths = self.paths
        return (paths.config, paths.data, paths.state, paths.cache)

    def filing(self, catalog: "Catalog") -> "Filing":
        """Filing into that catalog by the user's settings."""
        from photofs.filing.filing import Filing
        from photofs.metadata.timezone import offset_of_zone, zone_of_position

        return Filing(
            catalog,
            dates_template=self.settings.tree.dates,
            default_zone=self.zone(),
            zone_of_position=zone_of_position,
            offset_of_zone=offset_of_zone,
        )

    def wishing(self, catalog: "Catalog") -> "Wishing":
        """What programs and commands wish, into that catalog, by the user's settings."""
        from photofs.wishing.planning import Policy
        from photofs.wishing.wishing import Wishing

        writing = self.settings.writing
        policy = Policy(
            grace_ns=int(writing.grace * 10**9),
            held_after=writing.held_after,
            hands=self.settings.google.hand != "none",
        )
        return Wishing(catalog, self.filing(catalog), policy, time.time_ns)

    def handing(self, catalog: "Catalog", library_id: int) -> "Handing":
        """The errands of a library in that catalog."""
        from photofs.wishing.handing import Handing
        from photofs.wishing.rule_file import rules_in

        rules = partial(rules_in, self.paths.config)
        return Handing(catalog, self.wishing(catalog), library_id, rules)

    @contextmanager
    def erasing(self, catalog: "Catalog") -> "Iterator[Erasing]":
        """What removes bytes that were let go, for one process at a time; Busy."""
        from photofs.kernel.lock import hold
        from photofs.wishing.erasing import Erasing

        with hold(self.paths.state / "locks" / "removing", "last copies are being removed"):
            yield Erasing(catalog, self.wishing(catalog), self.store(), time.time_ns)

    @asynccontextmanager
    async def open_provider(self, source: "SourceRow") -> "AsyncIterator[Provider]":
        """The provider of a source, opened for the length of an async block."""
        from photofs.catalog.pile import DiskPile
        from photofs.metadata.head import read_head
        from photofs.metadata.stamping import stamp_head
        from photofs.metadata.timezone import zone_of_position
        from photofs.metadata.xmp import read_xmp
        from photofs.providers.port import Tools
        from photofs.providers.transport.allowance import limit_line

        with self.small_state(source.source_id) as small_state, self.pacer() as pacer:
            limit_line(self.paths.state / "bwlimit", self.settings.network)
            tools = Tools(
                pacer=pacer,
                secrets=self.secrets(),
                small_state=small_state,
                new_pile=DiskPile,
                zone_of_position=zone_of_position,
                now_ns=time.time_ns,
                read_timeout=self.settings.network.read_timeout,
                read_head=read_head,
                stamp_head=stamp_head,
                read_sidecar=read_xmp,
                own_folders=self._own_folders(),
                favorite_tag=self.settings.writing.favorite_tag,
            )
            async with provider_factory(source.provider)(source.config, tools) as provider:
                yield provider
