"""The browser in which an account's owner says yes to a login."""

import sys
import threading
import webbrowser


def open_browser(url: str, command: str) -> None:
    """Open it here, and go on at once; where there is none, say how `command` does without.

    Some browsers, such as those in a terminal, are a program that we would wait for until it is
    closed; but what it brings back must be answered before.
    """
    threading.Thread(target=_open, args=(url, command), name="browser", daemon=True).start()


def _open(url: str, command: str) -> None:
    if webbrowser.open(url):
        return
    print(
        "No browser can be opened here, and one on another machine cannot bring the answer"
        f" back.\nFor that one, stop this (Ctrl-C) and use: {command} --no-browser",
        file=sys.stderr,
        flush=True,
    )
