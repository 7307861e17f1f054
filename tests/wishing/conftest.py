"""A library to wish for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.filed import album, photo
from tests.support.wished import Wished


@pytest.fixture
def wished(tmp_path: Path) -> Iterator[Wished]:
    """Photos a, b, c; a and b in the album Trip, c somebody else's favourite; an album Home."""
    made = Wished(tmp_path / "catalog.db")
    made.filed.scan(
        photo("a", favorite=False),
        photo("b", favorite=False),
        photo("c", owned=False, favorite=True),
        photo("d", favorite=False),
        album("x", "Trip", "a", "b"),
        album("y", "Home", "d"),
    )
    yield made
    made.catalog.close()
