"""The service's small vocabulary: secrets, identifiers, and how tags are split and normalised."""

import hashlib
import re
import secrets

_TAG = re.compile(r'"([^"]*)"|(\S+)')
_MACHINE_TAG = re.compile(r"^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*=.+$", re.IGNORECASE | re.DOTALL)


def new_secret() -> str:
    """Ten hex digits."""
    return secrets.token_hex(5)


def hex_word(bits: int) -> str:
    """That many random bits in hex."""
    return secrets.token_hex(bits // 8)


def derived_secret(secret: str, size: str) -> str:
    """The secret of a size that has its own: it changes whenever the photo's secret does."""
    return hashlib.sha1(f"{secret}/{size}".encode(), usedforsecurity=False).hexdigest()[:10]


def split_tags(text: str) -> list[str]:
    """Raw tags of a tags argument: separated by spaces, phrases in double quotes."""
    found = (quoted or bare for quoted, bare in _TAG.findall(text))
    return [raw for raw in found if raw]


def is_machine_tag(raw: str) -> bool:
    """Whether a raw tag is of the form namespace:predicate=value."""
    return bool(_MACHINE_TAG.match(raw))


def normalised(raw: str) -> str:
    """A tag as searches and lists show it: lower case, letters and digits only."""
    if is_machine_tag(raw):
        head, _, value = raw.partition("=")
        return head.lower() + "=" + _plain(value)
    return _plain(raw)


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())
