"""What holds for every test: a bare environment, no unannounced warning, an honest clock."""

import compileall
import os
import signal
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck

pytest_plugins = [
    "tests.support.clean_environ",
    "tests.support.log_guard",
    "tests.support.same_worker",
    "tests.support.virtual_time",
]

ROOT = Path(__file__).parents[1]

UNHEALTHY = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
"""Complaints that say nothing here: of a busy machine's pace, and of fixtures that clean up."""

# The same examples in every run: what fails here fails for everybody. Sweeps vary their seeds.
hypothesis.settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=100,
    suppress_health_check=UNHEALTHY,
)
hypothesis.settings.register_profile(
    "sweep", deadline=None, database=None, max_examples=2000, suppress_health_check=UNHEALTHY
)


def pytest_configure(config: pytest.Config) -> None:
    """Random examples only in `make soak`."""
    expression = str(config.getoption("markexpr") or "")
    sweeping = "soak" in expression and "not soak" not in expression
    hypothesis.settings.load_profile("sweep" if sweeping else "steady")
    # a shell that starts the tests in the background (`make test &`) has Ctrl-C ignored in them and
    # in all that they start
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):  # by xdist's workers: they start after this
        _compile()


def _compile() -> None:
    """Compile what the stories start as programs, some 3,000 times in a run.

    With PYTHONDONTWRITEBYTECODE set, as in many containers, each of them would compile all of it
    anew: 0.35 s of processor time for `photofs status` instead of 0.2 s. A checkout that cannot be
    written to is left as it is.
    """
    for room in ("photofs", "agent", "tests/support"):
        compileall.compile_dir(ROOT / room, quiet=2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories first: they take longest and wait most, and none shall begin when the rest is done.

    xdist hands tests out in this order, so that at the end only short ones are left.
    """
    items.sort(key=lambda item: "stories" not in item.path.parts)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that mounts says why it cannot, where there is no FUSE."""
    if item.get_closest_marker("mount") is None:
        return
    if not Path("/dev/fuse").exists() or not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("/dev/fuse is not there or not open to this user")
