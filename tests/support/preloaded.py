"""Small libraries in C that programs are started with, to see or show them what tests need."""

import atexit
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

HERE = Path(__file__).parent


@cache
def preloaded(name: str) -> str:
    """The compiled library, for LD_PRELOAD; a skip where there is no compiler."""
    if shutil.which("cc") is None:
        pytest.skip("cc is not installed: nothing can be put before the system's calls")
    folder = mkdtemp(prefix="photofs-preloaded-")
    atexit.register(shutil.rmtree, folder)
    made = f"{folder}/{name}.so"
    flags = ["-O2", "-Wall", "-Werror", "-shared", "-fPIC"]
    subprocess.run(["cc", *flags, "-o", made, str(HERE / f"{name}.c"), "-ldl"], check=True)
    return made


def later(seconds: float) -> dict[str, str]:
    """The environment of programs whose wall clock is so much ahead; see another_day.c."""
    return {"LD_PRELOAD": preloaded("another_day"), "ANOTHER_DAY": str(int(seconds))}
