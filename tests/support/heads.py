"""The `read_head` that tests lend to providers: the medium's kind by its bytes, its EXIF facts."""

from photofs.metadata.exif import read_exif
from photofs.metadata.kind import sniff
from photofs.model.head import HeadFacts


def read_head(head: bytes) -> HeadFacts | None:
    """Kind, extension, capture date and place; None for what is no medium."""
    kind = sniff(head)
    if kind is None:
        return None
    exif = read_exif(head)
    return HeadFacts(*kind, exif.taken if exif else None, exif.position if exif else None)
