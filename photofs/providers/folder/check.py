"""Whether a folder holds pictures at all; asked before a library is added."""

import os
import shlex
from collections.abc import Callable
from pathlib import Path

from photofs.model.errors import Refused
from photofs.model.head import HeadFacts
from photofs.providers.archives.heads import read_head
from photofs.providers.archives.ours import our_folders
from photofs.providers.archives.tgz import TgzParts
from photofs.providers.folder.telling import NEVER
from photofs.providers.folder.tree import walk


def check_folder(
    path: Path, own_folders: tuple[Path, ...], look: Callable[[bytes], HeadFacts | None]
) -> None:
    """Refused unless pictures or videos lie there; nothing is written. NotFound, NotAttached.

    Refused, too, where this user may not look.

    `own_folders` are photofs's own, in which nobody looks for pictures.
    """
    if not path.is_dir():
        raise Refused(f"{path} is no folder", safe="nothing was added", remedy="name a folder")
    if not os.access(path, os.R_OK | os.X_OK):
        raise Refused(
            f"you may not look into {path}",
            safe="nothing was added",
            remedy=f"see whose it is (`ls -ld {shlex.quote(str(path))}`), or name another folder",
        )
    tree = walk(path, our_folders(own_folders))
    for member in tree.files.values():
        if not NEVER.search(member.path) and read_head(look, path, member, TgzParts()):
            return
    raise Refused(
        f"{path} holds no picture or video",
        safe="nothing was added",
        remedy="name the folder that holds them, or attach the disk that does",
    )
