"""The addresses of photos.google.com that the hand goes by; pure.

A photo's page is /photo/<web id>; the Library API's link /lr/photo/<API id> leads there
(google.md 5). With several accounts signed in, /u/<number> stands before both. That a photo in the
trash is at /trash/<web id>, and the lists at /trash, /favorites and /archive, is from memory:
nothing is taken for done but what such a page shows.
"""

import re
from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from photofs.model.errors import Misconfigured, Refused

SITE: Final = "https://photos.google.com"
_ASKED = re.compile(r"(?:/u/\d+)?/(?P<link>lr/)?photo/(?P<id>[\w-]+)")
_SHOWN = re.compile(r"(?P<user>/u/\d+)?/(?P<where>photo|trash)/(?P<id>[\w-]+)")


class Listing(StrEnum):
    """A page of many photos."""

    TRASH = "trash"
    FAVORITES = "favorites"
    ARCHIVE = "archive"


class Asked(NamedTuple):
    """A photo's page as it is asked for; `web_id` is None where only the redirect will tell it."""

    url: str
    web_id: str | None


class Shown(NamedTuple):
    """What a page's address says: which photo, whether in the trash, of which signed-in user."""

    web_id: str
    in_trash: bool
    user: str


def site_at(endpoint: str | None) -> str:
    """The site that belongs to a service at that address; the real one for None."""
    if endpoint is None:
        return SITE
    parts = urlsplit(endpoint)
    loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise Misconfigured(
            "the address of the photos' pages cannot be used",
            remedy="give one that begins with https://, or leave it out",
        )
    return f"{parts.scheme}://{parts.netloc}"


def asked(page: str, site: str) -> Asked:
    """Where a photo's page is on that site; Refused if the link is none to a photo of Google's."""
    parts = urlsplit(page)
    origin = f"{parts.scheme}://{parts.netloc}"
    found = _ASKED.fullmatch(parts.path)
    if origin not in {SITE, site} or found is None:
        raise Refused(f"{page} is no page of a photo at {urlsplit(site).netloc}")
    return Asked(site + parts.path, None if found["link"] else found["id"])


def shown(url: str, site: str) -> Shown | None:
    """The photo that an address on that site stands for."""
    parts = urlsplit(url)
    found = _SHOWN.fullmatch(parts.path)
    if f"{parts.scheme}://{parts.netloc}" != site or found is None:
        return None
    return Shown(found["id"], found["where"] == "trash", found["user"] or "")


def list_url(site: str, user: str, listing: Listing) -> str:
    """Where a list is."""
    return f"{site}{user}/{listing}"


def plain(url: str) -> str:
    """An address without what stands behind its path, which may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
