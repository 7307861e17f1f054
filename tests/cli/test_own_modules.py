"""Commands that are typed in a folder of strangers' files run none of these."""

import os
import subprocess
import sys
from pathlib import Path

import photofs
from photofs.kernel.own_modules import keep_to_own_modules

ROOT = Path(photofs.__file__).parents[1]
ELSEWHERE = Path("/opt/photofs")


def test_what_lies_in_the_current_folder_is_not_run(tmp_path: Path) -> None:
    """Though it bears the name of a module of Python's, or of ours."""
    folder, told = tmp_path / "export", tmp_path / "told"
    (folder / "agent").mkdir(parents=True)
    for name in ("json.py", "agent/__init__.py"):
        (folder / name).write_text(f"open({str(told)!r}, 'w'); raise SystemExit(42)")
    environ = {**os.environ, "PHOTOFS_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    scan = subprocess.run(
        # as the command is installed: it looks for its own modules where these lie
        [sys.executable, "-P", "-m", "photofs", "scan"],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "there is no library yet" in scan.stderr
    assert not told.exists()


def test_an_installed_one_is_found_without_help() -> None:
    """Nothing is told of where it lies, and what a user has told stays."""
    environ = {"PYTHONPATH": "/own"}
    keep_to_own_modules(environ, Path("/usr/lib/python3/dist-packages"))
    assert environ == {"PYTHONPATH": "/own", "PYTHONSAFEPATH": "1"}


def test_a_checkout_s_programs_start_those_of_that_checkout() -> None:
    """It comes first, and once."""
    environ: dict[str, str] = {}
    for _ in range(2):
        keep_to_own_modules(environ, ELSEWHERE)
    assert environ == {"PYTHONPATH": str(ELSEWHERE), "PYTHONSAFEPATH": "1"}
    environ = {"PYTHONPATH": "/own"}
    keep_to_own_modules(environ, ELSEWHERE)
    assert environ["PYTHONPATH"] == f"{ELSEWHERE}:/own"
