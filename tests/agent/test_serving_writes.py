"""The agent as a process: it sends by itself, one at a time, and another one takes over."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photofs.assembly import HOME_VARIABLE
from photofs.kernel.lock import hold
from photofs.model.errors import Busy
from tests.support.google_home import GoogleHome, google_home
from tests.support.log_guard import ExpectLog
from tests.support.sending_home import FILES, ROOT, Home, home

PATIENCE = 180
"""Seconds; the second agent looks every ten whether the first one lives."""


@contextmanager
def agent(made: Home | GoogleHome) -> Iterator[subprocess.Popen[bytes]]:
    """`agent serve`, ended at the end of the block if it still lives."""
    environ = {**os.environ, HOME_VARIABLE: str(made.folder)}
    command = [sys.executable, "-m", "agent", "serve"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def test_p22_what_waits_for_a_former_client_names_it(tmp_path: Path, expect_log: ExpectLog) -> None:
    """P22: another OAuth client was taken since; a login by this one would send nothing of it."""
    del expect_log
    with google_home(tmp_path / "home", 1) as made:
        with made.house.catalog() as catalog:
            (source,) = catalog.sources()
            catalog.set_config(source.source_id, {**source.config, "former": True})
        with agent(made):
            until = time.monotonic() + PATIENCE
            while not (trouble := made.trouble):
                assert time.monotonic() < until
                time.sleep(0.2)
        assert "a former OAuth client uploaded" in trouble
        assert "--client-file with the former one's file" in trouble
        assert "photofs undo" in trouble
        assert "--allow write" not in trouble
        assert made.emulator.calls["uploads"] == 0


def is_free(made: Home) -> bool:
    """Whether no agent works for the home."""
    try:
        with hold(made.house.paths.state / "locks" / "agent", "an agent works"):
            return True
    except Busy:
        return False


def await_end(made: Home) -> None:
    """Wait until all is sent."""
    until = time.monotonic() + PATIENCE
    while not made.is_over():
        assert time.monotonic() < until, made.trouble
        time.sleep(0.2)


def test_p24_a_second_agent_takes_over_when_the_first_is_killed(tmp_path: Path) -> None:
    """P3, P24: two at once send nothing twice; kill -9 of the working one costs seconds."""
    with home(tmp_path / "home", lose=False) as made, agent(made) as first:
        until = time.monotonic() + PATIENCE
        while is_free(made):
            assert time.monotonic() < until
            time.sleep(0.01)
        with agent(made) as second:
            while made.emulator.calls["upload"] == 0:
                assert time.monotonic() < until
                time.sleep(0.01)
            first.kill()
            await_end(made)
            made.check()
            assert second.poll() is None


def test_p26_an_agent_ends_when_it_is_told_to(tmp_path: Path) -> None:
    """P26: its standard input closed while it sends, it ends at once, and nothing is lost."""
    with home(tmp_path / "home", lose=True) as made:
        with agent(made) as process:
            until = time.monotonic() + PATIENCE
            while made.emulator.calls["upload"] == 0:
                assert time.monotonic() < until
                time.sleep(0.01)
            process.communicate(timeout=PATIENCE)
            assert process.returncode == 0
        made.finish()
        made.check()
        assert made.emulator.calls["upload"] >= len(FILES)


def test_p22_a_token_that_was_revoked_stops_sending_until_the_next_login(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """P22: nothing is lost, `status` says what to do, and after a new login all goes on."""
    expect_log("sending to flickr stops: the login to Flickr is not valid any more")
    with home(tmp_path / "home", lose=False) as made:
        made.emulator.account.state.tokens.clear()
        made.run(0)
        assert "photofs login" in made.trouble
        assert made.emulator.account.stream() == []
        made.log_in("delete")
        made.finish()
        made.check()
        assert made.trouble == ""


def test_p22_a_login_that_may_only_read_sends_nothing(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """P22: the wishes wait, and `status` says that the login may read only."""
    del expect_log
    with home(tmp_path / "home", lose=False) as made:
        made.log_in("read")
        with agent(made):
            until = time.monotonic() + PATIENCE
            while "may read only" not in made.trouble:
                assert time.monotonic() < until
                time.sleep(0.2)
        assert made.emulator.account.stream() == []
        assert not made.is_over()
        made.log_in("delete")
        made.finish()
        made.check()
