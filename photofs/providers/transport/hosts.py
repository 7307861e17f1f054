"""Which hosts may be asked, and which address in an answer may be followed."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit


@dataclass(frozen=True, slots=True)
class HostRule:
    """The hosts of one service.

    `names` are exact "host" or "host:port"; `domains` stand for themselves and all below them.
    Only https is let through, but for `plain` services, which lie on this very machine.
    """

    names: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    plain: bool = False

    def allows(self, url: str) -> bool:
        """Whether the address is one of this service's."""
        try:
            parts = urlsplit(url)
            host, netloc = (parts.hostname or "").lower(), _without_login(parts)
        except ValueError:
            return False
        if parts.username or parts.password or not self._scheme_fits(parts.scheme, host):
            return False
        return netloc in self.names or (parts.port in (None, 443) and self._in_domain(host))

    def _scheme_fits(self, scheme: str, host: str) -> bool:
        return scheme == "https" or (scheme == "http" and self.plain and is_loopback(host))

    def _in_domain(self, host: str) -> bool:
        return any(host == domain or host.endswith("." + domain) for domain in self.domains)


def _without_login(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2].lower()


def is_loopback(host: str) -> bool:
    """Whether the host, as an address in digits, is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def netloc_of(base: str) -> str | None:
    """The host and port of an address at which a service may be; None if it cannot be used.

    Plain http is for this machine itself alone.
    """
    try:
        parts = urlsplit(base)
        host, plain = parts.hostname or "", parts.scheme == "http"
    except ValueError:
        return None
    usable = parts.scheme in {"http", "https"} and "@" not in parts.netloc and host
    return parts.netloc.lower() if usable and (not plain or is_loopback(host)) else None
