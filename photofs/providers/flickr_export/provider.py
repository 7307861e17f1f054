"""A "Request my Flickr data" export behind the port: what differs from others read in place."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final

from photofs.providers.archives.parts import Parts
from photofs.providers.archives.provider import ArchiveProvider, Export, Steps, open_archives
from photofs.providers.archives.sweep import Sweep
from photofs.providers.archives.tgz import TgzParts
from photofs.providers.archives.told import Told
from photofs.providers.flickr_export.scan import LARGEST_JSON, Scan
from photofs.providers.port import Folders, Tools


def _steps(parts: Parts, tgz_parts: TgzParts, tools: Tools, told: Told) -> Steps:
    return Scan(Sweep(parts, tgz_parts, tools, told, LARGEST_JSON)).steps()


# one's own photos cannot be favorites there, and nothing is archived or in a trash
FLICKR_EXPORT: Final = Export(
    name="Flickr export",
    parts=".zip files of the export",
    command="photofs library add flickr-export FOLDER",
    rules=2,
    folders=frozenset({Folders.VIDEOS}),
    scan=_steps,
)


def open_provider(
    config: Mapping[str, object], tools: Tools
) -> AbstractAsyncContextManager[ArchiveProvider]:
    """The export under `config["path"]`, an absolute path of a folder or of one zip."""
    return open_archives(FLICKR_EXPORT, config, tools)
