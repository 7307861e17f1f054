"""Telling a service manager that we are ready."""

import socket

import pytest

from photofs.kernel.service_manager import READY, tell_manager
from tests.support.log_guard import ExpectLog
from tests.support.notified import notified


def test_the_lines_come_as_one_message() -> None:
    """As sd_notify(3) has them."""
    with notified() as heard:
        assert tell_manager(heard.environ, READY, "STATUS=mounted")
        assert heard.hear() == ["READY=1", "STATUS=mounted"]


def test_an_abstract_name_is_heard_too() -> None:
    """One that begins with "@", as systemd uses where there is no file system."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind("")  # the kernel chooses one that nobody else has
        name = line.getsockname()[1:].decode()
        assert tell_manager({"NOTIFY_SOCKET": f"@{name}"}, READY)
        assert line.recv(100) == b"READY=1"


@pytest.mark.parametrize("name", ["", "vsock:2:1234"])
def test_without_a_manager_nothing_is_told(name: str) -> None:
    """Nor where it listens at what we do not speak."""
    assert not tell_manager({"NOTIFY_SOCKET": name}, READY)


def test_a_manager_that_is_gone_stops_nobody(expect_log: ExpectLog) -> None:
    """It is told of in the log."""
    expect_log("could not be told READY=1")
    assert not tell_manager({"NOTIFY_SOCKET": "/nowhere/at/all"}, READY)
