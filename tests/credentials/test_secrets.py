"""Which place a login lies in: keyring, systemd's credentials, file; what is put is what is got."""

import threading
from pathlib import Path

import pytest

from photofs.credentials import open_secrets
from photofs.credentials.desktop_keyring import DesktopKeyring, secret_service
from photofs.credentials.secret_file import SecretFile
from photofs.credentials.secrets import FILE_NAME, Secrets
from photofs.credentials.systemd_credentials import SystemdCredentials, credential_name
from photofs.model.errors import Refused, StoreError

NAME = "flickr 12345678@N00"
ANSWERS = 30.0
"""Seconds within which a keyring that works answers, however busy the machine is."""


class Desk:
    """A keyring backend in memory that can break, or stop answering until `released`."""

    def __init__(self) -> None:
        self.passwords: dict[str, str] = {}
        self.calls = 0
        self.broken = False
        self.silent = False
        self.released = threading.Event()

    def _answer(self) -> None:
        self.calls += 1
        if self.broken:
            raise RuntimeError("Prompt dismissed..")
        if self.silent:
            self.released.wait(ANSWERS)

    def get_password(self, service: str, username: str) -> str | None:
        """Look it up."""
        self._answer()
        return self.passwords.get(f"{service}:{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Note it."""
        self._answer()
        self.passwords[f"{service}:{username}"] = password

    def delete_password(self, service: str, username: str) -> None:
        """Drop it."""
        self._answer()
        del self.passwords[f"{service}:{username}"]


@pytest.fixture
def desk() -> Desk:
    """The desktop's keyring."""
    return Desk()


@pytest.fixture
def file(tmp_path: Path) -> SecretFile:
    """The file in the state folder."""
    return SecretFile(tmp_path / "state" / FILE_NAME)


@pytest.fixture
def secrets(desk: Desk, file: SecretFile) -> Secrets:
    """A store with keyring and file."""
    return Secrets(file, keyring=DesktopKeyring(lambda: desk, patience=ANSWERS))


def test_a_login_goes_to_the_keyring(secrets: Secrets, desk: Desk, file: SecretFile) -> None:
    """With a working keyring nothing is written to the file."""
    secrets.put(NAME, "token-1")
    assert desk.passwords == {f"photofs:{NAME}": "token-1"}
    assert file.names() == frozenset()
    assert secrets.get(NAME) == "token-1"
    assert secrets.where == "the desktop's keyring"


def test_a_broken_keyring_falls_back_to_the_file(
    secrets: Secrets, desk: Desk, file: SecretFile
) -> None:
    """Whatever the keyring raises, the login is kept in the file, and `where` says so."""
    desk.broken = True
    secrets.put(NAME, "token-1")
    assert file.get(NAME) == "token-1"
    assert secrets.get(NAME) == "token-1"
    assert secrets.where == file.where


def test_a_silent_keyring_is_left_alone(desk: Desk, file: SecretFile) -> None:
    """A keyring that blocks (a prompt nobody answers) is asked once, not again and again."""
    secrets = Secrets(file, keyring=DesktopKeyring(lambda: desk, patience=0.5))
    desk.silent = True
    secrets.put(NAME, "token-1")
    assert secrets.get(NAME) == "token-1"
    assert secrets.get("another") is None
    assert desk.calls == 1
    assert file.get(NAME) == "token-1"
    desk.released.set()


def test_the_newest_login_wins(desk: Desk, file: SecretFile) -> None:
    """A login kept in the file while the keyring was away is newer than the keyring's."""

    def opened() -> Secrets:
        return Secrets(file, keyring=DesktopKeyring(lambda: desk, patience=ANSWERS))

    opened().put(NAME, "old")
    desk.broken = True
    opened().put(NAME, "newer")
    desk.broken = False
    assert opened().get(NAME) == "newer"
    opened().put(NAME, "newest")
    assert opened().get(NAME) == "newest"
    assert file.names() == frozenset()


def test_removing_forgets_everywhere(secrets: Secrets, desk: Desk, file: SecretFile) -> None:
    """After remove neither keyring nor file has it; removing again is no error."""
    secrets.put(NAME, "token-1")
    file.put(NAME, "token-0")
    secrets.remove(NAME)
    secrets.remove(NAME)
    assert desk.passwords == {}
    assert secrets.get(NAME) is None


def test_a_login_that_may_stay_in_the_keyring_is_not_called_forgotten(
    desk: Desk, file: SecretFile
) -> None:
    """A keyring that does not answer may hold the login; where the file had it, all is well."""

    def opened() -> Secrets:
        return Secrets(file, keyring=DesktopKeyring(lambda: desk, patience=ANSWERS))

    opened().put(NAME, "token-1")
    desk.broken = True
    with pytest.raises(StoreError, match="stays there"):
        opened().remove(NAME)
    opened().put(NAME, "token-2")
    opened().remove(NAME)
    assert file.names() == frozenset()


def test_a_keyring_that_forgets_is_not_trusted(file: SecretFile) -> None:
    """A backend that takes a secret and does not give it back is as good as broken."""

    class Forgetful(Desk):
        def set_password(self, service: str, username: str, password: str) -> None:
            del service, username, password

    secrets = Secrets(file, keyring=DesktopKeyring(Forgetful, patience=ANSWERS))
    secrets.put(NAME, "token-1")
    assert file.get(NAME) == "token-1"


def test_systemd_hands_over_a_login(tmp_path: Path) -> None:
    """A credential is read without its line feed, told by `where`, and cannot be removed."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / credential_name(NAME)).write_text("token-of-unit\n")
    environ = {"CREDENTIALS_DIRECTORY": str(folder)}
    secrets = open_secrets(tmp_path / "state", environ=environ)
    assert secrets.get(NAME) == "token-of-unit"
    assert secrets.get("flickr/other") is None
    assert "systemd" in secrets.where
    with pytest.raises(Refused, match="LoadCredential="):
        secrets.remove(NAME)


def test_a_newer_login_overrides_systemds(tmp_path: Path) -> None:
    """A token that was renewed is put into the file, and got from there."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / credential_name(NAME)).write_text("token-of-unit")
    file = SecretFile(tmp_path / "state" / FILE_NAME)
    keyring = DesktopKeyring(Desk, patience=ANSWERS)
    secrets = Secrets(file, given=SystemdCredentials(folder), keyring=keyring)
    secrets.put(NAME, "renewed")
    assert secrets.get(NAME) == "renewed"
    assert file.get(NAME) == "renewed"


def test_credential_names_are_what_systemd_takes() -> None:
    """No blank and no @ in the name of a credential."""
    assert credential_name(NAME) == "photofs.flickr_12345678_N00"


def test_without_a_desktop_the_file_is_used(tmp_path: Path) -> None:
    """No session bus: no keyring is even imported, and the file is named."""
    secrets = open_secrets(tmp_path, environ={"XDG_RUNTIME_DIR": str(tmp_path / "none")})
    secrets.put(NAME, "token-1")
    assert secrets.where == f"the file {tmp_path / FILE_NAME}"
    assert open_secrets(tmp_path, environ={}).get(NAME) == "token-1"


def test_a_bus_that_nobody_answers_falls_back(tmp_path: Path) -> None:
    """A session bus address that leads nowhere ends in the file."""
    bus = f"unix:path={tmp_path / 'no-bus'}"
    keyring = DesktopKeyring(secret_service)
    secrets = open_secrets(tmp_path, environ={"DBUS_SESSION_BUS_ADDRESS": bus})
    assert not keyring.usable
    secrets.put(NAME, "token-1")
    assert secrets.get(NAME) == "token-1"
    assert FILE_NAME in secrets.where
