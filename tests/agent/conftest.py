"""A library whose wishes are sent to a service in memory."""

from pathlib import Path

import pytest

from tests.support.posted import Posted


@pytest.fixture
def posted(tmp_path: Path) -> Posted:
    """The library."""
    return Posted(tmp_path)
