"""Showing a page of ours, a file on this disk, in the user's browser, if there is one."""

import os
import sys
import webbrowser
from pathlib import Path


def show_page(path: Path) -> None:
    """Open it in a window, and go on; without a screen nothing is opened, for nobody would see it.

    A browser in the terminal is left alone: the page is to stand beside what is typed.
    """
    if not sys.stdout.isatty() or not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return
    webbrowser.open(path.as_uri())
