"""Where Flickr lives: the real service, or one that speaks like it at another address."""

from dataclasses import dataclass

from photofs.model.errors import Misconfigured
from photofs.providers.transport.hosts import HostRule, netloc_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The service's addresses, the hosts that may be asked, and its name in the pacing.

    `api_key` and `static_key` are the pacer's keys: the API and the hosts of the bytes are
    throttled apart from each other, the latter much harder.
    """

    rest: str
    upload: str
    replace: str
    request_token: str
    authorize: str
    access_token: str
    static: str
    site: str
    hosts: HostRule
    api_key: str
    static_key: str


FLICKR = Endpoint(
    rest="https://api.flickr.com/services/rest/",
    upload="https://up.flickr.com/services/upload/",
    replace="https://up.flickr.com/services/replace/",
    request_token="https://www.flickr.com/services/oauth/request_token",  # noqa: S106 - an address
    authorize="https://www.flickr.com/services/oauth/authorize",
    access_token="https://www.flickr.com/services/oauth/access_token",  # noqa: S106 - an address
    static="https://live.staticflickr.com",
    site="https://www.flickr.com",
    hosts=HostRule(domains=frozenset({"flickr.com", "staticflickr.com"})),
    api_key="flickr-api",
    static_key="flickr-static",
)

PACES = {FLICKR.api_key: 1.0, FLICKR.static_key: 0.5}
"""Seconds between two requests to the real service, before it asks for more (flickr.md 1.6, 3.4).

3600 calls an hour are allowed, one a second; the static hosts throttle without a known bound, and
0.5 s is where a tool that downloaded 30,000 originals began to adapt.
"""


def endpoint_at(base: str | None) -> Endpoint:
    """The service at a base address, the real one for None; Misconfigured if it cannot be used.

    Plain http is refused but for this machine itself.
    """
    if base is None:
        return FLICKR
    base = base.rstrip("/")
    netloc = netloc_of(base)
    if netloc is None:
        raise Misconfigured(
            "the address of the Flickr service cannot be used",
            remedy="give one that begins with https://, or leave it out",
        )
    return _endpoint(base, netloc)


def _endpoint(base: str, netloc: str) -> Endpoint:
    return Endpoint(
        rest=f"{base}/services/rest/",
        upload=f"{base}/services/upload/",
        replace=f"{base}/services/replace/",
        request_token=f"{base}/services/oauth/request_token",
        authorize=f"{base}/services/oauth/authorize",
        access_token=f"{base}/services/oauth/access_token",
        static=f"{base}/static",
        site=base,
        hosts=HostRule(names=frozenset({netloc}), plain=base.startswith("http:")),
        api_key=f"flickr-api {netloc}",
        static_key=f"flickr-static {netloc}",
    )
