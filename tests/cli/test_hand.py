"""`photofs hand`: the page of errands, ticking off, and what status, queue, info and wait say."""

import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.model.node import row_id
from tests.support.by_hand import DAY, DAY_NS, PAGE, ByHand, shot
from tests.support.household import Household

NASTY = 'x"><script>alert(1)</script>.jpg'


class Home:
    """A household whose catalog has photos a to e, and whose clock is the catalog's own."""

    def __init__(self, household: Household) -> None:
        """Nothing is wished."""
        self.household = household
        state = household.home / "state"
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.hands = ByHand(state)
        self.wished = self.hands.wished

    def trash(self, *names: str) -> None:
        """`rm` in Dates, past the grace."""
        for name in names:
            self.wished.unlink(f"{DAY}/{name}.jpg")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """The household; its journal was written long ago, so no grace is left."""
    made = Home(Household(tmp_path))
    yield made
    made.hands.catalog.close()


def numbers(text: str) -> list[int]:
    """The numbers on a page."""
    return [int(each) for each in re.findall(r"<li value='(\d+)'>", text)]


def test_the_page_lists_what_waits(home: Home) -> None:
    """Links by verb, readable by the user alone, with no script and nothing from elsewhere."""
    home.trash("a", "b")
    home.wished.link(f"{DAY}/c.jpg", "Archive/c.jpg")
    (told,) = home.household.ask("hand", "list")
    assert [each["verb"] for each in told["errands"]] == ["trash", "trash", "archive"]
    path = Path(told["page"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    page = path.read_text(encoding="utf-8")
    assert numbers(page) == [each["number"] for each in told["errands"]]
    assert f'href="{PAGE}a"' in page
    assert "taken 2019-07-21T12:30:15" in page
    assert "default-src &#x27;none&#x27;" in page
    assert not re.search(r"<script|src=|url\(|@import", page)


def test_what_strangers_wrote_is_text_on_the_page(home: Home) -> None:
    """Titles, names and albums are escaped."""
    home.hands.tell(shot("n", file_name=NASTY, title="</p><img src=x>", page_url=f'{PAGE}n"x'))
    home.wished.unlink(next(each for each in home.wished.files() if "script" in each))
    (told,) = home.household.ask("hand", "list")
    page = Path(told["page"]).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert f'{PAGE}n"' not in page


def test_ticking_off(home: Home) -> None:
    """By number, by range, by path; what is not on the page is refused by number."""
    home.trash("a", "b", "c", "d")
    (told,) = home.household.ask("hand", "list", "-n", "3")
    first, second, third = (each["number"] for each in told["errands"])
    assert home.household.ask("hand", "done", f"{first}-{second}") == {"done": 2}
    assert "no such errand is open" in home.household.run("hand", "done", str(first), code=4)
    assert "no such errand" in home.household.run("hand", "done", str(third + 1), code=4)
    assert "no such errand is open: none on the page has the number 500, 700-800\n" in (
        home.household.run("hand", "done", "500", "700-800", code=4)
    )
    assert "3-1 runs backwards" in home.household.run("hand", "done", "3-1", code=15)
    assert "on no page yet" in home.household.run("hand", "done", "L/Trash/d.jpg", code=15)
    home.household.ask("hand", "list")
    assert home.household.ask("hand", "done", "L/Trash/d.jpg") == {"done": 1}
    told = home.household.run("hand", "done", f"1-{third}", "500", code=6)
    assert "1 errand noted as done" in told
    assert "no errand on the page has the number 500" in told
    told = home.household.run("hand", "done", "--all", code=4)
    assert "no such errand is open: nothing is on the page" in told
    assert "`photofs undo ACTION`" in told
    assert "nothing waits for a hand" in home.household.run("hand", "list")


def test_it_is_told_what_waits(home: Home) -> None:
    """By status, queue, info and wait, each with the command to run."""
    home.trash("a", "b")
    home.wished.link(f"{DAY}/c.jpg", "Favorites/c.jpg")
    status = home.household.run("status")
    assert "waits for a hand: 2 to put into Google's trash, 1 to mark as favorite" in status
    assert "`photofs hand list`" in status
    assert "waits for a hand" in home.household.run("queue")
    waits = "all is done; 3 errands wait for a hand"
    assert waits in home.household.run("wait")
    assert waits in home.household.run("wait", "--hands", code=6)
    assert home.household.ask("wait")["by_hand"] == 3
    one = "all is done; 1 photo waits for a hand"
    assert one in home.household.run("wait", "L/Trash/a.jpg")
    assert one in home.household.run("wait", "--hands", "L/Trash/a.jpg", code=6)
    told = home.household.ask("info", "L/Trash/a.jpg")
    assert told["state"] == "pending"
    (number,) = re.findall(r"operation (\d+)", told["by_hand"][0])
    home.household.ask("hand", "list")
    assert f"photofs hand done {number}" in home.household.run("queue")


def test_an_errand_whose_page_is_known_no_more_is_told(home: Home) -> None:
    """By status and the list, with what takes it back; it takes no other one's place there."""
    home.trash("a")
    home.hands.later()
    home.trash("b")
    home.hands.tell(shot("a", page_url=None, as_of_ns=10**18))
    (told,) = home.household.ask("hand", "list", "-n", "1")
    assert [each["name"] for each in told["errands"]] == ["b.jpg"]
    assert len(told["without_page"]) == 1
    status = home.household.run("status")
    assert re.findall(r"\((.*), to put into Google's trash\) is for no hand now", status) == [
        "L/Trash/a.jpg"
    ]
    (action,) = re.findall(r"or: `photofs undo (\d+)` takes it back", status)
    home.household.run("undo", action)
    assert "no hand now" not in home.household.run("status")
    assert "no hand now" not in home.household.run("hand", "list", "--no-browser")


def test_the_queue_says_why_an_errand_is_not_handed_out(home: Home) -> None:
    """For its page is another photo's, too, or is known no more; with the command to run."""
    home.hands.tell(
        shot("x", page_url=f"{PAGE}pair", set_key="s", set_role="still"),
        shot("y", page_url=f"{PAGE}pair", set_key="s", set_role="motion"),
    )
    home.trash("x", "c")
    told = home.household.run("queue")
    assert "not handed out: its page is that of L/" in told
    assert "y.jpg" in told
    home.hands.tell(shot("c", page_url=None, as_of_ns=10**18))
    assert "no source tells its page now; see `photofs hand list`" in home.household.run("queue")


def test_back_says_what_it_takes(home: Home) -> None:
    """Numbers, paths or all; and what takes the wish itself back."""
    told = home.household.run("hand", "back", "--help")
    for each in ("12-40", "paths", "--all", "photofs undo ACTION"):
        assert each in told


def test_info_is_for_people(home: Home) -> None:
    """Words in place of the keys that programs get."""
    told = home.household.run("info", f"L/{DAY}/a.jpg")
    assert "folders that show it: " in told
    assert "its page: " in told
    assert not re.search(r"^\w*_\w*:", told, re.MULTILINE)


def test_one_that_was_on_the_list_is_put_back_first(home: Home) -> None:
    """Undo leaves alone what a hand has begun, so both commands are told, and they do."""
    home.trash("a")
    home.household.ask("hand", "list")
    home.hands.tell(shot("a", page_url=None, as_of_ns=10**18))
    told = home.household.run("hand", "list", "--no-browser")
    back, action = re.findall(r"`photofs hand back (\d+)`, then `photofs undo (\d+)`", told)[0]
    home.household.run("hand", "back", back)
    home.household.run("undo", action)
    assert "nothing waits for a hand" in home.household.run("hand", "list")


def test_a_claim_is_told_as_one(home: Home) -> None:
    """`info` says who said so; a Takeout that tells otherwise is told of in info, log, report."""
    home.trash("a")
    home.household.ask("hand", "list")
    home.household.ask("hand", "done", "--all")
    assert "in Google's trash, as you said on" in home.household.run("info", "L/Trash/a.jpg")
    photo = row_id(home.hands.filed.ino("Trash/a.jpg"))
    (row,) = home.hands.catalog.errands_of_photo(photo)
    home.hands.tell(shot("a", row.changed_ns + 2 * DAY_NS))
    assert "trash: not so, as you said" in home.household.run("info", f"L/{DAY}/a.jpg")
    assert "trash: not so, as you said" in home.household.run("log", str(row.wish.action))
    reported = home.household.run("library", "report", "L")
    assert f"not done by hand: L/{DAY}/a.jpg: trash: not so, as you said" in reported


def test_what_was_not_done_goes_back(home: Home) -> None:
    """Until then undo leaves it alone, and says how."""
    home.trash("a")
    home.household.ask("hand", "list")
    assert "1 photo put into Trash, begun by a hand" in home.household.run("log")
    (action,) = home.household.ask("log")
    assert "photofs hand back" in home.household.run("undo", str(action["action"]), code=6)
    assert home.household.ask("hand", "back", "--all") == {"back": 1}
    home.household.run("undo", str(action["action"]))
    assert f"{DAY}/a.jpg" in home.wished.files()


def test_emptying_trash_deletes_nothing_there(home: Home) -> None:
    """It says that no program can, and asks nobody to."""
    home.trash("a")
    told = home.household.ask("trash", "empty", "--yes", code=6)
    assert told["wished"] == 0
    (why,) = told["left"]
    assert "lets no program delete" in why


def test_which_errands_must_be_said(home: Home) -> None:
    """Neither number nor path nor --all is refused."""
    assert "which errands?" in home.household.run("hand", "done", code=15)


def test_what_is_within_its_grace_is_told_with_its_seconds(home: Home) -> None:
    """Only if there is some: it is not on the page yet, and undo still costs nothing."""
    assert "not listed yet" not in home.household.run("hand", "list")
    home.hands.later(time.time_ns() + 600 * 10**9 - home.hands.filed.now_ns)
    home.wished.unlink(f"{DAY}/a.jpg")
    told = home.household.run("hand", "list")
    assert "nothing waits for a hand" in told
    assert re.search(r"1 errand not listed yet: .* run this again in [\d,]+ second", told)
