"""Files to be sent, and who hears how far they are."""

import hashlib
import os
import random
from pathlib import Path

from photofs.emulators.pictures import make_jpeg
from photofs.model.photo import Media
from photofs.providers.port import Upload


def upload_of(
    folder: Path,
    data: bytes,
    *,
    name: str = "IMG_0001.jpg",
    key: str = "0123456789abcdef0123456789abcdef",
    title: str = "",
    media: Media = Media.PICTURE,
    visibility: str = "private",
) -> Upload:
    """A file with these bytes, to be sent."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = folder / sha256
    path.write_bytes(data)
    return Upload(
        path=path,
        size=len(data),
        sha256=sha256,
        media=media,
        name=name,
        title=title,
        key=key,
        visibility=visibility,
    )


def picture(seed: int, size: int) -> bytes:
    """A JPEG of that many bytes, most of them noise behind its end."""
    drawn = make_jpeg(seed, width=64, height=48)
    return drawn + random.Random(seed).randbytes(size - len(drawn))


def long_upload(folder: Path, size: int = 400_000_000) -> Upload:
    """A file so long that its sending takes a while; most of it is a hole."""
    upload = upload_of(folder, make_jpeg(7, width=64, height=48))
    os.truncate(upload.path, size)
    return upload._replace(size=size)


class Heard:
    """Notes each word about progress."""

    def __init__(self) -> None:
        """Nothing was heard yet."""
        self.words: list[int] = []

    def __call__(self, sent: int) -> None:
        """So many bytes so far."""
        self.words.append(sent)
