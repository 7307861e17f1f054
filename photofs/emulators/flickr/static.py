"""The hosts that give bytes: photos and posters, and videos behind a redirect that expires.

A secret in the path is all the permission that is needed; a wrong or outdated one is a file that
does not exist: 404 with an empty body.
"""

import hashlib
import json
import re
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from email.utils import formatdate
from http import HTTPStatus

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.habits import Habits
from photofs.emulators.flickr.sizes import BY_SUFFIX, OWN_SECRET_ABOVE, all_sizes, size_secret
from photofs.emulators.flickr.state import SERVER, Photo
from photofs.emulators.hosting.blobs import Blob
from photofs.emulators.hosting.ledger import FileKind
from photofs.emulators.hosting.ranges import ranged
from photofs.emulators.hosting.request import Request, Response

HTML = "text/html; charset=utf-8"
TYPES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "mp4": "video/mp4"}
_FILE = re.compile(
    r"/static/(?P<server>\d+)/(?P<id>\d+)_(?P<secret>[0-9a-f]+)"
    r"(?:_(?P<suffix>(?!d\.)[0-9a-z]{1,2}))?(?P<download>_d)?\.(?P<extension>[a-z0-9]+)"
)
_PLAY = re.compile(r"/photos/(?P<owner>[^/]+)/(?P<id>\d+)/play/(?P<label>\w+)/(?P<secret>\w+)/?")
_VIDEO = re.compile(r"/video/(?P<id>\d+)/(?P<secret>\w+)/(?P<label>\w+)\.(?P<extension>\w+)")
GONE = Response(status=404, headers=(("Content-Type", HTML),))
REFUSED = Response(status=403, headers=(("Content-Type", HTML),))
# What `play` accepts beside the bare labels, for the sizes with a name of their own.
OLD_LABELS = {"site": "360p", "hd": "720p", "mobile": "360p"}


def file_kind(path: str) -> FileKind | None:
    """What a path of ours is for: videos, originals and sizes above 1024 are no small pictures."""
    if _PLAY.fullmatch(path) or _VIDEO.fullmatch(path):
        return FileKind.ORIGINAL
    found = _FILE.fullmatch(path)
    if found is None:
        return None
    size = BY_SUFFIX.get(found["suffix"] or "")
    small = size is not None and size.edge <= OWN_SECRET_ABOVE
    return FileKind.RENDITION if small else FileKind.ORIGINAL


