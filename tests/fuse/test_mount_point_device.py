"""What is said where the kernel's door is not here, or shut."""

import os
from pathlib import Path

import pytest

from photofs.fuse.mount_point import check_device
from photofs.model.errors import Refused

NOBODY = 65534


def test_an_open_door_is_no_matter(tmp_path: Path) -> None:
    """Nothing is written to it, and no descriptor stays open."""
    door = tmp_path / "fuse"
    door.write_bytes(b"as it was")
    before = len(list(Path("/proc/self/fd").iterdir()))
    check_device(door)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert door.read_bytes() == b"as it was"


def test_no_door_is_told(tmp_path: Path) -> None:
    """As in most containers, with what to give them."""
    with pytest.raises(Refused, match="there is no FUSE here") as raised:
        check_device(tmp_path / "fuse")
    assert "modprobe" in raised.value.remedy


def test_a_shut_door_is_told(tmp_path: Path) -> None:
    """To a user who may not use it, with what root is to do."""
    door = tmp_path / "fuse"
    door.touch(mode=0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        with pytest.raises(Refused, match="you may not use") as raised:
            check_device(door)
    finally:
        if root:
            os.seteuid(0)
    assert "group" in raised.value.remedy
