"""The keeper's whole story, as docs/KEEPER.md tells it: against emulated accounts."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.emulators.flickr import Account, flickr_in_thread
from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.emulator import Emulator as Flickr
from photofs.emulators.flickr.state import Tag
from photofs.providers.flickr.machine_tags import FAVORITE
from tests.support.household import Household, shell
from tests.support.logins import add_flickr

pytestmark = [pytest.mark.mount, pytest.mark.timeout(900)]

RULES = """
[[rule]]
name = "lima"
library = "flickr"
when = { album = "Lima", favorite = false, verified_within = "30 days" }
do = "trash"
"""
OURS = "photofs:"
QUICK = '[tree]\ntimezone = "UTC"\n[writing]\ngrace = 1.0\nquiet = 1.0\n'


@pytest.fixture
def empty() -> Iterator[Flickr]:
    """An account without a photo."""
    with flickr_in_thread(Account()) as emulator:
        yield emulator


@pytest.fixture
def keeper(household: Household, flickr: Flickr) -> Household:
    """A home with the account as a library, logged in so that it can be changed."""
    (household.home / "config" / "config.toml").write_text(QUICK)
    add_flickr(household, flickr, perms="delete")
    return household


class Held:
    """What an account holds. `videos_lost`: of videos only the best transcode is to be had."""

    def __init__(self, account: Account, *, videos_lost: bool) -> None:
        self.account, self.state = account, account.state
        self.own = account.stream()
        room = Darkroom(account.vault)
        lost = {each.id for each in self.own if each.media == "video" and videos_lost}
        blobs = {
            each.id: room.transcode(each, "1080p")[0] if each.id in lost else room.original(each)
            for each in self.own
        }
        self.bytes = {
            number: hashlib.sha256(blob.read(0, blob.size)).hexdigest()
            for number, blob in blobs.items()
        }

    def facts(self) -> dict[str, tuple[object, ...]]:
        """Description, date and tags (in Flickr's normal form) of each photo, by its bytes."""
        return {
            self.bytes[photo.id]: (
                photo.description,
                None if photo.taken_unknown else (photo.taken, photo.granularity),
                sorted(tag.raw.lower() for tag in photo.tags if not tag.raw.startswith(OURS)),
            )
            for photo in self.own
        }

    def titles(self) -> dict[str, str]:
        """By the photo's bytes, where it has one."""
        return {self.bytes[photo.id]: photo.title for photo in self.own if photo.title}

    def favorites(self) -> set[str]:
        """The own ones that carry our mark, by their bytes."""
        return {
            self.bytes[photo.id]
            for photo in self.own
            if any(tag.raw == FAVORITE for tag in photo.tags)
        }

    def albums(self) -> dict[str, list[str]]:
        """Each album's photos in order, by their bytes."""
        return {
            album.title: [self.bytes[each] for each in album.photos] for album in self.state.albums
        }


def test_the_keepers_whole_story(
    keeper: Household, flickr: Flickr, empty: Flickr, tmp_path: Path
) -> None:
    """Mirror, sha256sum, rule, Trash; then all of it into an empty account, compared."""
    nas = tmp_path / "nas"
    nas.mkdir()
    for photo in flickr.account.stream()[::7]:
        photo.tags.append(Tag(id=f"f{photo.id}", author=photo.owner, raw=FAVORITE))
    flickr.account.changed()
    keeper.run("scan")
    keeper.run("mirror", "add", "flickr", nas)
    keeper.run("mirror", "run", code=None)
    shell("find", nas, "-name", "SHA256SUMS", "-execdir", "sha256sum", "--quiet", "-c", "{}", ";")
    keeper.run("mirror", "verify")

    (keeper.home / "config" / "rules.toml").write_text(RULES)
    (seen,) = keeper.ask("rules", "check")
    assert seen["number"] > 2
    keeper.run("rules", "run", "lima")
    in_trash = keeper.ask("trash", "list")
    assert len(in_trash) == seen["number"]

    other = Household(tmp_path / "other")
    (other.home / "config").mkdir()
    (other.home / "config" / "config.toml").write_text(QUICK)
    add_flickr(other, empty, name="anew", perms="delete")
    other.scanned()
    would = other.ask("restore", nas, "--to", "anew", "--dry-run")
    assert empty.account.stream() == []
    done = other.ask("restore", nas, "--to", "anew")
    assert (done["copied"], done["failed"]) == (would["copied"], [])
    with other.mounted(agent=True):
        other.until_done()
    check_same(flickr.account, empty.account)
    uploads = dict(empty.calls)["upload"]
    again = other.ask("restore", nas, "--to", "anew")
    assert (again["copied"], again["there"]) == (0, would["copied"] + would["there"])
    with other.mounted(agent=True):
        other.until_done()
    assert dict(empty.calls)["upload"] == uploads
    check_same(flickr.account, empty.account)


def check_same(old: Account, new: Account) -> None:
    """Both accounts hold the same bytes, facts, favorites and albums in order."""
    before, after = Held(old, videos_lost=True), Held(new, videos_lost=False)
    assert after.facts() == before.facts()
    assert len(after.own) == len(before.own)
    assert before.titles().items() <= after.titles().items()
    assert after.favorites() == before.favorites() != set()
    assert after.albums() == before.albums()
