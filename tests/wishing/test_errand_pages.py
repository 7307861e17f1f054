"""Which page an errand leads to, where a page may be of more than the file that is wished away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.model.errors import Refused
from photofs.model.photo import Fidelity, PixelSize
from photofs.wishing.handing import BY_LIST, Handing
from tests.support.by_hand import API, DAY, DAY_NS, MINUTE_NS, PAGE, REACH, ByHand, shot
from tests.support.filed import photo
from tests.support.wished import Wished


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[ByHand]:
    """It, with a live pair: x.jpg and y.jpg have one page."""
    made = ByHand(tmp_path)
    made.tell(
        shot("x", page_url=f"{PAGE}pair", set_key="s", set_role="still"),
        shot("y", page_url=f"{PAGE}pair", set_key="s", set_role="motion"),
    )
    yield made
    made.catalog.close()


def test_one_file_of_a_shot_is_not_handed_out(hands: ByHand) -> None:
    """Its page is the whole shot's, so it waits for the other file, and says so."""
    hands.wished.unlink(f"{DAY}/x.jpg")
    hands.later()
    assert hands.hand_out() == []
    ((_, why),) = hands.handing.all_kept_back()
    assert "y.jpg" in why
    hands.wished.unlink(f"{DAY}/y.jpg")
    assert hands.hand_out() == []
    hands.later()
    (row,) = hands.hand_out()
    assert hands.handing.all_kept_back() == []
    hands.handing.claimed(row)
    assert hands.verbs() == []


def test_a_key_is_pressed_once_for_a_page(hands: ByHand) -> None:
    """Both files of a shot are favorites then, by one errand."""
    hands.wished.link(f"{DAY}/x.jpg", "Favorites/x.jpg")
    hands.wished.link(f"{DAY}/y.jpg", "Favorites/y.jpg")
    hands.later()
    (row,) = hands.hand_out()
    assert hands.hand_out() == []
    hands.handing.claimed(row)
    assert (hands.hand_out(), hands.verbs()) == ([], [])


PAIR = {"page_url": f"{PAGE}pair", "set_key": "s"}


def tell_pair(hands: ByHand, **facts: bool) -> None:
    """A later export of all, with the pair as the service has it by now."""
    hands.later(2 * DAY_NS)
    now_ns = hands.filed.now_ns
    hands.tell(
        *hands.usual(now_ns),
        shot("x", now_ns, set_role="still", **PAIR, **facts),
        shot("y", now_ns, set_role="motion", **PAIR, **facts),
    )


@pytest.mark.parametrize(("folder", "fact"), [("Favorites", "favorite"), ("Archive", "archived")])
def test_what_goes_for_a_whole_shot_is_shown_of_each_file_once_it_is_told(
    hands: ByHand, folder: str, fact: str
) -> None:
    """Of the file that was wished at once; of the other one nothing is made up meanwhile."""
    hands.wished.link(f"{DAY}/x.jpg", f"{folder}/x.jpg")
    hands.later()
    (row,) = hands.hand_out()
    hands.handing.claimed(row)
    assert hands.wished.files() & {f"{folder}/x.jpg", f"{folder}/y.jpg"} == {f"{folder}/x.jpg"}
    tell_pair(hands, **{fact: True})
    assert hands.wished.files() >= {f"{folder}/x.jpg", f"{folder}/y.jpg"}
    hands.wished.unlink(f"{folder}/x.jpg")
    hands.later()
    (row,) = hands.hand_out()
    hands.handing.claimed(row)
    assert hands.wished.files() & {f"{folder}/x.jpg", f"{folder}/y.jpg"} == {f"{folder}/y.jpg"}
    tell_pair(hands, **{fact: False})
    assert hands.wished.files() & {f"{folder}/x.jpg", f"{folder}/y.jpg"} == set()
    assert hands.verbs() == []


def test_opposite_wishes_of_two_files_of_a_shot_end_as_the_service_tells(hands: ByHand) -> None:
    """It can be only one of both: what a later export does not have is shown no more, and told."""
    tell_pair(hands, favorite=False)
    hands.wished.link(f"{DAY}/x.jpg", "Favorites/x.jpg")
    hands.wished.link(f"{DAY}/y.jpg", "Favorites/y.jpg")
    hands.later()
    (row,) = hands.hand_out()
    hands.handing.claimed(row)
    hands.wished.unlink("Favorites/y.jpg")
    hands.later()
    (row,) = hands.hand_out()
    hands.handing.claimed(row)
    assert "Favorites/x.jpg" in hands.wished.files()
    tell_pair(hands, favorite=False)
    assert hands.wished.files() & {"Favorites/x.jpg", "Favorites/y.jpg"} == set()
    told = [each.answer for each in hands.catalog.exchanges(1)]
    assert any("not so, as you said" in each for each in told)


def test_one_that_was_never_handed_out_is_not_ticked_off(hands: ByHand) -> None:
    """Nobody can have done what was on no page."""
    hands.wished.unlink(f"{DAY}/a.jpg")
    (row,) = hands.catalog.errands_open(1)
    with pytest.raises(Refused, match="on no page yet"):
        hands.handing.claimed(row)
    assert hands.verbs() == ["trash: planned"]


class Merged(Wished):
    """An account's photo and an export's, alike in name, second and pixels: shown is the latter."""

    def __init__(self, path: Path, **account: object) -> None:
        """Both are told; their pages are two, unless told otherwise."""
        super().__init__(path, can=(*API, *REACH))
        library = self.catalog.library("L").library_id
        export = self.catalog.add_source(library, "service", {}).source_id
        usual = {"fidelity": Fidelity.RECOMPRESSED, "page_url": f"{PAGE}edited", **account}
        alike = {"file_name": "m.jpg", "pixels": PixelSize(64, 48)}
        self.filed.scan(photo("m1", as_of_ns=self.filed.now_ns, content_key="m1", **alike, **usual))
        self.filed.source_id, self.filed.live = export, False
        self.filed.scan(shot("m2", self.filed.now_ns, **alike))
        self.handing = Handing(self.catalog, self.wishing, library, list, lambda: self.filed.now_ns)


def pages(made: Merged) -> list[str]:
    """Those that errands lead to."""
    made.filed.now_ns += MINUTE_NS
    rows = made.handing.begin(made.handing.ready(9), BY_LIST)
    errands = [made.handing.errand(row) for row in rows]
    return [each.page for each in errands if each is not None]


def test_what_is_merged_by_likeness_leads_to_what_is_shown(tmp_path: Path) -> None:
    """The other source's page may be another picture's."""
    made = Merged(tmp_path / "catalog.db")
    made.unlink(f"{DAY}/m.jpg")
    assert (pages(made), "Trash/m.jpg" in made.files()) == ([f"{PAGE}m2"], True)
    made.catalog.close()


def test_what_is_surely_one_photo_is_an_errand(tmp_path: Path) -> None:
    """The same page at both sources."""
    made = Merged(tmp_path / "catalog.db", page_url=f"{PAGE}m2")
    made.unlink(f"{DAY}/m.jpg")
    assert pages(made) == [f"{PAGE}m2"]
    made.catalog.close()
