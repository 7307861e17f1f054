"""The service is killed between any two of its calls, and the line is cut in any of its answers.

Meanwhile an agent sends; afterwards all is well again, and each file is there once.
"""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from photofs.emulators.flickr import Account
from photofs.emulators.flickr.state import State
from photofs.emulators.hosting import faults as net
from photofs.emulators.hosting.vault import load_state
from tests.support.last_call import LastCall
from tests.support.sending_home import ROOT, SEED, Home, home

PARTS = 8
CUTS: dict[str, net.Effect] = {
    "before the answer": net.drop(),
    "by a reset": net.drop(reset=True),
    "in the answer": net.drop(20),
    "silence": net.lose_answer(),
    "a proxy that did it": net.done_and_denied(502),
    "a proxy that did not": net.server_error(502),
}


class FlickrProcess:
    """The emulated account in a process that can be killed, and begun again at the same address."""

    def __init__(self, folder: Path) -> None:
        """An account with a login; nobody serves it yet."""
        self.folder = folder / "account"
        account = Account(folder=self.folder)
        self.token = account.grant("delete")
        self.last_call = LastCall(folder / "control")
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    @property
    def account(self) -> Account:
        """As it was written down last."""
        return Account(load_state(self.folder, State), folder=self.folder)

    @property
    def calls(self) -> Mapping[str, int]:
        """Not known here."""
        return {}

    def begin(self) -> int:
        """Serve it; the process id."""
        port = self.url.rpartition(":")[2] or "0"
        command = [sys.executable, "-m", "tests.support.flickr_program", str(self.folder), port]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **self.last_call.environ},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url
        return self._process.pid

    def end(self) -> int:
        """Kill it, if it is not dead yet; its status."""
        assert self._process is not None
        self._process.kill()
        with self._process:
            return self._process.wait(60)


@contextmanager
def served(folder: Path) -> Iterator[tuple[Home, FlickrProcess, int]]:
    """A home whose account is served by a process, and that one's id."""
    folder.mkdir()
    service = FlickrProcess(folder)
    pid = service.begin()
    try:
        yield Home(folder / "home", service, service.token), service, pid
    finally:
        service.end()


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The calls that the service makes while all is sent, when nobody kills it."""
    with served(tmp_path_factory.mktemp("counted") / "one") as (made, service, pid):
        service.last_call.watch(pid)
        made.finish()
        return service.last_call.made


def is_killed(folder: Path, nth: int) -> None:
    """One death of the service, before that call; then it is there again."""
    with served(folder) as (made, service, pid):
        service.last_call.watch(pid, last=nth)
        made.run(0)
        service.last_call.unwatch()
        assert len(service.last_call.made) <= nth
        service.end()
        service.begin()
        made.finish()
        made.check()
    shutil.rmtree(folder)


def is_cut(folder: Path, request: int, how: str) -> None:
    """The line is cut once, while that request is answered."""
    plan = net.Faults(seed=SEED)
    with home(folder, lose=False, plan=plan) as made:
        fault = plan.add(CUTS[how], skip=request)
        made.run(0)
        made.finish()
        assert fault.hits == 1
        made.check()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many requests it takes to send all."""
    with home(tmp_path_factory.mktemp("asked") / "home", lose=False) as made:
        before = sum(made.emulator.calls.values())
        made.run(0)
        return sum(made.emulator.calls.values()) - before


def test_p3_a_service_that_is_killed_between_two_calls_gets_each_file_once(
    calls: list[str], tmp_path: Path
) -> None:
    """P3, P20: a seeded sample of moments."""
    assert {"send", "write", "rename"} <= set(calls)
    for nth in random.Random(SEED).sample(range(1, len(calls) + 1), 3):
        is_killed(tmp_path / str(nth), nth)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(PARTS))
def test_p3_a_service_that_is_killed_between_any_two_calls_gets_each_file_once(
    calls: list[str], tmp_path: Path, part: int
) -> None:
    """P3, P20: all moments; in parts, for time."""
    for nth in range(1 + part, len(calls) + 1, PARTS):
        is_killed(tmp_path / str(nth), nth)


@pytest.mark.parametrize("how", CUTS)
def test_p3_a_line_that_is_cut_in_an_answer_sends_nothing_twice(
    requests: int, tmp_path: Path, how: str
) -> None:
    """P3, P20: each way once, in a request that a seed chooses."""
    is_cut(tmp_path / "home", random.Random(f"{SEED} {how}").randrange(requests), how)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("how", CUTS)
def test_p3_a_line_that_is_cut_in_any_answer_sends_nothing_twice(
    requests: int, tmp_path: Path, how: str
) -> None:
    """P3, P20: each way, in every request."""
    assert requests > len(CUTS)
    for request in range(requests):
        is_cut(tmp_path / str(request), request, how)
