"""A catalog of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.catalog.sqlite import Catalog, open_catalog
from tests.support.filed import Filed, album, photo


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the catalog will be."""
    return tmp_path / "catalog.db"


@pytest.fixture
def catalog(path: Path) -> Iterator[Catalog]:
    """A new, empty catalog."""
    with open_catalog(path) as fresh:
        yield fresh


@pytest.fixture
def stocked(path: Path) -> Iterator[Filed]:
    """Three photos, one album."""
    filed = Filed(path)
    filed.scan(photo("a", size=10), photo("b"), photo("c", trashed=True), album("x", "Trip", "a"))
    yield filed
    filed.catalog.close()
