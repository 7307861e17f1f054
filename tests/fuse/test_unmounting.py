"""Taking away what is not there, or cannot be: a sentence, whichever program does it."""

from pathlib import Path

import pytest

from photofs.fuse.unmounting import unmount
from photofs.model.errors import Busy, Refused


def program(folder: Path, name: str, script: str) -> None:
    """A stand-in for the system's program, alone on the PATH."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder on the PATH, empty."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "bin"


@pytest.mark.parametrize(
    ("name", "lazily", "expected"),
    [
        ("fusermount3", False, "-u -- /mnt/x"),
        ("fusermount3", True, "-u -z -- /mnt/x"),
        ("umount", False, "-- /mnt/x"),
        ("umount", True, "-l -- /mnt/x"),
    ],
)
def test_each_program_gets_its_own_flags(
    bin_folder: Path, name: str, expected: str, *, lazily: bool
) -> None:
    """fusermount3 where it is, umount else; a path is never taken for a flag."""
    program(bin_folder, name, f'echo "$@" > {bin_folder}/told')
    unmount("/mnt/x", lazily=lazily)
    assert (bin_folder / "told").read_text().strip() == expected


def test_a_mount_in_use_is_busy(bin_folder: Path) -> None:
    """With the command that lists who uses it."""
    program(
        bin_folder, "fusermount3", "echo 'failed to unmount: Device or resource busy' >&2; exit 1"
    )
    with pytest.raises(Busy) as caught:
        unmount("/mnt/x", lazily=False)
    assert "fuser -vm /mnt/x" in caught.value.remedy


def test_what_the_program_says_is_passed_on(bin_folder: Path) -> None:
    """In one line."""
    program(bin_folder, "fusermount3", "printf 'not\\nmounted' >&2; exit 1")
    with pytest.raises(Refused, match="not mounted"):
        unmount("/mnt/x", lazily=False)


@pytest.mark.usefixtures("bin_folder")
def test_without_any_program_the_package_is_named() -> None:
    """The user knows what to install."""
    with pytest.raises(Refused) as caught:
        unmount("/mnt/x", lazily=True)
    assert "fuse3" in caught.value.remedy
