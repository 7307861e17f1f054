"""The browser in which an account's owner says yes to a login."""

import sys
import webbrowser


def open_browser(url: str, command: str) -> None:
    """Open it here; where there is none, say so, and how `command` does without."""
    if webbrowser.open(url):
        return
    print(
        "No browser can be opened here, and one on another machine cannot bring the answer"
        f" back.\nFor that one, stop this (Ctrl-C) and use: {command} --no-browser",
        file=sys.stderr,
        flush=True,
    )
