"""The name that a photo had beside another one of its title, for when it comes back to the folder.

Of two photos of one title in a folder the later one has a suffix. If both go, and come back in the
other order, each would get the other's name: a copy of the folder would then take one for the other
(`rsync` compares by name). So who takes names away notes those that are not the photo's own alone.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from photofs.catalog.sqlite import Catalog

KEY = "stood"
"""Among the details of a wish: the photo's own name then, and the others, by folder."""


def names_now(catalog: Catalog, photo: int) -> dict[str, object]:
    """For a wish that takes names away: where the photo stands under another name than its own."""
    name = catalog.photo_facts(photo).name
    others = {
        catalog.path_of_folder(entry.folder_id): entry.name
        for entry in catalog.photo_entries(photo)
        if entry.name != name
    }
    return {KEY: {"name": name, "as": others}} if others else {}


@contextmanager
def named_as_before(catalog: Catalog, photo: int, details: Mapping[str, object]) -> Iterator[None]:
    """Where the block has the photo stand again, it gets the name that it had there, if it is free.

    Not if it has another name of its own by now; what a program named itself before stays so.
    """
    match details.get(KEY):
        case {"name": str(name), "as": dict(others)}:
            pass
        case _:
            yield
            return
    held = {entry.entry_id for entry in catalog.photo_entries(photo)}
    yield
    if catalog.photo_facts(photo).name != name:
        return
    for entry in catalog.photo_entries(photo):
        before = others.get(catalog.path_of_folder(entry.folder_id))
        if entry.entry_id not in held and isinstance(before, str):
            catalog.rename_photo_entry(entry, (before, entry.name).__getitem__)
