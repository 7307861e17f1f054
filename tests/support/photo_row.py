"""A photo's row as the catalog gives it, for tests of what is told of a photo."""

from photofs.catalog.port import PhotoRow, SetMember
from photofs.model.photo import Fidelity, Media

EVERYTHING = PhotoRow(
    photo_id=1,
    library_id=1,
    media=Media.PICTURE,
    title="Sunset",
    file_name="a.jpg",
    description="Over the sea",
    tags=("sea",),
    size=1,
    size_exact=True,
    sha256="0" * 64,
    mtime_ns=0,
    ctime_ns=0,
    taken_local="2019-07-12T18:30:05",
    taken_how="exif",
    links=1,
    favorite=True,
    archived=False,
    trashed=False,
    owned=True,
    missing=False,
    pinned=False,
    fidelity=Fidelity.ORIGINAL,
    fidelity_note="",
    page_url="https://example.org/1",
    albums=("Rome",),
    trouble="",
    set_role="main",
    set_others=(SetMember("edited", "a-edited.jpg"),),
)


def photo_row(**told: object) -> PhotoRow:
    """A photo of which something is told in every column, with the columns named changed."""
    return EVERYTHING._replace(**told)  # type: ignore[arg-type]  # checked by the row itself
