"""Favorites in the library of a service that tells favorites and lets no program mark them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.model.errors import Refused
from photofs.model.incoming import Stage
from photofs.wishing.planning import Policy
from photofs.wishing.wishing import Wishing
from tests.support.filed import album, photo
from tests.support.wished import EVERYTHING, Wished, whole

CAN = tuple(name for name in EVERYTHING if name != "favorite")


@pytest.fixture
def wished(tmp_path: Path) -> Iterator[Wished]:
    """A favorite a, another photo b, an album."""
    made = Wished(tmp_path / "catalog.db", can=CAN)
    made.filed.scan(photo("a", favorite=True), photo("b", favorite=False), album("x", "Trip", "b"))
    yield made
    made.catalog.close()


def test_a_copy_into_favorites_is_refused_at_once(wished: Wished) -> None:
    """Accepted, it could never be sent as what it was put there for."""
    with pytest.raises(Refused, match="favorites"):
        wished.write("Favorites/new.jpg")
    assert not any("new" in path for path in wished.files())


def test_a_file_that_nobody_judged_does_not_come_into_favorites(wished: Wished) -> None:
    """Neither by mv nor by ln; where it stands it is judged and sent."""
    wished.write("Unsorted/new.jpg")
    with pytest.raises(Refused, match="favorites"):
        wished.rename("Unsorted/new.jpg", "Favorites/new.jpg")
    with pytest.raises(Refused, match="favorites"):
        wished.link("Unsorted/new.jpg", "Favorites/new.jpg")
    wished.judge(whole("n"), "Unsorted/new.jpg")
    assert wished.open_verbs() == ["upload"]


def test_a_second_copy_of_a_favorite_is_judged(wished: Wished) -> None:
    """It gets one more name; that it is a favorite already needs no call."""
    number = wished.filed.photo_id("a")
    known = wished.catalog.photo_facts(number)
    known = known._replace(sha256="n".ljust(64, "0"), size=10, size_exact=1)
    wished.catalog.note_original("n".ljust(64, "0"), 10, wished.filed.now_ns)
    wished.catalog.set_photo_facts(number, known)
    wished.write("Albums/Trip/copy.jpg")
    wished.judge(whole("n"), "Albums/Trip/copy.jpg")
    assert wished.open_verbs() == ["join"]
    assert wished.filed.ino("Albums/Trip/copy.jpg") == wished.filed.ino("Favorites/a.jpg")


def test_what_came_into_favorites_while_that_could_be_marked_is_sent(wished: Wished) -> None:
    """Under another login since: it is uploaded, and stands where it belongs without the mark."""
    wished.catalog.set_writes(wished.filed.source_id, EVERYTHING)
    wished.write("Favorites/new.jpg")
    wished.catalog.set_writes(wished.filed.source_id, CAN)
    filed = wished.filed
    wished.wishing = Wishing(wished.catalog, filed.filing, Policy(), lambda: filed.now_ns)
    wished.judge(whole("n"), "Favorites/new.jpg")
    assert wished.open_verbs() == ["upload"]
    assert wished.stage("Unsorted/new.jpg") is Stage.WAITING
