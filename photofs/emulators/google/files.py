"""The hosts of bytes: base URLs that last an hour, and what Google makes of an original.

Photos lose their position and are compressed anew; videos are transcoded. The original bytes are
never given (google.md 1, 2.2): nobody may take a download for what was uploaded.
"""

import hashlib
import io
import re
from functools import lru_cache
from urllib.parse import unquote

from PIL import ExifTags, Image, ImageOps

from photofs.emulators.google.account import Account
from photofs.emulators.google.habits import Habits
from photofs.emulators.google.state import Item
from photofs.emulators.hosting.blobs import Blob, Held
from photofs.emulators.hosting.ledger import FileKind
from photofs.emulators.hosting.originals import Random, blob_of
from photofs.emulators.hosting.ranges import ranged
from photofs.emulators.hosting.request import Request, Response, text_response
from photofs.emulators.pictures import landscape, make_jpeg, make_video

HTML = "text/html; charset=utf-8"
QUALITY = 75
TRANSCODED = 1.0  # seconds: every transcode is short
_PATH = re.compile(
    r"/bytes/(?P<id>[\w-]+)\.(?P<ends>\d+)\.(?P<sign>[0-9a-f]{16})(?:=(?P<what>.*))?"
)
_SIZE = re.compile(r"w(?P<width>\d+)-h(?P<height>\d+)(?P<crop>-c)?(?:-no)?")


def address_of(item: Item, account: Account, habits: Habits, base: str) -> str:
    """A base URL, good for an hour; useless without a suffix."""
    ends = int(account.clock() + habits.base_url_lifetime)
    return f"{base}/bytes/{item.id}.{ends}.{_sign(item, ends)}"


def _sign(item: Item, ends: int) -> str:
    return hashlib.sha256(f"{item.web_id} {ends}".encode()).hexdigest()[:16]


def file_kind(path: str) -> FileKind | None:
    """What a path of ours is for, by its suffix."""
    found = _PATH.fullmatch(unquote(path))
    if found is None:
        return None
    return FileKind.RENDITION if _SIZE.fullmatch(found["what"] or "") else FileKind.ORIGINAL


class Files:
    """Gives an account's bytes."""

    def __init__(self, account: Account, habits: Habits) -> None:
        """All items of the account, to whom the address was given."""
        self._account = account
        self._habits = habits

    def item_of(self, path: str) -> Item | None:
        """The item that a path leads to, whether the address is still good or not."""
        found = _PATH.fullmatch(path)
        return self._account.state.items.get(found["id"]) if found else None

    def answer(self, request: Request) -> Response:
        """The bytes, 403 for an address that is too old, 404 (a picture) for none."""
        found = _PATH.fullmatch(unquote(request.path))
        item = self._account.state.items.get(found["id"]) if found else None
        if found is None or item is None or found["sign"] != _sign(item, int(found["ends"])):
            return _no_such_picture()
        if int(found["ends"]) <= self._account.clock() or item.trashed:
            return text_response(
                403, "<html><body><h1>403. That's an error.</h1></body></html>", HTML
            )
        made = self._made(item, found["what"] or "")
        return _no_such_picture() if made is None else self._sent(request, item, *made)

    def _made(self, item: Item, what: str) -> tuple[Blob, str] | None:
        """What a suffix asks for, and its type."""
        if what == "dv":
            ready = item.is_video and item.polls <= 0 and not item.failed
            return (Held(transcoded(item.web_id)), "video/mp4") if ready else None
        original = blob_of(item.original, self._account.vault)
        if what == "d":
            return downloaded(item, original), item.mime if not item.is_video else "image/jpeg"
        size = _SIZE.fullmatch(what)
        if size is None:
            return None
        return Held(shrunk(item, original, size)), "image/jpeg"

    def _sent(self, request: Request, item: Item, blob: Blob, mime: str) -> Response:
        headers = (
            ("Content-Type", mime),
            ("ETag", f'"v{item.web_id[-8:]}"'),
            ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"),
            ("Cache-Control", "private, max-age=86400"),
        )
        whole = Response(headers=headers, body=blob, chunked=self._habits.ranges == "no length")
        return ranged(request, whole) if self._habits.ranges == "part" else whole


def downloaded(item: Item, original: Blob) -> Blob:
    """What `=d` gives: a picture compressed anew, without its position."""
    if item.is_video:
        return Held(_jpeg(landscape(f"poster {item.web_id}", (320, 240))))
    if item.mime != "image/jpeg" or isinstance(item.original, Random):
        return original
    return Held(_without_position(original.read(0, original.size)))


@lru_cache(maxsize=64)
def _without_position(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        exif = picture.getexif()
        exif.pop(ExifTags.IFD.GPSInfo, None)
        written = io.BytesIO()
        picture.convert("RGB").save(written, "JPEG", quality=QUALITY, exif=exif)
    return written.getvalue()


@lru_cache(maxsize=16)
def transcoded(web_id: str) -> bytes:
    """What `=dv` gives: another film than the one that was uploaded."""
    return make_video(f"transcode {web_id}", taken=None, seconds=TRANSCODED)


def shrunk(item: Item, original: Blob, size: re.Match[str]) -> bytes:
    """A preview that fits inside, or fills, so many pixels."""
    box = (max(1, int(size["width"])), max(1, int(size["height"])))
    picture = _picture(item, original)
    if size["crop"]:
        return _jpeg(ImageOps.fit(picture, box))
    picture.thumbnail(box)
    return _jpeg(picture)


def _picture(item: Item, original: Blob) -> Image.Image:
    if not item.is_video and not isinstance(item.original, Random):
        try:
            with Image.open(io.BytesIO(original.read(0, original.size))) as picture:
                return ImageOps.exif_transpose(picture).convert("RGB")
        except (OSError, ValueError, SyntaxError):
            pass
    return landscape(f"poster {item.web_id}", (320, 240))


def _jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


@lru_cache(maxsize=1)
def _error_picture() -> bytes:
    return make_jpeg("404", width=32, height=32, taken=None)


def _no_such_picture() -> Response:
    """404; its body is a picture all the same."""
    return Response(
        status=404, headers=(("Content-Type", "image/jpeg"),), body=Held(_error_picture())
    )
