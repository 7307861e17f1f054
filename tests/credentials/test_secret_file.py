"""The file of logins: private from its first byte on, durable, and refused when others see it."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from photofs.credentials.secret_file import SecretFile
from photofs.model.errors import Corrupt, Refused, StoreError

CANARY = "canary-7f3a9c51e2d8"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file will be; its folder is not there yet."""
    return tmp_path / "state" / "secrets.json"


def test_what_is_put_is_got(path: Path) -> None:
    """A secret comes back byte for byte, and a later one of that name replaces it."""
    store = SecretFile(path)
    assert store.get("flickr/1@N00") is None
    store.put("flickr/1@N00", CANARY)
    store.put("flickr/1@N00", CANARY + '"\n\u00fc')
    assert SecretFile(path).get("flickr/1@N00") == CANARY + '"\n\u00fc'


def test_removing_forgets_one_and_keeps_others(path: Path) -> None:
    """What is removed is neither got nor in the file; removing it again is no error."""
    store = SecretFile(path)
    store.put("one", CANARY)
    store.put("two", "kept")
    store.remove("one")
    store.remove("one")
    assert store.get("one") is None
    assert store.get("two") == "kept"
    assert CANARY not in path.read_text()
    assert store.names() == {"two"}


def test_only_the_owner_can_read(path: Path) -> None:
    """File and folder are private, whatever the umask."""
    before = os.umask(0)
    try:
        SecretFile(path).put("one", CANARY)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    """It is not read; the error says how to mend it and holds no secret."""
    store = SecretFile(path)
    store.put("one", CANARY)
    path.chmod(mode)
    with pytest.raises(Refused, match="chmod 600") as caught:
        store.get("one")
    assert CANARY not in str(caught.value)
    path.chmod(0o600)
    assert store.get("one") == CANARY


def test_a_folder_that_others_can_write_is_refused(path: Path) -> None:
    """For they could put their own file there."""
    store = SecretFile(path)
    store.put("one", CANARY)
    path.parent.chmod(0o770)
    with pytest.raises(Refused, match="chmod 700"):
        store.get("one")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_refused(path: Path) -> None:
    """A file that belongs to another user is not read."""
    store = SecretFile(path)
    store.put("one", CANARY)
    os.chown(path, 65534, 65534)
    with pytest.raises(Refused, match="belongs to another user"):
        store.get("one")


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    """A link in the file's place is an error, and its target stays as it is."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("{}")
    path.parent.mkdir(mode=0o700)
    path.symlink_to(elsewhere)
    with pytest.raises(StoreError):
        SecretFile(path).get("one")
    assert elsewhere.read_text() == "{}"


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"one": 5}', b"\xff\xfe", b"null"])
def test_a_damaged_file_is_told(path: Path, text: bytes) -> None:
    """Broken JSON is Corrupt with a remedy, never a traceback, and putting does not wipe it."""
    store = SecretFile(path)
    store.put("one", CANARY)
    path.write_bytes(text)
    with pytest.raises(Corrupt, match="log in again"):
        store.get("one")
    with pytest.raises(Corrupt, match="log in again"):
        store.put("two", "2")
    assert path.read_bytes() == text


def test_leftovers_of_a_dead_process_go(path: Path) -> None:
    """A temporary file that a killed process left is swept by the next write."""
    store = SecretFile(path)
    store.put("one", CANARY)
    leftover = path.parent / f".{path.name}.0123456789abcdef"
    leftover.write_text(CANARY)
    store.put("two", "2")
    assert sorted(path.parent.iterdir()) == [path]


def test_many_writers_lose_nothing(path: Path) -> None:
    """Writers side by side each keep their own login."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: SecretFile(path).put(f"{number}", f"s{number}"), range(24)))
    assert SecretFile(path).names() == {f"{number}" for number in range(24)}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """Where a file stands in the folder's place, StoreError says so."""
    (tmp_path / "state").write_text("")
    with pytest.raises(StoreError, match="cannot be used"):
        SecretFile(tmp_path / "state" / "secrets.json").put("one", CANARY)
