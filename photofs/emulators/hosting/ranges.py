"""Range requests (RFC 9110, 14): one range of bytes, `If-Range`, and what cannot be satisfied."""

import re
from dataclasses import replace

from photofs.emulators.hosting.blobs import Held
from photofs.emulators.hosting.request import Request, Response

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def ranged(request: Request, whole: Response) -> Response:
    """The part of `whole` that the request wants: 206, 416, 304, or `whole` itself."""
    given = dict(whole.headers)
    offered = replace(whole, headers=(*whole.headers, ("Accept-Ranges", "bytes")))
    if request.headers.get("if-none-match") == given["ETag"]:
        return replace(offered, status=304, body=Held(b""), chunked=False)
    found = _RANGE.fullmatch(request.headers.get("range", "").strip())
    condition = request.headers.get("if-range")
    if not found or not _makes_sense(*found.groups()):
        return offered
    if condition is not None and condition not in {given["ETag"], given["Last-Modified"]}:
        return offered
    return _part(offered, *found.groups())


def _makes_sense(first: str, last: str) -> bool:
    """Whether it is a range at all; one that is none is passed over (RFC 9110, 14.1.1)."""
    return int(last) >= int(first) if first and last else bool(first or last)


def _part(whole: Response, first: str, last: str) -> Response:
    size = whole.body.size
    if first:
        start, stop = int(first), min(size, int(last) + 1 if last else size)
    else:
        start, stop = max(0, size - int(last)), size
    if start >= stop:
        extent = ("Content-Range", f"bytes */{size}")
        return Response(status=416, headers=(*whole.headers, extent))
    extent = ("Content-Range", f"bytes {start}-{stop - 1}/{size}")
    headers = (*whole.headers, extent)
    return replace(whole, status=206, headers=headers, start=start, stop=stop, chunked=False)
