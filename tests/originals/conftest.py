"""A store of originals on this disk, its two rooms, and the files of one draft."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.originals.draft import draft_files
from photofs.originals.local_disk import LocalDisk
from tests.support.open_files import open_below
from tests.support.originals import KEY


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The Kept room."""
    return tmp_path / "data" / "kept"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """The Cache room."""
    return tmp_path / "cache" / "originals"


@pytest.fixture
def store(kept: Path, cache: Path) -> LocalDisk:
    """A store with ample room."""
    return LocalDisk(kept, cache, limit=1 << 30, min_free=0)


@pytest.fixture
def part(cache: Path) -> Path:
    """Where the draft of KEY lies."""
    return draft_files(cache / "drafts", KEY).part


@pytest.fixture
def log(cache: Path) -> Path:
    """Where its log lies."""
    return draft_files(cache / "drafts", KEY).log


@pytest.fixture(autouse=True)
def no_descriptor_left(tmp_path: Path) -> Iterator[None]:
    """Every test gives back the descriptors that it took."""
    before = open_below(tmp_path)
    yield
    assert open_below(tmp_path) == before
