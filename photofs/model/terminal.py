"""Names as a terminal may show them: nothing in them steers it or deceives its reader.

Titles and file names come from strangers. What is not printed as it is is shown by its number.
Printed as they are, and so can be pasted back: blanks of any width (macOS puts U+202F into the
names of its screenshots), and joiners where scripts and emoji need them, between two letters or
signs that are no ASCII: a family is three emoji. Elsewhere a joiner only hides, and is shown.
"""

from typing import Final
from unicodedata import category

_JOINERS: Final = frozenset("\u200c\u200d")
_BLACK_FLAG: Final = "\U0001f3f4"
_TAGS: Final = frozenset(map(chr, range(0xE0020, 0xE0080)))
"""Behind a black flag they spell the region whose flag it is, such as Scotland (Unicode TR51)."""


def safe_text(text: str) -> str:
    """The text with all that could steer a terminal, or hide in it, shown by its number."""
    if text.isprintable():
        return text
    return "".join(
        char if _is_plain(text, at) else f"\\x{ord(char):02x}" for at, char in enumerate(text)
    )


def _is_plain(text: str, at: int) -> bool:
    """Whether a character may be printed where it stands."""
    char = text[at]
    if char.isprintable() or category(char) == "Zs":
        return True
    if char in _JOINERS:
        return _joins(text[at - 1 : at]) and _joins(text[at + 1 : at + 2])
    return char in _TAGS and text[:at].rstrip("".join(_TAGS)).endswith(_BLACK_FLAG)


def _joins(char: str) -> bool:
    """Whether a joiner beside it means something; nothing stands beside one at an end."""
    return not char.isascii() and char.isprintable()
