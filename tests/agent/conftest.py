"""A library whose wishes are sent to a service in memory; time passes as fast as it can."""

from pathlib import Path

import pytest
from trio.testing import MockClock

from tests.support.posted import Posted


@pytest.fixture
def posted(tmp_path: Path) -> Posted:
    """The library."""
    return Posted(tmp_path)


@pytest.fixture
def autojump_clock() -> MockClock:
    """Waits cost nothing; a test names this fixture itself."""
    return MockClock(autojump_threshold=0.02)
