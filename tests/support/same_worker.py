"""Tests that use one thing of the machine stay with one of xdist's workers, one after the other.

`pytest.mark.xdist_group` says so of a whole file. xdist 3.8 has the group travel in a test's name,
which pytest 9.2 lets nobody write to any more: each test was its own group, and all ran at once.
So who hands out tests reads the group in the file itself.
"""

import re
from functools import cache
from pathlib import Path

import pytest
from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped]

_GROUP = re.compile(r"^(?:pytestmark = |    )pytest\.mark\.xdist_group\(\"(.+)\"\)", re.MULTILINE)


@cache
def group_of(file: Path) -> str | None:
    """The group that a file's `pytestmark` names; None if it names none."""
    found = _GROUP.search(file.read_text(encoding="utf-8"))
    return found[1] if found else None


class ByFile(LoadGroupScheduling):  # type: ignore[misc] # xdist has no types
    """As `--dist loadgroup`, by files."""

    def _split_scope(self, nodeid: str) -> str:
        """What is run by one worker: a group, else a test alone."""
        group = group_of(self.config.rootpath / nodeid.partition("::")[0])
        return nodeid if group is None else f"@{group}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile | None:
    """Ours for `--dist loadgroup`, which is what the Makefile says."""
    return ByFile(config, log) if config.getoption("dist") == "loadgroup" else None
