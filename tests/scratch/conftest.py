"""Two grounds for the same checks: this disk itself (a check of the checks), and Scratch on it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.mounting import Mount, mounted
from tests.support.stocked import stock


@pytest.fixture(scope="module")
def mount(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mount]:
    """One mount for a module, open to all users if root tests; its log names no failure."""
    made = stock(tmp_path_factory.mktemp("mounted") / "stock", {})
    flags = ["--allow-other"] if os.geteuid() == 0 else []
    with mounted(made, *flags) as served:
        yield served
    assert "Traceback" not in served.log


@pytest.fixture(params=["native", "scratch"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An empty folder to work in, open to everybody who gets there."""
    if request.param == "native":
        folder = tmp_path / "ground"
    else:
        if request.node.get_closest_marker("mount") is None:
            pytest.fail("a test on a mount is to be marked so")
        served: Mount = request.getfixturevalue("mount")
        folder = served.scratch / f"{abs(hash(request.node.nodeid)):x}"
    folder.mkdir()
    folder.chmod(0o755)
    return folder
