"""Logins in the desktop's keyring, by the Secret Service (GNOME keyring, KWallet, KeePassXC).

keyring's own choice of a backend is not used: it takes a plain-text file where keyrings.alt happens
to be installed. A locked keyring asks the user and blocks until answered, so each call runs in a
thread with a time limit; after one failure this process leaves the keyring alone.
"""

import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

Answer = TypeVar("Answer")

SERVICE = "photofs"
PATIENCE = 3.0
"""Seconds; an unlocked keyring answers in 20 to 60 ms, a locked one only when the user does."""

LEAST_PRIORITY = 1
"""keyring's own bound between backends that keep secrets and those that only store them."""


class Backend(Protocol):
    """What is used of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        ...


class KeyringFailed(Exception):
    """The keyring did not answer, or not in time; never leaves this package."""


def secret_service() -> Backend:
    """The desktop's Secret Service; raises whatever keyring raises where there is none."""
    from keyring.backends import SecretService

    make: Callable[[], Backend] = SecretService.Keyring
    if SecretService.Keyring.priority < LEAST_PRIORITY:
        raise KeyringFailed("the Secret Service is not fit for use")
    return make()


def desktop_here(environ: Mapping[str, str]) -> bool:
    """Whether a session bus can be there at all; spares servers the 150 ms of importing keyring."""
    if environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = environ.get("XDG_RUNTIME_DIR")
    return bool(runtime) and Path(str(runtime), "bus").exists()


class DesktopKeyring:
    """The keyring behind a time limit. Every failure is a KeyringFailed."""

    where = "the desktop's keyring"

    def __init__(
        self, make_backend: Callable[[], Backend] = secret_service, patience: float = PATIENCE
    ) -> None:
        """Nothing is asked before the first use; `patience` in seconds for each call."""
        self._make_backend = make_backend
        self._patience = patience
        self._backend: Backend | None = None
        self._failed = False

    def get(self, name: str) -> str | None:
        """The secret."""
        return self._ask(lambda backend: backend.get_password(SERVICE, name))

    def put(self, name: str, secret: str) -> None:
        """Keep it, and see that it was kept."""
        self._ask(lambda backend: backend.set_password(SERVICE, name, secret))
        if self.get(name) != secret:
            raise KeyringFailed("the keyring gives back another secret than it was given")

    def remove(self, name: str) -> None:
        """Forget it; no error if it is not there."""
        if self.get(name) is not None:
            self._ask(lambda backend: backend.delete_password(SERVICE, name))

    @property
    def usable(self) -> bool:
        """Whether it answers; asks it once."""
        try:
            self.get("photofs-probe")
        except KeyringFailed:
            return False
        return True

    def _ask(self, what: Callable[[Backend], Answer]) -> Answer:
        if self._failed:
            raise KeyringFailed("the keyring did not answer before")
        answers: queue.SimpleQueue[Answer | Exception] = queue.SimpleQueue()

        def answer() -> None:
            try:
                answers.put(what(self._opened()))
            except Exception as error:  # noqa: BLE001 - each backend has errors of its own
                answers.put(error)

        threading.Thread(target=answer, name="keyring", daemon=True).start()
        try:
            outcome = answers.get(timeout=self._patience)
        except queue.Empty:
            self._failed = True
            raise KeyringFailed(f"the keyring did not answer in {self._patience} s") from None
        if isinstance(outcome, Exception):
            self._failed = True
            raise KeyringFailed("the keyring cannot be used") from outcome
        return outcome

    def _opened(self) -> Backend:
        if self._backend is None:
            self._backend = self._make_backend()
        return self._backend
