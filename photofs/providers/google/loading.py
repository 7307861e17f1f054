"""From a file of the user's to what is sent of it: its type, and a capture time if it has none."""

from collections.abc import Callable

from photofs.model.errors import Corrupt
from photofs.model.head import HEAD_LENGTH, HeadFacts
from photofs.model.photo import Media
from photofs.providers.google.kinds import CERTAIN, type_of
from photofs.providers.google.outgoing import Cargo
from photofs.providers.google.stamping import AS_IT_IS, Splice, stamped
from photofs.providers.port import Upload

ReadHead = Callable[[bytes], HeadFacts | None]


def load(upload: Upload, read_head: ReadHead | None) -> Cargo:
    """What is to be sent; Refused if Google takes no such file, Corrupt if it cannot be read.

    What kind of file it is, its bytes tell; its name, where nobody reads them.
    """
    head = _head(upload)
    facts = None if read_head is None else read_head(head)
    extension = upload.name.rpartition(".")[2].lower() if facts is None else facts.extension
    media = upload.media if facts is None else facts.media
    mime = type_of(extension, media, upload.size)
    splice = _stamp(upload, head, facts)
    mark = upload.sha256 if splice is AS_IT_IS else f"{upload.sha256} {_time(upload)}"
    return Cargo(upload.path, upload.size, mime, mark, splice, extension in CERTAIN)


def _head(upload: Upload) -> bytes:
    try:
        with upload.path.open("rb") as file:
            return file.read(HEAD_LENGTH)
    except OSError as error:
        raise Corrupt("the file that was to be sent cannot be read") from error


def _stamp(upload: Upload, head: bytes, facts: HeadFacts | None) -> Splice:
    """Nothing but a picture that is known to tell no time gets one."""
    if upload.taken is None or facts is None or facts.taken is not None:
        return AS_IT_IS
    if facts.media is not Media.PICTURE or facts.extension != "jpg":
        return AS_IT_IS
    return stamped(head, upload.taken)


def _time(upload: Upload) -> str:
    """The time that is written in, as a part of the bytes' mark."""
    return str(upload.taken.local) if upload.taken is not None else ""
