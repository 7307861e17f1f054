"""How to mount, and what FUSE is told of it."""

from dataclasses import dataclass
from typing import Final

ALWAYS: Final = frozenset(
    {"default_permissions", "fsname=photofs", "subtype=photofs", "nosuid", "nodev"}
)
"""No auto_unmount among them: a crash must leave the mount broken, never empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MountOptions:
    """How to mount; everything that is shown belongs to whoever mounts.

    `read_only`: the kernel itself refuses every write, and the modes are 0444 and 0555.
    `allow_other`: other users of this machine may use it, too.
    `exact_sizes`: stat of one photo waits until its size is known; listing never does.
    """

    read_only: bool = False
    allow_other: bool = False
    exact_sizes: bool = False


def mount_flags(options: MountOptions) -> set[str]:
    """What FUSE is told."""
    flags = {*ALWAYS, "ro" if options.read_only else "rw"}
    if options.read_only:  # else what lies in Scratch may be run, as in any folder of one's own
        flags.add("noexec")
    return flags | {"allow_other"} if options.allow_other else flags
