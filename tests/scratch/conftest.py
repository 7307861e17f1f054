"""Grounds for the same checks: this disk itself (a check of the checks), Scratch, an album."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.mounting import Mount, mounted
from tests.support.stocked import stock
from tests.support.wished import EVERYTHING


@pytest.fixture(scope="module")
def mount(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mount]:
    """One mount for a module, open to all users if root tests; its log names no failure."""
    made = stock(tmp_path_factory.mktemp("mounted") / "stock", {}, can=EVERYTHING)
    flags = ["--allow-other"] if os.geteuid() == 0 else []
    with mounted(made, *flags) as served:
        yield served
    assert "Traceback" not in served.log


def folder_on(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An empty folder of that kind, open to everybody who gets there."""
    if kind == "native":
        folder = tmp_path / "ground"
    else:
        if request.node.get_closest_marker("mount") is None:
            pytest.fail("a test on a mount is to be marked so")
        served: Mount = request.getfixturevalue("mount")
        above = served.scratch if kind == "scratch" else served.home / "Albums"
        folder = above / f"{abs(hash(request.node.nodeid)):x}"
    folder.mkdir()
    folder.chmod(0o755)
    return folder


@pytest.fixture(params=["native", "scratch"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder for files of any kind."""
    return folder_on(request.param, request, tmp_path)


@pytest.fixture(params=["native", "scratch", "album"])
def plain_ground(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder for plain files alone."""
    return folder_on(request.param, request, tmp_path)