class StaticHost:
    """Gives an account's files."""

    def __init__(self, account: Account, habits: Habits) -> None:
        """Files of the account's photos and of others' that it knows."""
        self.darkroom = Darkroom(account.vault)
        self._account = account
        self._habits = habits

    def answer(self, request: Request, base: str) -> Response:
        """The file at a path, a redirect to it, or 404."""
        if request.verb not in {"GET", "HEAD"}:
            return Response(status=405, headers=(("Content-Type", HTML),))
        if found := _FILE.fullmatch(request.path):
            return self._photo_file(request, found)
        if found := _PLAY.fullmatch(request.path):
            return self._play(found, base)
        if found := _VIDEO.fullmatch(request.path):
            return self._video(request, found)
        return GONE

    # Photos and posters

    def _photo_file(self, request: Request, found: re.Match[str]) -> Response:
        photo = self._account.state.photos.get(found["id"])
        if photo is None or found["server"] != SERVER:
            return GONE
        if found["suffix"] == "o":
            blob = self._original(photo, found)
            extension = "jpg" if photo.media == "video" else photo.format
            is_preview = False
        else:
            blob, extension, is_preview = self._preview(photo, found), "jpg", True
        if blob is None:
            return GONE
        return self._send(request, photo, blob, extension, is_preview=is_preview)

    def _original(self, photo: Photo, found: re.Match[str]) -> Blob | None:
        right = found["secret"] == photo.original_secret
        if not right or not self._account.may_have_original(photo, self._account.nsid):
            return None
        if found["extension"] != ("jpg" if photo.media == "video" else photo.format):
            return None
        if photo.media == "video":
            return self.darkroom.poster(photo)
        return self.darkroom.original(photo)

    def _preview(self, photo: Photo, found: re.Match[str]) -> Blob | None:
        size = BY_SUFFIX.get(found["suffix"] or "")
        if size is None or found["extension"] != "jpg":
            return None
        if found["secret"] != size_secret(photo, size):
            return None
        sizes = all_sizes(photo, big=self._account.has_big_sizes(photo))
        rung = next((rung for rung in sizes if rung.size == size), None)
        return self.darkroom.preview(photo, rung) if rung else None

    def _send(
        self, request: Request, photo: Photo, blob: Blob, extension: str, *, is_preview: bool
    ) -> Response:
        name = request.path.rpartition("/")[2]
        tag = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        headers = [
            ("Content-Type", TYPES[extension]),
            ("ETag", f'"{tag}.1"'),
            ("Cache-Control", "public, max-age=31536000"),
            ("Last-Modified", formatdate(photo.uploaded, usegmt=True)),
            ("Server", "Jubilee"),
        ]
        stem, dot, _ = name.rpartition(".")
        if stem.endswith("_d"):
            plain = stem.removesuffix("_d") + dot + extension
            headers.append(("Content-Disposition", f"attachment; filename={plain}"))
        whole = Response(headers=tuple(headers), body=blob, chunked=self._chunked(is_preview))
        return ranged(request, whole) if self._habits.static_ranges else whole

    def _chunked(self, is_preview: bool) -> bool:  # noqa: FBT001 - private, one caller
        policy = self._habits.static_chunked
        return policy == "all" or (policy == "previews" and is_preview)

    # Videos

    def _play(self, found: re.Match[str], base: str) -> Response:
        photo = self._account.state.photos.get(found["id"])
        if photo is None or photo.media != "video" or found["owner"] not in self._names(photo):
            return GONE
        label, extension = found["label"], "mp4"
        if label == "orig":
            if found["secret"] != photo.original_secret or not self._has_original(photo):
                return GONE
            extension = photo.format
        elif found["secret"] != photo.secret or self._page(label) is None:
            return GONE
        else:
            label = self._page(label) or label
        pass_text = self._pass(photo, label)
        target = f"{base}/video/{photo.id}/{found['secret']}/{label}.{extension}?s={pass_text}"
        return Response(status=302, headers=(("Location", target), ("Content-Type", HTML)))

    def _has_original(self, photo: Photo) -> bool:
        lawful = self._account.may_have_original(photo, self._account.nsid)
        return self._habits.video_originals and lawful

    def _page(self, label: str) -> str | None:
        real = OLD_LABELS.get(label, label)
        return real if real in self._habits.video_pages else None

    def _names(self, photo: Photo) -> tuple[str | None, ...]:
        owner = self._account.person(photo.owner)
        return (photo.owner, owner.path_alias if owner else None)

    def _pass(self, photo: Photo, label: str) -> str:
        expiry = int(self._account.clock() + self._habits.link_lifetime)
        return sign_pass(photo, label, expiry)

    def _video(self, request: Request, found: re.Match[str]) -> Response:
        photo = self._account.state.photos.get(found["id"])
        if photo is None or found["secret"] not in {photo.secret, photo.original_secret}:
            return GONE
        expiry = expiry_of(dict(request.query).get("s", ""), photo, found["label"])
        if expiry is None or expiry < self._account.clock():
            return REFUSED
        if found["label"] == "orig":
            blob = self.darkroom.original(photo)
            return self._send_video(request, photo, blob, self.darkroom.original_md5(photo))
        blob, md5 = self.darkroom.transcode(photo, found["label"])
        return self._send_video(request, photo, blob, md5)

    def _send_video(
        self, request: Request, photo: Photo, blob: Blob, md5: bytes | None
    ) -> Response:
        tag = md5.hex() if md5 else f"{photo.original_secret}-{blob.size}"
        headers = (
            ("Content-Type", "video/mp4"),
            ("ETag", f'"{tag}"'),
            ("Last-Modified", formatdate(photo.uploaded, usegmt=True)),
        )
        response = ranged(request, Response(headers=headers, body=blob))
        if md5 is None or response.status != HTTPStatus.OK:
            return response
        hash_header = ("Content-MD5", b64encode(md5).decode())
        return replace(response, headers=(*response.headers, hash_header))


def sign_pass(photo: Photo, label: str, expiry: int) -> str:
    """The `s` of a video's URL: base64 of JSON with id, expiry, signature and version."""
    text = f"{photo.id}/{photo.original_secret}/{label}/{expiry}"
    stamp = hashlib.sha256(text.encode()).hexdigest()[:32]
    body = json.dumps({"i": int(photo.id), "e": expiry, "s": stamp, "v": 1}).encode()
    return urlsafe_b64encode(body).decode()


def expiry_of(text: str, photo: Photo, label: str) -> int | None:
    """Until when (unix seconds) an `s` is good, None if it is not ours."""
    try:
        expiry = int(json.loads(urlsafe_b64decode(text))["e"])
    except (ValueError, KeyError, TypeError):
        return None
    return expiry if sign_pass(photo, label, expiry) == text else None
