"""`mount.log`: where a mount in the background tells why it refused."""

from pathlib import Path

import pytest

from tests.support.household import Household, shell

pytestmark = pytest.mark.mount


@pytest.mark.parametrize("flags", [(), ("-v",)], ids=["plain", "verbose"])
def test_a_mount_in_the_background_tells_there_as_much_as_was_asked(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    """Refusals with the cure at any rate, and with -v what else happened."""
    household = Household(tmp_path, {"XDG_CACHE_HOME": str(tmp_path / "cache")})
    point = household.folder / "photos"
    point.mkdir()
    told = household.run(*flags, "mount", "--daemon", "--demo", "--no-agent", point)
    try:
        # the household has a home of its own
        assert f"--home {tmp_path / 'cache' / 'photofs' / 'demo'} status\n" in told
        album = next((point / "flickr" / "Albums").iterdir())
        shell("mkdir", album / "new", code=1)
    finally:
        household.run("umount", "--no-wait", point)
    log = (tmp_path / "cache" / "photofs" / "demo" / "state" / "mount.log").read_text()
    assert "WARNING photofs.fuse.refusals: mkdir flickr/Albums/" in log
    assert "make a folder in Albums and copy into that" in log
    assert ("is unmounted" in log) == bool(flags)
