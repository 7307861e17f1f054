"""What a file manager's Trash window fetches, and how it is kept from that."""

import re
from pathlib import Path

import pytest

from tests.support.at_the_desk import AtTheDesk, at_the_desk
from tests.support.desktop import why_not
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.mount,
    pytest.mark.xdist_group("the trash of all mounts"),
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
]

PHOTOS = 4


def in_trash(desk: AtTheDesk) -> dict[str, str]:
    """What of this mount a file manager shows as trashed: addresses, and where each was."""
    told = desk.desktop.run("gio", "list", "-u", "-a", "trash::orig-path", "trash:///")
    found = re.findall(r"^(trash:\S+).*trash::orig-path=(.*)$", told, re.MULTILINE)
    return {uri: path for uri, path in found if path.startswith(f"{desk.album}/")}


def trashed(desk: AtTheDesk) -> list[str]:
    """Put the whole album there; the addresses at which it lies."""
    photos = sorted(desk.album.iterdir())
    desk.desktop.run("gio", "trash", *photos)
    assert list(desk.album.iterdir()) == []
    wait_until(lambda: set(in_trash(desk).values()) == set(map(str, photos)))
    return list(in_trash(desk))


@pytest.mark.parametrize(
    ("settings", "fetches"),
    [("", True), ("[guard]\ndrawers = ['gvfsd-trash']\n", False)],
    ids=["as it is", "gvfsd-trash a drawer"],
)
def test_who_draws_the_trash_window_reads_through_gvfs(
    tmp_path: Path, settings: str, *, fetches: bool
) -> None:
    """What is not here is fetched, unless `[guard] drawers` has gvfs's reader; restoring works."""
    with at_the_desk(tmp_path, PHOTOS, settings=settings) as desk:
        lying = trashed(desk)
        desk.thunar.ask_for(lying)
        wait_until(desk.thunar.has_asked)
        assert (desk.originals_sent() > 0) is fetches
        desk.desktop.run("gio", "trash", "--restore", *lying)
        assert len(list(desk.album.iterdir())) == PHOTOS
        assert (desk.originals_sent() > 0) is fetches
