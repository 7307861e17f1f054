"""How many buffered reads of a mount the kernel lets wait at a time."""

import logging
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

MAX_BACKGROUND: Final = 256
"""Its own 12 stall all files of the mount while a dozen reads wait for the network."""

CONNECTIONS = Path("/sys/fs/fuse/connections")


def raise_max_background(minor: int, connections: Path = CONNECTIONS) -> None:
    """Let more wait in the connection of that number. A precaution; fusectl is not everywhere."""
    connection = connections / str(minor)
    try:
        (connection / "max_background").write_text(str(MAX_BACKGROUND))
        (connection / "congestion_threshold").write_text(str(MAX_BACKGROUND * 3 // 4))
    except OSError as error:
        log.debug("max_background stays as it is: %s", error)
