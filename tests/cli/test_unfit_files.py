"""Files named on the command line that cannot be used: a sentence, and what to do."""

from pathlib import Path

from tests.support.household import Household


def test_a_secret_that_is_no_text_is_no_mistake_of_ours(tmp_path: Path) -> None:
    """The file is named, its bytes are not."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"canary-\xff\xfe")
    told = Household(tmp_path / "home").run(
        "login", "flickr", "--key", "0123456789abcdef", "--secret-file", secret, code=78
    )
    assert str(secret) in told
    assert "canary" not in told
    assert "mistake" not in told


def test_a_log_that_cannot_be_written_stops_a_mount_before_it_begins(tmp_path: Path) -> None:
    """The mount in the background says so on the terminal, and ends."""
    point = tmp_path / "point"
    point.mkdir()
    told = Household(tmp_path / "home").run(
        "mount", "--daemon", "--log-file", "/dev/null/mount.log", point, code=78
    )
    assert "--log-file" in told
    assert "mistake" not in told
