"""A library to file into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.filed import Filed


@pytest.fixture
def filed(tmp_path: Path) -> Iterator[Filed]:
    """One library with nothing in it yet."""
    library = Filed(tmp_path / "catalog.db")
    yield library
    library.catalog.close()
