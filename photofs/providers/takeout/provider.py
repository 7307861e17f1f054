"""Google Takeout behind the port: what differs from other exports read in place."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final

from photofs.providers.archives.parts import Parts
from photofs.providers.archives.provider import ArchiveProvider, Export, Steps, open_archives
from photofs.providers.archives.sweep import Sweep
from photofs.providers.archives.tgz import TgzParts
from photofs.providers.archives.told import Told
from photofs.providers.port import Folders, Tools
from photofs.providers.takeout.exports import TOP, added_parts, marks_of
from photofs.providers.takeout.increment import Increment
from photofs.providers.takeout.scan import Scan


def _steps(parts: Parts, tgz_parts: TgzParts, tools: Tools, told: Told) -> Steps:
    whole = Sweep(parts, tgz_parts, tools, told)
    added = added_parts(told.since, parts)
    if added is not None and (yield from Increment(whole, added).steps()):
        return
    yield from Scan(whole).steps()


TAKEOUT: Final = Export(
    name="Takeout",
    parts=".zip or .tgz parts",
    command="photofs library add takeout FOLDER",
    rules=4,
    folders=frozenset({Folders.FAVORITES, Folders.ARCHIVE, Folders.VIDEOS, Folders.TRASH}),
    scan=_steps,
    unpacked=frozenset({TOP}),
    marks=marks_of,
)


def open_provider(
    config: Mapping[str, object], tools: Tools
) -> AbstractAsyncContextManager[ArchiveProvider]:
    """The exports under `config["path"]`, an absolute path of a folder or of one archive."""
    return open_archives(TAKEOUT, config, tools)
