"""A mount that hangs for good, and the commands of its user: `python -m ... FOLDER`.

Tells its connection's number, then that nothing more can be done, and goes on after a line of
input, when somebody has ended that.
"""

import errno
import sys
from pathlib import Path

from photofs.kernel.connection import connection_at
from tests.support.hanging import killed_while_stuck
from tests.support.household import Household


def main(folder: Path) -> None:
    """Everything is asserted here."""
    household = Household(folder)
    with killed_while_stuck(folder, "--noted") as (mount, maker):
        point = str(mount.point)
        connection = connection_at(point)
        assert connection is not None
        print(connection.minor, flush=True)
        for command in (["umount"], ["mount", "--foreground"]):
            told = household.run(*command, point, code=15)
            assert f"have root run: umount --force {point}" in told, told
        told = household.run("umount", "--force", point)
        assert f"have root run: umount --force {point}" in told, told
        assert connection_at(point) is None
        assert maker.poll() is None
        print("it hangs", flush=True)
        sys.stdin.readline()
        assert maker.wait(30) in {errno.ENOTCONN, errno.ECONNABORTED}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
