"""`user.photofs.state` of photos about which something is still to be sent, or never will be."""

import pytest

from photofs.model.judgement import Broken, Judgement, Other
from photofs.model.operation import Event
from photofs.volume.xattrs import Facts, state_of
from tests.support.wished import Wished, whole

DAY = "Dates/2019/2019-07"


def state(wished: Wished, path: str) -> str:
    """What the attribute would tell of a file whose bytes are here."""
    photo = wished.catalog.photo(wished.filed.ino(path) // 2)
    return state_of(Facts(photo, None, here=True, unsent=wished.catalog.unsent(photo.photo_id)))


def test_a_change_is_pending_until_it_is_done(wished: Wished) -> None:
    """Pending while it waits, held while it is held, and then where its bytes are again."""
    path = f"{DAY}/a.jpg"
    assert state(wished, path) == "cached"
    wished.link(path, "Albums/Home/a.jpg")
    assert state(wished, path) == "pending"
    assert state(wished, f"{DAY}/b.jpg") == "cached"
    (row,) = wished.catalog.open_operations()
    wished.catalog.happen(row.operation_id, Event.HOLD, 1)
    assert state(wished, path) == "held"
    wished.catalog.happen(row.operation_id, Event.RELEASE, 1)
    wished.send_all()
    assert state(wished, path) == "cached"


def test_a_copy_is_pending_until_it_is_uploaded(wished: Wished) -> None:
    """From its creation on, before and after it was looked at."""
    wished.write("Unsorted/new.jpg")
    assert state(wished, "Unsorted/new.jpg") == "pending"
    wished.judge(whole("n"), "Unsorted/new.jpg")
    assert state(wished, "Unsorted/new.jpg") == "pending"


@pytest.mark.parametrize(
    ("verdict", "told"),
    [(Other("it is no picture"), "local"), (Broken("its end is missing"), "failed: its end is")],
)
def test_a_file_that_is_never_sent_says_so(wished: Wished, verdict: Judgement, told: str) -> None:
    """What is no photo is local; what is broken has failed, and says why."""
    wished.write("Unsorted/new.jpg")
    wished.judge(verdict, "Unsorted/new.jpg")
    assert state(wished, "Unsorted/new.jpg").startswith(told)
