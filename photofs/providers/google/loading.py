"""From a file of the user's to what is sent of it: its type, and a capture time if it has none.

The service files a photo by the time in its bytes and lets nobody change that later (google.md
2.2). So the EXIF block of what is sent gets the time that the tree shows; the file itself is never
written, and all bytes but that block go out as they are. Formats that cannot be stamped go as they
are: Google files them under the time of their upload.
"""

import zlib
from collections.abc import Callable

from photofs.model.errors import Corrupt
from photofs.model.head import HEAD_LENGTH, HeadFacts
from photofs.model.photo import Media
from photofs.model.splice import AS_IT_IS, Splice, Stamp, StampHead
from photofs.providers.google.kinds import CERTAIN, type_of
from photofs.providers.google.outgoing import Cargo
from photofs.providers.port import Upload

ReadHead = Callable[[bytes], HeadFacts | None]


def load(upload: Upload, read_head: ReadHead | None, stamp_head: StampHead | None) -> Cargo:
    """What is to be sent; Refused if Google takes no such file, Corrupt if it cannot be read.

    What kind of file it is, its bytes tell; its name, where nobody reads them.
    """
    head = _head(upload)
    facts = None if read_head is None else read_head(head)
    extension = upload.name.rpartition(".")[2].lower() if facts is None else facts.extension
    media = upload.media if facts is None else facts.media
    mime = type_of(extension, media, upload.size)
    splice = AS_IT_IS if stamp_head is None else _stamp(upload, head, facts, stamp_head)
    mark = upload.sha256 if splice is AS_IT_IS else f"{upload.sha256} {zlib.crc32(splice.head)}"
    return Cargo(upload.path, upload.size, mime, mark, splice, extension in CERTAIN)


def _head(upload: Upload) -> bytes:
    try:
        with upload.path.open("rb") as file:
            return file.read(HEAD_LENGTH)
    except OSError as error:
        raise Corrupt("the file that was to be sent cannot be read") from error


def _stamp(upload: Upload, head: bytes, facts: HeadFacts | None, stamp_head: StampHead) -> Splice:
    """Nothing but a picture that is known to tell no time gets one."""
    if upload.taken is None or facts is None or facts.taken is not None:
        return AS_IT_IS
    if facts.media is not Media.PICTURE or facts.extension != "jpg":
        return AS_IT_IS
    return stamp_head(head, Stamp(upload.taken))
