"""The folder that `photofs mount` takes where none is named (docs/decisions/0033).

`[mount] point` of config.toml; else ~/photos, or ~/photofs where the desktop has its pictures in
the first: a place where indexers and photo managers take in whatever they find is never chosen.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from photofs.cli.indexed_folders import home_folder, indexed_folders
from photofs.cli.output import safe_text, shell_word
from photofs.model.errors import NotFound, Refused

NAMES: Final = ("photos", "photofs")
"""Below the home folder, the first that is no folder of the desktop's."""


def usual_point(setting: str, environ: Mapping[str, str]) -> Path:
    """The absolute path, by the setting's value and the home folder; nothing is asked of it.

    Refused where there is no home folder, or the desktop's folders leave no room in it.
    """
    home = home_folder(environ)
    if setting.startswith("/"):
        return Path(os.path.normpath(setting))
    if home is None:
        raise _nowhere("there is no home folder to mount in")
    if setting:
        return Path(os.path.normpath(home / setting.removeprefix("~").lstrip("/")))
    taken = [each for each in indexed_folders(home, environ) if each != home]
    for name in NAMES:
        point = home / name
        if not any(point.is_relative_to(each) or each.is_relative_to(point) for each in taken):
            return point
    raise _nowhere("~/photos and ~/photofs are folders that desktops index")


def make_usual(point: Path) -> bool:
    """Make that folder, but none above it; False if it is there already."""
    try:
        point.mkdir(mode=0o700)
    except FileExistsError:  # a dead mount may lie on it, which mounting clears
        return False
    except FileNotFoundError as error:
        raise NotFound(
            f"there is no folder {safe_text(str(point.parent))}",
            safe="nothing was mounted",
            remedy=f"make it first: mkdir -p {shell_word(str(point))}",
        ) from error
    except OSError as error:
        raise Refused(
            f"{safe_text(str(point))} cannot be made: {error.strerror}",
            safe="nothing was mounted",
            remedy="name another folder: photofs mount FOLDER",
        ) from error
    return True


def _nowhere(what: str) -> Refused:
    return Refused(
        what,
        safe="nothing was mounted",
        remedy="name a folder: photofs mount FOLDER; or once for all in config.toml: [mount] point",
    )
