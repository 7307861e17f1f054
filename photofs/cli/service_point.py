"""The folder on which a service is to mount: whether it can be, asked before a unit is written."""

from collections.abc import Mapping
from pathlib import Path

from photofs.cli.mounts import home_of, mount_at
from photofs.cli.output import safe_text, shell_word
from photofs.cli.unit_files import Scope, enabled_mounts, unit_for
from photofs.kernel.mount_notes import Mount
from photofs.kernel.mount_table import without_links
from photofs.model.errors import NotEmpty, NotFolder, NotFound, PhotofsError, Refused

SAFE = "nothing was written"


def check_point(point: Path, scope: Scope, environ: Mapping[str, str]) -> None:
    """Refused where a unit could not mount: on a file, over files, over a mount that is no unit's.

    NotFound of a folder that is not there, for the machine's units: it must be the user photofs's.
    """
    mount = _mounted_at(point, environ)
    if mount is not None:
        if unit_for(point) not in enabled_mounts(scope):
            raise _taken(point, mount, environ)
        return  # this very unit's: an install after an update
    place = safe_text(str(point))
    try:
        held = next((each.name for each in point.iterdir()), None)
    except FileNotFoundError:
        if scope.system:
            raise _not_there(point) from None
    except NotADirectoryError as error:
        raise NotFolder(
            f"{place} is a file", safe=SAFE, remedy="name a folder, or one that is to be made"
        ) from error
    except OSError as error:
        raise _unusable(point, error) from error
    else:
        if held is not None:
            raise NotEmpty(
                f"{place} is not empty: it holds {safe_text(held)}",
                safe=SAFE,
                remedy="name an empty folder: what is in it could not be seen below the mount",
            )


def make_point(point: Path) -> bool:
    """Make the folder, closed to others; False if it is there already."""
    try:
        point.parent.mkdir(parents=True, exist_ok=True)
        point.mkdir(mode=0o700)
    except FileExistsError:  # a dead mount may lie on it
        return False
    except OSError as error:
        raise _unusable(point, error) from error
    return True


def _mounted_at(point: Path, environ: Mapping[str, str]) -> Mount | None:
    """The mount of ours there; nothing is asked of it, for it may hang."""
    return mount_at(str(without_links(point)), environ)


def _taken(point: Path, mount: Mount, environ: Mapping[str, str]) -> PhotofsError:
    """A mount that a person has made, be it the demo's."""
    other = mount.home != home_of(environ)
    whose = f" by a photofs with its files in {mount.home or 'the usual folders'}" if other else ""
    return Refused(
        f"{safe_text(str(point))} is mounted already{safe_text(whose)}, and not by a service",
        safe=SAFE,
        remedy=f"`photofs umount {shell_word(str(point))}`, then give this again; or name another"
        " folder",
    )


def _not_there(point: Path) -> PhotofsError:
    return NotFound(
        f"there is no folder {safe_text(str(point))}",
        safe=SAFE,
        remedy=f"make it the user photofs's own: install -d -o photofs {shell_word(str(point))}",
    )


def _unusable(point: Path, error: OSError) -> PhotofsError:
    return Refused(
        f"{safe_text(str(point))} cannot be used: {error.strerror}",
        safe=SAFE,
        remedy="choose another folder",
    )
