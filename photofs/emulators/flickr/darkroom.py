"""Where originals, previews, posters and transcodes are made: only when somebody asks for them."""

import io
from collections import OrderedDict

from PIL import Image, ImageOps

from photofs.emulators.flickr.sizes import Rung
from photofs.emulators.flickr.state import Photo
from photofs.emulators.hosting.blobs import Blob, Held, md5_of
from photofs.emulators.hosting.originals import Painted, Random, blob_of, paint
from photofs.emulators.hosting.vault import Vault
from photofs.emulators.pictures import landscape, make_video

KEPT_BYTES = 64 * 1024 * 1024
PREVIEW_QUALITY = 80
POSTER_SIZE = (320, 240)


class Darkroom:
    """Makes bytes and keeps the last 64 MiB of them."""

    def __init__(self, vault: Vault) -> None:
        """Uploaded originals come from `vault`."""
        self._vault = vault
        self._kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._room = KEPT_BYTES
        self._hashes: dict[tuple[object, ...], bytes | None] = {}

    def original(self, photo: Photo) -> Blob:
        """The bytes that were uploaded."""
        if isinstance(photo.original, Painted):
            return self._made((photo.original,), photo.original)
        return blob_of(photo.original, self._vault)

    def original_md5(self, photo: Photo) -> bytes | None:
        """The MD5 digest of the original."""
        return self._md5((photo.original,), self.original(photo))

    def poster(self, photo: Photo) -> Blob:
        """A video's picture."""
        key = (photo.id, photo.secret, "poster")
        data = self._kept.get(key) or _jpeg(landscape(f"poster {photo.id}", POSTER_SIZE), 90)
        return Held(self._keep(key, data))

    def preview(self, photo: Photo, rung: Rung) -> Blob:
        """A smaller JPEG, upright, without EXIF, its web address in an IPTC block before JFIF."""
        key = (photo.id, photo.secret, photo.rotation, rung.size.extra)
        data = self._kept.get(key)
        if data is None:
            data = with_address(_shrunk(self._picture(photo), photo.rotation, rung), photo.id)
        return Held(self._keep(key, data))

    def transcode(self, photo: Photo, label: str) -> tuple[Blob, bytes | None]:
        """A video in the service's own encoding, never the original's bytes; and its MD5."""
        key = (photo.id, photo.secret, "transcode", label)
        seconds = max(0.5, min(5.0, photo.duration or 1))
        seed = f"{photo.id} {label}"
        data = self._kept.get(key) or make_video(seed, taken=None, seconds=seconds)
        blob = Held(self._keep(key, data))
        return blob, self._md5(key, blob)

    def _md5(self, key: tuple[object, ...], blob: Blob) -> bytes | None:
        if key not in self._hashes:
            self._hashes[key] = md5_of(blob)
        return self._hashes[key]

    def _picture(self, photo: Photo) -> Image.Image:
        """The picture to shrink; the poster where the original cannot be read (to its end)."""
        if photo.media == "photo" and not isinstance(photo.original, Random):
            picture = _readable(self.original(photo))
            if picture is not None:
                return picture
        return landscape(f"poster {photo.id}", POSTER_SIZE)

    def _made(self, key: tuple[object, ...], picture: Painted) -> Blob:
        return Held(self._keep(key, self._kept.get(key) or paint(picture)))

    def _keep(self, key: tuple[object, ...], data: bytes) -> bytes:
        if key not in self._kept:
            self._room -= len(data)
        self._kept[key] = data
        self._kept.move_to_end(key)
        while self._room < 0 and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._room += len(dropped)
        return data


def with_address(jpeg: bytes, photo_id: str) -> bytes:
    """A JPEG with an IPTC block, holding the photo's web address, straight after its start."""
    address = f"https://flickr.com/e/{photo_id}".encode()
    iptc = b"\x1c\x02\x78" + len(address).to_bytes(2, "big") + address
    iptc += b"\x00" * (len(iptc) % 2)
    block = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + len(iptc).to_bytes(4, "big") + iptc
    return jpeg[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + jpeg[2:]


def _readable(blob: Blob) -> Image.Image | None:
    try:
        picture = Image.open(io.BytesIO(blob.read(0, blob.size)))
        picture.load()
    except (OSError, ValueError, SyntaxError):
        return None
    return picture


def _shrunk(picture: Image.Image, rotation: int, rung: Rung) -> bytes:
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    if rotation:
        upright = upright.rotate(-rotation, expand=True)
    if rung.size.square:
        return _jpeg(ImageOps.fit(upright, (rung.size.edge, rung.size.edge)), PREVIEW_QUALITY)
    lies = upright.width >= upright.height
    size = (rung.width, rung.height)
    if lies != (rung.width >= rung.height):
        size = (rung.height, rung.width)
    return _jpeg(upright.resize(size), PREVIEW_QUALITY)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality)
    return written.getvalue()
