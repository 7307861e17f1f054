"""How the agent's program ends: a sentence and a status, whatever a nursery wrapped it in."""

import pytest

from agent.program import status_of
from photofs.model.errors import Bug, Temporary, found_in
from photofs.model.exit_codes import INTERRUPTED, OK, TEMPORARY

BUSY_LINE = Temporary("the line is busy", remedy="try again")


@pytest.mark.parametrize(
    ("raised", "status", "told"),
    [
        (BUSY_LINE, TEMPORARY, "photofs: the line is busy; try again\n"),
        (
            ExceptionGroup("outer", [ExceptionGroup("inner", [BUSY_LINE])]),
            TEMPORARY,
            "photofs: the line is busy; try again\n",
        ),
        (KeyboardInterrupt(), INTERRUPTED, "photofs: stopped; the next one goes on from here\n"),
        (
            BaseExceptionGroup("outer", [KeyboardInterrupt()]),
            INTERRUPTED,
            "photofs: stopped; the next one goes on from here\n",
        ),
    ],
    ids=["bare", "group", "Ctrl-C", "Ctrl-C in a group"],
)
def test_an_end_is_told_in_a_line(
    raised: BaseException, status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same sentence and status, bare or in groups."""

    def work() -> int:
        raise raised

    assert status_of(work) == status
    assert capsys.readouterr().err == told


def test_what_is_no_error_of_ours_is_not_hidden() -> None:
    """A mistake of ours keeps its traceback; good work its status."""

    def work() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        status_of(work)
    assert status_of(lambda: OK) == OK


def test_an_error_is_found_wherever_it_is() -> None:
    """The first of ours in a group of groups; None where there is none."""
    bug = Bug("x")
    assert found_in(ExceptionGroup("", [ValueError(), ExceptionGroup("", [bug])])) is bug
    assert found_in(ExceptionGroup("", [ValueError()])) is None
    assert found_in(ValueError()) is None
