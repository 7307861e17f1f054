"""What a service manager such as systemd is told: that we are ready, or that we are stopping.

The protocol of sd_notify(3): one datagram of KEY=VALUE lines to the socket that NOTIFY_SOCKET
names, which is a path, or an abstract name that begins with "@". Without the variable nothing is
told.
"""

import logging
import socket
from collections.abc import Mapping
from typing import Final

_log = logging.getLogger(__name__)

VARIABLE: Final = "NOTIFY_SOCKET"
SERVICE_VARIABLE: Final = "PHOTOFS_SERVICE"
"""Set by our units."""

READY: Final = "READY=1"
STOPPING: Final = "STOPPING=1"


def tell_manager(environ: Mapping[str, str], *lines: str) -> bool:
    """Tell it these lines, at once and without waiting; False if nobody is there to hear them."""
    name = environ.get(VARIABLE, "")
    if not name.startswith(("/", "@")):
        return False
    address = "\0" + name[1:] if name.startswith("@") else name
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.setblocking(False)
            line.sendto("\n".join(lines).encode(), address)
    except OSError as error:
        _log.warning("the service manager could not be told %s: %s", lines[0], error.strerror)
        return False
    return True


def of_the_machine(environ: Mapping[str, str]) -> bool:
    """Whether the machine's own systemd runs this process, and not that of somebody's session.

    Our units say that they are (SERVICE_VARIABLE); a user's manager tells MANAGERPID besides
    (systemd.exec(5)).
    """
    return bool(environ.get(SERVICE_VARIABLE)) and "MANAGERPID" not in environ
