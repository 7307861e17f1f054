"""The one SecretStore: a file, systemd's credentials and the desktop's keyring, in this order.

Reading asks the file first, for the file holds only what the keyring would not take, and so is
never older than the keyring; then what systemd was told to hand over; then the keyring. Writing
goes to the keyring where it works and systemd does not name that login, else to the file. So what
was put is what is got, also where a keyring comes and goes.
"""

import logging
from collections.abc import Mapping
from pathlib import Path

from photofs.credentials import redaction
from photofs.credentials.desktop_keyring import DesktopKeyring, KeyringFailed, desktop_here
from photofs.credentials.secret_file import SecretFile
from photofs.credentials.systemd_credentials import VARIABLE, SystemdCredentials
from photofs.model.errors import Refused, StoreError

FILE_NAME = "secrets.json"

_log = logging.getLogger(__name__)


class Secrets:
    """A SecretStore over up to three places; every secret that passes is redacted from logs."""

    def __init__(
        self,
        file: SecretFile,
        *,
        given: SystemdCredentials | None = None,
        keyring: DesktopKeyring | None = None,
    ) -> None:
        """`given` where systemd set the variable; `keyring` where there is a desktop."""
        self._file = file
        self._given = given
        self._keyring = keyring

    def get(self, name: str) -> str | None:
        """The secret; None if no place has it. Raises Refused, Corrupt or StoreError."""
        secret = self._file.get(name)
        if secret is None and self._given is not None:
            secret = self._given.get(name)
        if secret is None:
            secret = self._of_keyring(name)
        if secret is not None:
            redaction.hide(secret)
        return secret

    def put(self, name: str, secret: str) -> None:
        """Keep it, durably, replacing an older one. Raises Refused, Full or StoreError."""
        redaction.hide(secret)
        if self._to_keyring(name, secret):
            self._file.remove(name)
        else:
            self._file.put(name, secret)

    def remove(self, name: str) -> None:
        """Forget it everywhere; Refused if systemd hands it over, for that is not ours to undo.

        StoreError if only the keyring can have it, and that does not answer.
        """
        was_in_file = self._file.get(name) is not None
        self._file.remove(name)
        if self._keyring is not None:
            try:
                self._keyring.remove(name)
            except KeyringFailed as error:
                _log.info("the login could not be removed from the keyring: %s", error)
                if not was_in_file:
                    raise StoreError(
                        "the desktop's keyring does not answer, so a login in it stays there",
                        remedy="unlock the keyring, then log out again",
                    ) from error
        if self._given is not None and self._given.get(name) is not None:
            raise Refused(
                "this login is given by systemd and cannot be removed here",
                remedy="take its LoadCredential= out of the unit",
            )

    @property
    def where(self) -> str:
        """Which places are in use, the one for new logins first."""
        places = []
        if self._keyring is not None and self._keyring.usable:
            places.append(self._keyring.where)
        if not places or self._file.names():
            places.append(self._file.where)
        if self._given is not None and self._given.any_here:
            places.append(self._given.where)
        return ", ".join(places)

    def _of_keyring(self, name: str) -> str | None:
        if self._keyring is None:
            return None
        try:
            return self._keyring.get(name)
        except KeyringFailed as error:
            _log.info("no login was got from the keyring: %s", error)
            return None

    def _to_keyring(self, name: str, secret: str) -> bool:
        """Whether the keyring has it now."""
        if self._keyring is None or (self._given is not None and self._given.get(name) is not None):
            return False
        try:
            self._keyring.put(name, secret)
        except KeyringFailed as error:
            _log.info("the login goes to a file: %s", error)
            return False
        return True


def open_secrets(state_dir: Path, *, environ: Mapping[str, str]) -> Secrets:
    """The store of this user: `state_dir` is photofs's own folder for state, mode 0700.

    Nothing is read or asked yet; a keyring is used only where a session bus can be.
    """
    credentials = environ.get(VARIABLE)
    return Secrets(
        SecretFile(state_dir / FILE_NAME),
        given=SystemdCredentials(Path(credentials)) if credentials else None,
        keyring=DesktopKeyring() if desktop_here(environ) else None,
    )
