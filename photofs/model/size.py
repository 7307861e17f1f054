"""Sizes as people write them."""

import re

from photofs.model.errors import Misconfigured

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)B?\s*", re.IGNORECASE)
_MOST_DIGITS = 30
"""Of a size; with some 300 it is beyond what a float holds."""


def parse_size(text: str) -> int:
    """Bytes from text such as "20 GB" (powers of 1000) or "512 MiB" (powers of 1024).

    Raises Misconfigured for anything else.
    """
    match = _SIZE.fullmatch(text)
    if match is None or len(match[1]) > _MOST_DIGITS:
        raise Misconfigured(
            f'"{text}" is not a size', remedy='write a number and a unit, such as "20 GB"'
        )
    number, unit, binary = match.groups()
    factor = _UNITS[unit.upper()]
    if binary:
        factor = 1024 ** list(_UNITS).index(unit.upper())
    return int(float(number) * factor)
