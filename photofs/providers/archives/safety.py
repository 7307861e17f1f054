"""Which members are refused, whatever their archive says of them."""

BIG = 10 << 20
"""Bytes below which no ratio is suspicious: a blank 10 MB bitmap packs 1,000:1 honestly."""

RATIO = 100
"""Deflate reaches 1,032:1 at most, photographs and videos about 1:1."""

LARGEST = 256 << 30
"""Bytes; Google's own limits for one item are far below, and a part has at most 50 GB."""


def name_trouble(path: str) -> str | None:
    """Why a member of that path is refused, None if the path stays where it belongs."""
    if not path or "\0" in path:
        return "its name is empty or holds a NUL character"
    if path[0] in "/\\" or path[1:3] in {":/", ":\\"}:
        return "its name is an absolute path"
    if ".." in path and ".." in path.replace("\\", "/").split("/"):
        return "its name leads out of the archive"
    return None


def size_trouble(size: int, packed: int) -> str | None:
    """Why a member of those lengths is refused, None if they can be honest."""
    if size < 0:
        return "it claims a negative length"
    if size > LARGEST:
        return f"it claims to have {size} bytes, more than any photo or video"
    if size > BIG and size > packed * RATIO:
        return f"it would grow from {packed} to {size} bytes, as only a zip bomb does"
    return None
