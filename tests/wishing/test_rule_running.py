"""What a service tells otherwise of a photo right before a rule takes it away."""

from dataclasses import replace

import pytest

from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.observation import PhotoSeen
from photofs.wishing.rule_running import difference
from tests.support.stocked import TAKEN, seen_photo

BEFORE = replace(seen_photo("a.jpg", 10), favorite=False, tags=("b", "a"))
LATER = TakenFact(by=TakenBy.EXIF, local=TAKEN.replace(tzinfo=None, year=2020), instant=TAKEN)


@pytest.mark.parametrize(
    ("now", "word"),
    [
        (None, "no such photo"),
        (replace(BEFORE, content_key="2"), "other bytes"),
        (replace(BEFORE, favorite=True), "favorite"),
        (replace(BEFORE, archived=True), "archived"),
        (replace(BEFORE, trashed=True), "trashed"),
        (replace(BEFORE, title="new"), "title"),
        (replace(BEFORE, description="new"), "description"),
        (replace(BEFORE, tags=("a",)), "tags"),
        (replace(BEFORE, taken=LATER), "taken"),
    ],
)
def test_what_is_told_otherwise_holds_it_back(now: PhotoSeen | None, word: str) -> None:
    """Each fact by itself, named."""
    assert word in difference(BEFORE, now)


@pytest.mark.parametrize(
    "now",
    [
        BEFORE,
        replace(BEFORE, favorite=None, archived=None, title=None),
        replace(BEFORE, tags=("a", "b"), archived=False, trashed=False, title=""),
        replace(BEFORE, as_of_ns=BEFORE.as_of_ns + 1, ref="elsewhere", size=11),
    ],
    ids=["same", "no word", "another form", "what is no fact of it"],
)
def test_what_is_told_the_same_or_not_at_all_does_not(now: PhotoSeen) -> None:
    """Nobody's word is no difference, nor is an order of tags."""
    assert difference(BEFORE, now) == ""
