"""Where programs of ours that this one starts find modules: not in the folder that one stands in.

`python -m` looks into the current folder first, before Python's own library, and our commands are
typed in folders full of strangers' files: a `json.py` in an export that is to be added would run.
"""

import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})
"""Folders in which every Python looks by itself."""

_ROOT: Final = Path(__file__).parents[2]


def keep_to_own_modules(environ: MutableMapping[str, str], root: Path = _ROOT) -> None:
    """Have what inherits this environment look where it is told alone (Python 3.11, `-P`).

    From a checkout it finds the modules of that one, at `root`, as this program did.
    """
    environ["PYTHONSAFEPATH"] = "1"
    told = environ.get("PYTHONPATH", "")
    if root.name not in _INSTALLED and str(root) not in told.split(os.pathsep):
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(root), told)))
