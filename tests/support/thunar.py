"""Xfce's file manager, driven as a user drives it: by keys, and by its own D-Bus methods.

There is no window manager: a window is given the keys before they are pressed.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PIL import Image

from photofs.model.thumbnail import file_uri
from tests.support.desktop import Desktop
from tests.support.waiting import LOOK_EVERY, wait_until

NAME: Final = "org.xfce.FileManager"
PATH: Final = "/org/xfce/FileManager"
BUS: Final = "org.freedesktop.DBus"
TUMBLER: Final = "org.freedesktop.thumbnails.Thumbnailer1"

PANE: Final = 190
"""Pixels that the side pane is wide, or a little more."""

ASKED_AGAIN_S: Final = 5.0
"""Seconds after which what had no effect is asked for once more."""

RESTORE: Final = (300, 50)
"""Where the button "Restore Selected Items" is, from the lower right corner of the trash."""

SELECTED: Final = (0x35, 0x84, 0xE4)
ENOUGH: Final = 200
"""The colour of what is selected in GTK's own theme, and so many pixels of it at the least."""


class Window:
    """A window of it."""

    def __init__(self, desktop: Desktop, number: str) -> None:
        """`number`: the display's own."""
        self._desktop, self.number = desktop, number

    def press(self, *keys: str) -> None:
        """Press keys, by xdotool's names."""
        self._focus()
        self._desktop.run("xdotool", "key", "--clearmodifiers", "--delay", "100", *keys)

    def write(self, text: str) -> None:
        """Type a text over what is there, and Return."""
        self._focus()
        self._desktop.run("xdotool", "key", "ctrl+a")
        self._desktop.run("xdotool", "type", "--delay", "30", text)
        self._desktop.run("xdotool", "key", "Return")

    def resize(self, width: int, height: int) -> None:
        """Make it so many pixels wide and high."""
        self._desktop.run("xdotool", "windowsize", "--sync", self.number, str(width), str(height))

    def click(self, right: int, bottom: int) -> None:
        """Press the mouse's button so many pixels from the lower right corner."""
        width, height = self.picture().size
        place = (str(width - right), str(height - bottom))
        self._desktop.run("xdotool", "mousemove", "--window", self.number, *place, "click", "1")

    def undo(self, so: Callable[[], bool]) -> None:
        """Press Ctrl+Z until it is so.

        Too early, before Thunar itself knows that it has done something, it says that there is
        nothing to undo, and waits for that to be closed.
        """

        def undone() -> bool:
            self.press("ctrl+z")
            until = time.monotonic() + ASKED_AGAIN_S
            while not so() and time.monotonic() < until:
                time.sleep(LOOK_EVERY)
            if not so():
                self.press("Escape")
            return so()

        wait_until(undone)

    def select_all(self) -> None:
        """Select every file that is shown, once any is."""

        def selected() -> bool:
            self.press("ctrl+a")
            if self.has_selection():
                return True
            self.press("ctrl+r")  # gvfs may have told too late of what was trashed a moment ago
            return False

        wait_until(selected)

    def has_selection(self) -> bool:
        """Whether a file is drawn as selected, right of the side pane."""
        picture = self.picture()
        files = picture.crop((PANE, 0, *picture.size))
        colours = files.getcolors(files.width * files.height) or []
        return any(colour == SELECTED and count >= ENOUGH for count, colour in colours)

    def picture(self) -> Image.Image:
        """What it shows."""
        self._focus()
        shot = self._desktop.home / f"window-{self.number}.png"
        self._desktop.run("import", "-window", self.number, shot)
        with Image.open(shot) as picture:
            return picture.convert("RGB")

    def _focus(self) -> None:
        self._desktop.run("xdotool", "windowraise", self.number)
        self._desktop.run("xdotool", "windowfocus", "--sync", self.number)


class Thunar:
    """A running Thunar."""

    def __init__(self, desktop: Desktop) -> None:
        """`thunar` starts it."""
        self.desktop = desktop

    def open(self, folder: Path) -> Window:
        """Show a folder in a window of its own."""
        before = self._windows(folder.name)
        self._tell("FileManager.DisplayFolder", _uri(folder))
        return self._new_window(folder.name, before)

    def select(self, path: Path) -> Window:
        """Show the folder of a file in a window of its own, with that file selected."""
        shown: list[Window] = []

        def selected() -> bool:  # asked while it still reads the folder, it may forget the file
            shown.append(self._select(path))
            until = time.monotonic() + ASKED_AGAIN_S
            while not shown[-1].has_selection():
                if time.monotonic() > until:
                    return False
            return True

        wait_until(selected)
        return shown[-1]

    def _select(self, path: Path) -> Window:
        title = path.parent.name
        before = self._windows(title)
        self._tell("FileManager.DisplayFolderAndSelect", _uri(path.parent), path.name)
        return self._new_window(title, before)

    def open_trash(self) -> Window:
        """Show the trash."""
        before = self._windows("Trash")
        self._tell("Trash.DisplayTrash")
        return self._new_window("Trash", before)

    def drag_in(self, folder: Path, *paths: Path) -> None:
        """What it does when files are dropped on a folder of another file system."""
        uris = ", ".join(f"'{_uri(path)}'" for path in paths)
        self._tell("FileManager.CopyInto", "", f"[{uris}]", _uri(folder))

    def ask_for(self, uris: Sequence[str]) -> None:
        """Have tumbler draw these at once, as Thunar asks it."""
        told = ", ".join(f"'{uri}'" for uri in uris)
        kinds = ", ".join(["'image/jpeg'"] * len(uris))
        path = "/" + TUMBLER.replace(".", "/")
        arguments = (f"[{told}]", f"[{kinds}]", "large", "default", "uint32 0")
        self.desktop.call(TUMBLER, path, f"{TUMBLER}.Queue", *arguments)

    def has_asked(self) -> bool:
        """Whether tumbler was asked for thumbnails, and has ended with all of it, well or not."""
        told = (self.desktop.home / "dbus-monitor.log").read_text()
        members = [line.split("\t")[-1] for line in told.splitlines()]
        return 0 < members.count("Queue") == members.count("Finished")

    def dialog(self, title: str) -> Window:
        """A dialog with that in its title, once it is there."""
        return self._new_window(title, set())

    def _tell(self, method: str, *arguments: str) -> None:
        display = self.desktop.environ["DISPLAY"]
        self.desktop.call(NAME, PATH, f"org.xfce.{method}", *arguments, display, "")

    def _windows(self, title: str) -> set[str]:
        """The numbers of those with that in their title."""
        told = self.desktop.run("xdotool", "search", "--onlyvisible", "--name", title, code=None)
        return set(told.split())

    def _new_window(self, title: str, before: set[str]) -> Window:
        found: set[str] = set()

        def shown() -> bool:
            found.update(self._windows(title) - before)
            return bool(found)

        wait_until(shown)
        return Window(self.desktop, found.pop())


@contextmanager
def thunar(desktop: Desktop) -> Iterator[Thunar]:
    """A Thunar for the length of a block; it ends with the desktop."""
    watching = desktop.start("dbus-monitor", "--session", "--profile", f"interface='{TUMBLER}'")
    started = desktop.start("thunar", "--daemon")
    path = "/" + BUS.replace(".", "/")
    wait_until(lambda: NAME in desktop.call(BUS, path, f"{BUS}.ListNames"))
    try:
        yield Thunar(desktop)
    finally:
        desktop.end()
        started.wait()
        watching.wait()


def _uri(path: Path) -> str:
    return file_uri(os.fsencode(path))
