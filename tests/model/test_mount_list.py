"""Whose a mount is, by the kernel's list."""

import pytest

from photofs.model.mount_list import mounts_in

LINE = b"42 27 0:39 / /mnt/a\\040b rw,nosuid - fuse.photofs photofs rw,%s\n"


@pytest.mark.parametrize(
    ("options", "private"),
    [
        (b"user_id=1000,group_id=1000", True),
        (b"user_id=1000,group_id=1000,default_permissions", True),
        (b"user_id=1000,group_id=1000,default_permissions,allow_other", False),
        (b"user_id=100,group_id=1000", False),
        (b"user_id=10001,group_id=1000", False),
        (b"size=5", False),
    ],
)
def test_a_mount_is_private_to_its_user(options: bytes, *, private: bool) -> None:
    """Unless it lets others in, or is another one's."""
    ((path, mounted),) = mounts_in(LINE % options)
    assert (path, mounted.ours) == (b"/mnt/a b", True)
    assert mounted.is_private_to(1000) is private


def test_a_line_without_options_is_read() -> None:
    """It is private to nobody."""
    ((_, mounted),) = mounts_in(b"42 27 0:39 / /mnt rw - fuse.photofs photofs\n")
    assert mounted.ours
    assert not mounted.is_private_to(0)
