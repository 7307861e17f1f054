"""After the files of a folder have changed: leftovers go, and its list of hashes is made anew.

Which folders that are stands in the catalog before anything is begun there, so that a killed run
leaves no list that is out of date for good. Sidecars are mirror_beside's matter, and in no list.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from agent.mirror_aside import clear_way
from agent.mirror_work import Work, folder_of
from photofs.catalog.mirrored import CopyRow
from photofs.model.errors import NotFolder
from photofs.model.mirror import ALBUMS_FOLDER, SUMS_NAME, CopyState


async def look_after(work: Work) -> None:
    """All folders in which something was begun, or whose list was found wrong."""
    catalog, mirror_id = work.catalog, work.mirror_id
    wrong = [folder_of(path) for path in catalog.wrong_beside(mirror_id) if _is_list(path)]
    folders = sorted({*catalog.stale_folders(mirror_id), *wrong})
    if folders:  # sharing of blocks is tried in the root
        await work.disk.ask(work.folder.sweep, "")
    for folder in folders:
        copies = catalog.copies_in(mirror_id, folder)
        there = [copy for copy in copies if copy.state is not CopyState.ABSENT]
        try:
            await work.disk.ask(partial(_look_after, work, folder, sums(there)))
        except NotFolder:  # as the photos in it have told; once it is back it is looked after
            continue
        catalog.clear_stale(mirror_id, folder)
        catalog.note_right_beside(mirror_id, [list_of(folder)])


def list_of(folder: str) -> str:
    """The path of a folder's list of hashes."""
    return f"{folder}/{SUMS_NAME}" if folder else SUMS_NAME


def _is_list(path: str) -> bool:
    """Whether a path is that of a list of originals: those of albums are their folders' matter."""
    return path.rpartition("/")[2] == SUMS_NAME and not path.startswith(f"{ALBUMS_FOLDER}/")


def _look_after(work: Work, folder: str, text: str) -> None:
    """In a thread: one folder."""
    mirror = work.folder
    mirror.sweep(folder)
    path = list_of(folder)
    clear_way(work, path)
    if text:
        mirror.put(path, text.encode())
        mirror.sync(folder)
    elif not mirror.is_free(path):
        mirror.remove_own(path)
    mirror.tidy(folder)


def sums(copies: Sequence[CopyRow]) -> str:
    """The list as `sha256sum` writes it; a name with a backslash is escaped as it does that."""
    return listed({copy.path.rpartition("/")[2]: copy.sha256 for copy in copies})


def listed(hashes: Mapping[str, str]) -> str:
    """The same of hashes by name."""
    lines = []
    for name, sha256 in sorted(hashes.items()):
        escaped = name.replace("\\", "\\\\")
        mark = "\\" if escaped != name else ""
        lines.append(f"{mark}{sha256}  {escaped}\n")
    return "".join(lines)
