"""Where Google Photos lives: the real service, or one that speaks like it at another address."""

from dataclasses import dataclass
from typing import NamedTuple

from photofs.model.errors import Misconfigured
from photofs.providers.transport.hosts import HostRule, netloc_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The service's addresses, the hosts that may be asked, and its names in the pacing.

    `library`, `picker`: roots of the two APIs; `uploads` takes bytes. `authorize`, `token`,
    `revoke`: OAuth's. `hosts` give bytes, and may be shown the access token. `calls_key`,
    `writes_key`, `bytes_key` and `picker_key` are the pacer's; `key_of` completes them. `pages`:
    how the addresses of photos' pages begin.
    """

    library: str
    picker: str
    uploads: str
    authorize: str
    token: str
    revoke: str
    hosts: HostRule
    calls_key: str
    writes_key: str
    bytes_key: str
    picker_key: str
    pages: tuple[str, ...] = ("https://photos.google.com/",)


GOOGLE = Endpoint(
    library="https://photoslibrary.googleapis.com/",
    picker="https://photospicker.googleapis.com/",
    uploads="https://photoslibrary.googleapis.com/v1/uploads",
    authorize="https://accounts.google.com/o/oauth2/v2/auth",
    token="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
    revoke="https://oauth2.googleapis.com/revoke",
    hosts=HostRule(domains=frozenset({"googleusercontent.com", "google.com", "googleapis.com"})),
    calls_key="google-photos",
    writes_key="google-photos-writes",
    bytes_key="google-photos-bytes",
    picker_key="google-picker",
)


class Budget(NamedTuple):
    """How a key is paced: seconds between requests, requests a day, how many of those for people.

    `day_in`: the zone at whose midnight they begin anew.
    """

    interval: float = 0.0
    daily: int | None = None
    for_people: int = 0
    day_in: str = "UTC"


PACIFIC = "America/Los_Angeles"
"""Google does not say when the Photos APIs' day begins; those of its APIs that do (Play Developer,
Analytics) name midnight Pacific Time. If the service says "used up" earlier, that counts."""

BUDGETS = {
    "google-photos ": Budget(daily=10_000, for_people=500, day_in=PACIFIC),
    "google-photos-bytes ": Budget(daily=75_000, for_people=5_000, day_in=PACIFIC),
    "google-photos-writes ": Budget(interval=2.0),
    "google-photos-at ": Budget(daily=10_000, for_people=500, day_in=PACIFIC),
    "google-photos-bytes-at ": Budget(daily=75_000, for_people=5_000, day_in=PACIFIC),
}
"""What a project may ask (google.md 2.6), and 30 writes a minute of one user (google.md 2.4)."""


def key_of(stem: str, client_id: str) -> str:
    """The pacer's key of a project: its number begins all of its clients' ids."""
    return f"{stem} {client_id.partition('-')[0]}"


def endpoint_at(base: str | None) -> Endpoint:
    """The service at a base address, the real one for None; Misconfigured if it cannot be used.

    Plain http is refused but for this machine itself.
    """
    if base is None:
        return GOOGLE
    base = base.rstrip("/")
    netloc = netloc_of(base)
    if netloc is None:
        raise Misconfigured(
            "the address of the Google service cannot be used",
            remedy="give one that begins with https://, or leave it out",
        )
    return Endpoint(
        library=f"{base}/",
        picker=f"{base}/",
        uploads=f"{base}/v1/uploads",
        authorize=f"{base}/o/oauth2/v2/auth",
        token=f"{base}/token",
        revoke=f"{base}/revoke",
        hosts=HostRule(names=frozenset({netloc}), plain=base.startswith("http:")),
        calls_key=f"google-photos-at {netloc}",
        writes_key=f"google-photos-writes-at {netloc}",
        bytes_key=f"google-photos-bytes-at {netloc}",
        picker_key=f"google-picker-at {netloc}",
        pages=(*GOOGLE.pages, f"{base}/"),
    )
