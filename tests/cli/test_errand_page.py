"""The page of errands, as its reader sees it."""

from photofs.cli.errand_page import Line, errand_page
from photofs.model.errand import Errand
from photofs.model.photo import Media
from photofs.model.wish import WishVerb


def line(number: int, name: str, *, otherwise: bool = False) -> Line:
    """A photo to be trashed; `otherwise`: by an earlier wish alone."""
    page = f"https://photos.google.com/photo/{name}"
    errand = Errand(number, "k", WishVerb.TRASH, page, name, name, None, Media.PICTURE, None, None)
    return Line(errand._replace(otherwise=otherwise), ())


def test_what_is_wished_otherwise_by_now_is_not_asked_for() -> None:
    """It stands apart, with the two commands that tell what became of it."""
    page = errand_page("g", [line(1, "a.jpg"), line(2, "b.jpg", otherwise=True)], "now", "photofs")
    asked, _, not_asked = page.partition("that you do not want any more")
    assert "a.jpg" in asked
    assert "b.jpg" not in asked
    assert "b.jpg" in not_asked
    for command in ("photofs hand done NUMBER", "photofs hand back NUMBER"):
        assert command in not_asked
