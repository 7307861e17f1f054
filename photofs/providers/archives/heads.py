"""The first bytes of a member, for those who tell a medium by them."""

from collections.abc import Callable
from pathlib import Path

from photofs.model.errors import PhotofsError
from photofs.model.head import HEAD_LENGTH, HeadFacts
from photofs.providers.archives.member import Member, Packing
from photofs.providers.archives.reading import open_member
from photofs.providers.archives.tgz import TgzParts


def read_head(
    look: Callable[[bytes], HeadFacts | None] | None,
    root: Path,
    member: Member,
    tgz_parts: TgzParts,
) -> HeadFacts | None:
    """What `look` tells; None where the bytes cannot be had.

    From zips and trees; a tgz would have to be decompressed up to there for it.
    """
    if look is None or member.packing is Packing.TAR:
        return None
    try:
        reader = open_member(root, member, tgz_parts)
    except PhotofsError:
        return None
    head = b""
    try:
        while len(head) < HEAD_LENGTH and (data := reader.read(HEAD_LENGTH - len(head))):
            head += data
    except PhotofsError:
        return None
    finally:
        reader.close()
    return look(head)
