"""A mirror of a mounted library: its files by cp, and what the product writes beside them."""

import hashlib
import json
import shutil
from pathlib import Path

from photofs.assembly import House
from photofs.filing.mirror_facts import album_list_of, listed_photo, sidecar_of
from photofs.metadata.xmp import write_xmp
from photofs.model.album_list import NAME, write_album_list
from tests.support.household import Household


def make_mirror(household: Household, library: str, point: Path, target: Path) -> None:
    """All photos of the library's Dates, by their paths there, with sidecars and the list."""
    target.mkdir()
    mark = {"format": 1, "mirror": "12ab", "library": library, "made": "2026-01-01"}
    (target / ".photofs-mirror").write_text(json.dumps(mark))
    files = {}
    with House(household.environ).catalog(read_only=True) as catalog:
        row = catalog.library(library)
        for photo in set(catalog.photos_under(row.folder_id)):
            path = catalog.path_of(photo)
            file = path.removeprefix(f"{library}/Dates/")
            if file == path:
                continue
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(point / path, target / file)
            sha256 = hashlib.sha256((target / file).read_bytes()).hexdigest()
            files[photo] = listed_photo(catalog, photo, file, sha256)
            (target / f"{file}.xmp").write_bytes(write_xmp(sidecar_of(catalog, photo)))
        (target / NAME).write_bytes(write_album_list(album_list_of(catalog, row.library_id, files)))
