"""Texts and names as UTF-8 can hold them; pure."""

import unicodedata


def plain(text: str) -> str:
    """Without lone surrogates (names of other encodings, broken JSON escapes)."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def clean(text: str) -> str:
    """The same in NFC."""
    return plain(unicodedata.normalize("NFC", text))
