"""Errands in a library of an export and an account: whose word says what of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.filing.overruling import PHOTO_GONE
from photofs.model.observation import Observation, PhotoGone, PhotoSeen
from photofs.model.wish import WishVerb
from photofs.wishing.handing import BY_LIST, Handing
from tests.support.by_hand import API, DAY, PAGE, REACH, shot
from tests.support.filed import photo
from tests.support.wished import Wished


class Both(Wished):
    """Photo m in both, b in the export alone; the account tells favorites, and of no trash."""

    def __init__(self, path: Path) -> None:
        """Nothing is wished."""
        super().__init__(path, can=(*API, *REACH))
        self.account = self.filed.source_id
        library = self.catalog.library("L").library_id
        self.export = self.catalog.add_source(library, "service", {}).source_id
        self.tell_account(self.live())
        self.tell_export(self.filed.now_ns)
        self.handing = Handing(self.catalog, self.wishing, library, list, lambda: self.filed.now_ns)

    def live(self, *, favorite: bool = False) -> PhotoSeen:
        """What the account tells of m now."""
        facts = {"favorite": favorite, "page_url": f"{PAGE}m", "as_of_ns": self.filed.now_ns}
        return photo("m1", file_name="m.jpg", content_key="m1", **facts)

    def tell_account(self, *seen: Observation) -> None:
        """A scan of the account."""
        self.filed.source_id, self.filed.live = self.account, True
        self.filed.scan(*seen)

    def tell_export(self, as_of_ns: int, **facts: object) -> None:
        """A scan of an export of that moment."""
        self.filed.source_id, self.filed.live = self.export, False
        m = shot("m2", as_of_ns, file_name="m.jpg", **{"page_url": f"{PAGE}m", **facts})
        self.filed.scan(m, shot("b", as_of_ns, **facts))

    def claim_all(self) -> None:
        """All that waits is handed out, done, and ticked off."""
        self.filed.now_ns += 60 * 10**9
        for row in self.handing.begin(self.handing.ready(9), BY_LIST):
            self.handing.claimed(row)

    def overruled(self) -> list[str]:
        """The verbs of what was told to be done and is not so."""
        return [row.wish.verb for row in self.catalog.overruled(1, 0)]


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    """It."""
    made = Both(tmp_path / "catalog.db")
    yield made
    made.catalog.close()


def test_what_the_export_alone_has_is_an_errand_too(both: Both) -> None:
    """The account's program does not know it; its page does."""
    both.unlink(f"{DAY}/b.jpg")
    both.filed.now_ns += 60 * 10**9
    (row,) = both.handing.ready(9)
    errand = both.handing.errand(row)
    assert errand is not None
    assert (errand.page, errand.remote_id) == (f"{PAGE}b", "b")


def test_the_account_says_nothing_of_trash(both: Both) -> None:
    """However late it tells of a photo; an export that tells otherwise overrules the claim."""
    both.unlink(f"{DAY}/m.jpg")
    both.claim_all()
    for _ in range(3):
        both.tell_account(both.live())
    assert (both.overruled(), "Trash/m.jpg" in both.files()) == ([], True)
    both.tell_export(both.filed.now_ns)
    assert (both.overruled(), f"{DAY}/m.jpg" in both.files()) == (["trash"], True)


@pytest.mark.parametrize("favorite", [True, False])
def test_the_account_tells_of_favorites(both: Both, *, favorite: bool) -> None:
    """It settles the claim, or, once a day has passed, overrules it."""
    both.link(f"{DAY}/m.jpg", "Favorites/m.jpg")
    both.claim_all()
    both.tell_account(both.live(favorite=favorite))
    assert (both.overruled(), "Favorites/m.jpg" in both.files()) == ([], True)
    both.tell_account(both.live(favorite=favorite))
    both.tell_account(both.live(favorite=favorite))
    assert both.overruled() == ([] if favorite else ["favorite"])
    assert ("Favorites/m.jpg" in both.files()) is favorite
    assert both.catalog.errands_unsettled(1) == []


def test_an_upload_that_the_account_lost_proves_its_trash(both: Both) -> None:
    """It is noted; the export still has the photo, so it lies in Trash here as before."""
    both.unlink(f"{DAY}/m.jpg")
    both.claim_all()
    both.tell_account(photo("other", content_key="o"), PhotoGone(remote_id="m1"))
    assert "Trash/m.jpg" in both.files()
    row = both.catalog.last_of_photo(both.filed.ino("Trash/m.jpg") >> 1, WishVerb.TRASH)
    assert row is not None
    notes = [each.answer for each in both.catalog.exchanges(row.operation_id)]
    assert any(note.endswith(PHOTO_GONE) for note in notes)
