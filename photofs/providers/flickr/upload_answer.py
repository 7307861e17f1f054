"""What Flickr answers to an upload: always XML, whatever form was asked for (flickr.md 2.4).

An answer that cannot be read says nothing about what was done, so it is Temporary. A refusal is the
service's word that nothing was done; only that of a duplicate names a photo.
"""

import re
from typing import NamedTuple

from photofs.model.errors import PhotofsError, Quota, Refused, RemoteError, Temporary
from photofs.model.photo import Media
from photofs.providers.flickr.answers import Failure, failure

KEEPS = "the file is kept here"
UPLOAD_AGAIN = "photofs sends it again when the file is changed, or asked to"

_RSP = re.compile(r'<rsp\b[^>]*\bstat="(ok|fail)"[^>]*>.*</rsp>', re.DOTALL)
_PHOTO = re.compile(r"<photoid\b[^>]*>\s*(\d+)\s*</photoid>")
_TICKET = re.compile(r"<ticketid>\s*([\w-]+)\s*</ticketid>", re.ASCII)
_ERROR = re.compile(r'<err\b[^>]*\bcode="(\d{1,6})"')
_DUPLICATE = re.compile(r"<duplicate_photo_id>\s*(\d+)\s*</duplicate_photo_id>")
_WAIT = re.compile(r"<non_pro_desktop_upload_wait_time>\s*(\d{1,9})\s*</")
_MESSAGE = re.compile(r'<err\b[^>]*\bmsg="([^"]*)"')

DUPLICATE = 9


class Taken(NamedTuple):
    """An upload was taken: its photo, or the ticket under which it is being worked on."""

    photo: str | None
    ticket: str | None


class Declined(RemoteError):
    """The service did not take the file; `code` is of the upload's own table."""

    def __init__(self, code: int, *, duplicate: str | None, wait: int | None, video: bool) -> None:
        """`wait`: seconds before it may be tried again. `video`: the reason speaks of videos."""
        super().__init__(f"Flickr did not take the file (code {code})")
        self.code = code
        self.duplicate = duplicate
        self.wait = wait
        self.video = video


def read_upload(body: bytes) -> Taken:
    """What became of an upload. Raises Declined, or Temporary: nobody knows."""
    text = body.decode("utf-8", "replace")
    found = _RSP.search(text)
    if found is None:
        raise _unclear()
    if found[1] == "fail":
        raise _declined(text)
    photo, ticket = _PHOTO.search(text), _TICKET.search(text)
    if photo is None and ticket is None:
        raise _unclear()
    return Taken(photo[1] if photo else None, ticket[1] if ticket else None)


def _unclear() -> Temporary:
    return Temporary("Flickr's answer to an upload cannot be understood", safe=KEEPS)


def _declined(text: str) -> RemoteError:
    code = _ERROR.search(text)
    if code is None:
        return _unclear()
    duplicate, wait, message = (one.search(text) for one in (_DUPLICATE, _WAIT, _MESSAGE))
    return Declined(
        int(code[1]),
        duplicate=duplicate[1] if duplicate else None,
        wait=int(wait[1]) if wait else None,
        video="video" in message[1].lower() if message else False,
    )


_FOR_GOOD: dict[int, tuple[str, str]] = {
    2: ("Flickr found no file in what was sent to it", UPLOAD_AGAIN),
    4: ("Flickr does not take a file without content", "copy it anew"),
    5: (
        "Flickr does not take this kind of file",
        "copy it as JPEG, PNG, GIF or TIFF, or a video as MP4; raw files are not taken",
    ),
}
_FULL: dict[int, tuple[str, str]] = {
    6: (
        "the Flickr account is full",
        "a free account holds 1,000 photos and videos: delete some there, or go Pro",
    ),
    7: ("the Flickr account takes no more videos", "delete some there, or go Pro"),
}
_TOO_LARGE = {
    Media.PICTURE: ("Flickr takes pictures of up to 200 MB", "copy a smaller one"),
    Media.VIDEO: ("Flickr takes videos of up to 1 GB", "copy a smaller one"),
}


def declined_upload(error: Declined, media: Media) -> PhotofsError:
    """Our error for an upload that was not taken."""
    if error.code in _FULL:
        what, remedy = _FULL[error.code]
        return Quota(what, safe=KEEPS, remedy=remedy)
    if error.code == 14:  # noqa: PLR2004 - "non-Pro upload" (flickr.md 2.4)
        wait = error.wait or 3600
        minutes = max(1, -(-wait // 60))
        return Quota(
            "Flickr takes nothing from programs for free accounts at the moment",
            safe=KEEPS,
            remedy=f"it is tried again in {minutes} min",
            retry_after=wait,
        )
    if error.code == 0 and error.video:
        what, remedy = "Flickr takes no videos from this account", "copy it elsewhere"
        return Refused(what, safe=KEEPS, remedy=remedy)
    if error.code == 8:  # noqa: PLR2004 - "filesize was too large" (flickr.md 2.4)
        what, remedy = _TOO_LARGE[media]
        return Refused(what, safe=KEEPS, remedy=remedy)
    return _other(error, _FOR_GOOD)


_NOT_REPLACED: dict[int, tuple[str, str]] = {
    **_FOR_GOOD,
    1: (
        "Flickr replaces photos only for Pro members",
        "copy it as a new file, and move the old one to the Trash",
    ),
}


def declined_replace(error: Declined, media: Media) -> PhotofsError:
    """Our error for other bytes of a photo that were not taken."""
    if error.code == 8:  # noqa: PLR2004 - of videos, whatever their size (flickr.md 2.4)
        return not_replaced()
    if error.code == 6:  # noqa: PLR2004 - as of an upload
        return declined_upload(error, media)
    return _other(error, _NOT_REPLACED)


def not_replaced() -> Refused:
    """Videos keep the bytes that they have."""
    return Refused(
        "Flickr does not replace videos, nor take pictures of more than 200 MB",
        safe=KEEPS,
        remedy="copy it as a new file, and move the old one to the Trash",
    )


def _other(error: Declined, for_good: dict[int, tuple[str, str]]) -> PhotofsError:
    if error.code == 3:  # noqa: PLR2004 - "general upload failure" (flickr.md 2.4)
        return Temporary("Flickr says that the upload failed, and not why", safe=KEEPS)
    known = for_good.get(error.code)
    if known is not None:
        return Refused(known[0], safe=KEEPS, remedy=known[1])
    common = failure(error.code)
    if isinstance(common, Failure):
        return Refused(
            f"Flickr does not take the file (code {error.code})", safe=KEEPS, remedy=UPLOAD_AGAIN
        )
    return common
