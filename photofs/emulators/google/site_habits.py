"""How the emulated photos.google.com behaves where the real one is not known, or may vary."""

from dataclasses import dataclass, field
from typing import Literal

Question = Literal["trash", "forever", "form", "none"]


@dataclass(kw_only=True)
class SiteHabits:
    """Switches; the defaults are a good day, in English.

    `signed_in`: whether the owner's cookie is still taken.
    `language`: of the labels, as in `<html lang>`; one that is not in the table gives signs.
    `draws_after`, `hears_after` (s): until the photo is drawn, and from then on until keys count.
    `shows_name`: the panel with the file's name is open; `shows_date`: the picture's text dates it.
    `dead_keys`: keys that do nothing ("#", "f", "A").
    `greets`: a dialog that nobody asked for stands open.
    `question`: what `#` asks: the trash, deletion for ever (and Enter means it), a form to fill in,
    or nothing at all: then it is done at once.
    `goes_on`: what was put into the trash makes way for the next photo, as a new page.
    `trashed_page`: where the page of a photo in the trash is.
    `per_page`: so many photos a list draws until one scrolls; `forgets`: it then drops as many of
    the first ones.
    """

    signed_in: bool = True
    language: str = "en"
    draws_after: float = 0.0
    hears_after: float = 0.0
    shows_name: bool = True
    shows_date: bool = True
    dead_keys: frozenset[str] = field(default_factory=frozenset)
    greets: bool = False
    question: Question = "trash"
    goes_on: bool = True
    trashed_page: Literal["none", "trash"] = "trash"
    per_page: int = 12
    forgets: bool = False
