"""The setting tree.dates: one rule says which templates can be right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.model.dates_template import USUAL_DATES, filled, template_steps
from photofs.model.errors import Misconfigured
from photofs.model.naming import folder_name
from photofs.model.settings import Settings, Tree, check_settings

DATE = {"year": "2019", "month": "07", "day": "12"}


@pytest.mark.parametrize(
    "template",
    [
        *("", "/", "{year}/", "/{year}", "{year}//{month}", "../{year}", ".", "{yaer}", "{year"),
        *("{year}/.{month}", " {year}", "{0}", "{year:>9}", "a\0b", "x" * 300, "all"),
        "/".join(["{year}"] * 9),
    ],
)
def test_templates_that_cannot_be_right_are_refused(template: str) -> None:
    """Steps that are no folders' names, or no date at all: refused, with a right one to copy."""
    with pytest.raises(Misconfigured) as caught:
        check_settings(Settings(tree=Tree(dates=template)))
    assert "tree.dates" in caught.value.what
    assert USUAL_DATES in caught.value.remedy


def test_a_step_is_filled_as_far_as_its_parts_are_known() -> None:
    """A month alone fills the month's step, and has none for the day."""
    month = {"year": "2019", "month": "07"}
    steps = template_steps("{year}/{year}-{month}/{day}")
    assert [filled(step, month) for step in steps] == ["2019", "2019-07", None]


@given(st.text(alphabet="{}yearmonthd/-. x", max_size=40))
def test_whatever_is_let_through_makes_folders(template: str) -> None:
    """A template that is not refused gives names that are folders' names as they are."""
    try:
        steps = template_steps(template)
    except Misconfigured:
        return
    for step in steps:
        name = filled(step, DATE)
        assert name
        assert folder_name(name) == name


def test_a_day_without_its_month_is_refused() -> None:
    """It would put the same day of twelve months into one folder."""
    with pytest.raises(Misconfigured, match="folders by date"):
        template_steps("{year}/{day}")
