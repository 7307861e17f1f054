"""The environment of a test: a home of its own, UTC, no proxies, no desktop."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

XDG_FOLDERS = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
    "XDG_RUNTIME_DIR": "run",
}
FORGOTTEN = ("CREDENTIALS_DIRECTORY", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY")


def _is_the_users(name: str) -> bool:
    return name.lower().endswith("_proxy") or name.startswith("PHOTOFS_") or name in FORGOTTEN


@pytest.fixture(autouse=True)
def clean_environ(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home folder of this test; processes that it starts inherit all of this."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if _is_the_users(name):
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        for name, below in XDG_FOLDERS.items():
            patch.setenv(name, str(home / below))
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield home
    time.tzset()
