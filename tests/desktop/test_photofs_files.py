"""The extension for Nautilus and Nemo, with a file manager that only asks it."""

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from photofs.cli.desktop_extras import BROUGHT
from tests.support.waiting import PATIENCE

STATE = "user.photofs.state"
ELSE = "36 35 98:0 / /mnt/disk rw shared:1 - ext4 /dev/sda1 rw\n"


class MenuItem:
    """As a file manager has it: it may have a menu below it, and is activated by a click."""

    def __init__(self, *, name: str, label: str, tip: str) -> None:
        self.name, self.label, self.tip = name, label, tip
        self.below: Menu | None = None
        self._clicked: tuple[Any, ...] = ()

    def set_submenu(self, menu: "Menu") -> None:
        """A menu below it."""
        self.below = menu

    def connect(self, signal: str, *given: Any) -> None:  # noqa: ANN401 - as gi has it
        """Call this when it is activated."""
        assert signal == "activate"
        self._clicked = given

    def click(self) -> None:
        """Activate it."""
        call, *given = self._clicked
        call(self, *given)


class Menu:
    """Its items."""

    def __init__(self) -> None:
        self.items: list[MenuItem] = []

    def append_item(self, item: MenuItem) -> None:
        """One more."""
        self.items.append(item)


class Shown:
    """A file that a file manager shows."""

    def __init__(self, path: Path | None) -> None:
        """None: it lies in no folder of this machine."""
        self.path, self.emblems = path, list[str]()

    def get_location(self) -> Any:  # noqa: ANN401 - as gi has it
        """A Gio.File."""
        return SimpleNamespace(get_path=lambda: self.path and os.fspath(self.path))

    def is_directory(self) -> bool:
        """Whether it is a folder."""
        return self.path is not None and self.path.is_dir()

    def add_emblem(self, name: str) -> None:
        """Draw it on the file."""
        self.emblems.append(name)


@pytest.fixture
def point(tmp_path: Path) -> Path:
    """A folder that stands for a mount, with a name that the kernel escapes."""
    folder = tmp_path / "my photos"
    folder.mkdir()
    return folder


@pytest.fixture
def extension(point: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module as Nautilus loads it, which sees that one mount."""
    files = SimpleNamespace(
        MenuItem=MenuItem, Menu=Menu, InfoProvider=type("I", (), {}), MenuProvider=type("M", (), {})
    )
    repository: Any = ModuleType("gi.repository")
    repository.GObject = SimpleNamespace(GObject=type("GObject", (), {}))
    for name, module in (
        ("gi", ModuleType("gi")),
        ("gi.repository", repository),
        ("gi.repository.Nautilus", files),
    ):
        monkeypatch.setitem(sys.modules, name, module)
    spec = importlib.util.spec_from_file_location("photofs_files", BROUGHT / "photofs_files.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    escaped = os.fspath(point).replace(" ", r"\040")
    table = tmp_path / "mountinfo"
    table.write_text(f"{ELSE}40 35 0:50 / {escaped} rw,nosuid - fuse.photofs photofs rw\n{ELSE}")
    monkeypatch.setattr(loaded, "MOUNTINFO", table)
    return loaded


def photo(folder: Path, state: str) -> Path:
    """A file in that state."""
    path = folder / "a.jpg"
    path.touch()
    try:
        os.setxattr(path, STATE, state.encode())
    except OSError:
        pytest.skip("this disk knows no extended attributes of users")
    return path


@pytest.mark.parametrize(
    ("state", "emblems"),
    [
        ("remote", []),
        ("cached", ["emblem-downloads"]),
        ("pinned", ["emblem-default"]),
        ("pending", ["emblem-synchronizing"]),
        ("held", ["emblem-readonly"]),
        ("missing", ["emblem-unreadable"]),
        ("failed: the picture is cut short", ["emblem-important"]),
        ("a word of a later version", []),
    ],
)
def test_a_photo_bears_the_emblem_of_its_state(
    extension: ModuleType, point: Path, state: str, emblems: list[str]
) -> None:
    """By the first word of what the mount tells."""
    shown = Shown(photo(point, state))
    extension.Photofs().update_file_info(shown)
    assert shown.emblems == emblems


def test_what_is_no_photo_of_a_mount_bears_none(
    extension: ModuleType, point: Path, tmp_path: Path
) -> None:
    """A folder, a file that tells no state, files elsewhere, and what lies on no disk."""
    beside = tmp_path / "my photos 2"
    beside.mkdir()
    (point / "plain").touch()
    provider = extension.Photofs()
    for path in (point, point / "plain", photo(beside, "pinned"), None):
        shown = Shown(path)
        provider.update_file_info(shown)
        assert shown.emblems == []


@pytest.mark.parametrize("call", [lambda files: (files,), lambda files: (object(), files)])
def test_the_menu_runs_the_command(
    extension: ModuleType,
    point: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: Callable[[list[Shown]], tuple[Any, ...]],
) -> None:
    """With the deed and all paths that are selected, be they given behind a window or alone."""
    heard, script = tmp_path / "heard", tmp_path / "photofs"
    script.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$HEARD"\n')
    script.chmod(0o755)
    monkeypatch.setenv("HEARD", str(heard))
    monkeypatch.setattr(extension, "PHOTOFS", (str(script),))
    paths = [point / "-odd name.jpg", point / "album"]
    provider = extension.Photofs()
    (top,) = provider.get_file_items(*call([Shown(path) for path in paths]))
    items = {item.name.partition("::")[2]: item for item in top.below.items}
    assert list(items) == ["pin", "unpin", "free", "web"]
    for deed in ("pin", "free"):
        items[deed].click()
        assert provider.running[-1].wait(PATIENCE) == 0
        assert heard.read_text().splitlines() == ["desktop", "do", deed, "--", *map(str, paths)]
    assert len(provider.running) == 1  # what has ended is kept no longer than to the next click


def test_there_is_no_menu_elsewhere(extension: ModuleType, point: Path, tmp_path: Path) -> None:
    """Nor where one of the files lies elsewhere, or none is selected."""
    provider = extension.Photofs()
    assert provider.get_file_items([]) == []
    assert provider.get_file_items([Shown(point / "a.jpg"), Shown(tmp_path / "b.jpg")]) == []
    assert provider.get_file_items([Shown(None)]) == []
