"""Where a file of a mirror goes that is not what it should be: nothing of it is removed."""

from collections.abc import Iterator

from agent.mirror_work import MOST_NAMES, Work, folder_of
from photofs.model.errors import Exists, StoreError
from photofs.model.mirror import DAMAGED_FOLDER
from photofs.model.naming import with_suffix


def set_aside_damaged(work: Work, path: str) -> str:
    """In a thread: give a wrong file a name below Damaged; where it is now."""
    for aside in _aside_names(f"{DAMAGED_FOLDER}/{work.today}/{path}"):
        try:
            work.folder.move(path, aside)
        except Exists:
            continue
        for each in {folder_of(aside), folder_of(path)}:
            work.folder.sync(each)
        return aside
    raise StoreError(f"no name is free below {DAMAGED_FOLDER}", safe="the file stays where it is")


def clear_way(work: Work, path: str) -> None:
    """In a thread: a list is to be written; a folder of that name would end each run (EISDIR)."""
    if work.folder.is_folder(path):
        set_aside_damaged(work, path)


def _aside_names(path: str) -> Iterator[str]:
    folder, _, name = path.rpartition("/")
    for attempt in range(MOST_NAMES):
        yield f"{folder}/{with_suffix(name, f' ({attempt + 1})')}" if attempt else path
