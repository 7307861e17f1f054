"""Logins that systemd hands to a unit (LoadCredential=, systemd.exec(5)): read, never written."""

import re
from pathlib import Path

from photofs.model.errors import StoreError

VARIABLE = "CREDENTIALS_DIRECTORY"
LARGEST = 1 << 20
"""Bytes; systemd's own limit for all credentials of a unit."""


def credential_name(name: str) -> str:
    """The file name of a secret: systemd takes letters, digits, dot, dash and underscore.

    A secret "flickr 12345678@N00" is looked for as "photofs.flickr_12345678_N00".
    """
    return "photofs." + re.sub(r"[^A-Za-z0-9.-]", "_", name)


class SystemdCredentials:
    """The files in $CREDENTIALS_DIRECTORY whose names begin with "photofs."."""

    where = "systemd's credentials"

    def __init__(self, folder: Path) -> None:
        """The folder as systemd names it in the environment."""
        self._folder = folder

    def get(self, name: str) -> str | None:
        """The secret, without a line feed at its end; None if it is not there."""
        path = self._folder / credential_name(name)
        try:
            with path.open("rb") as opened:
                text = opened.read(LARGEST)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(
                f"systemd's credential {path} cannot be read: {error.strerror}",
                remedy="see LoadCredential= in the unit",
            ) from error
        return text.decode("utf-8", "replace").removesuffix("\n")

    @property
    def any_here(self) -> bool:
        """Whether the unit was given any login of ours."""
        return self._folder.is_dir() and any(self._folder.glob("photofs.*"))
