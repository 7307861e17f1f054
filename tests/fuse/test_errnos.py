"""The one table from errors to errno."""

import errno
import inspect

import pytest

from photofs.fuse.errnos import TABLE, answer_for
from photofs.model import errors
from photofs.model.errors import PhotofsError

ALL = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, PhotofsError)
]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_has_an_answer(kind: type[PhotofsError]) -> None:
    """An errno that programs know, and never EAGAIN."""
    answer = answer_for(kind("it happened"))
    assert answer.errno in errno.errorcode
    assert answer.errno != errno.EAGAIN


def test_no_line_of_the_table_is_hidden_by_one_above() -> None:
    """The first class that fits counts, so a class stands before its bases."""
    for at, (kind, _) in enumerate(TABLE):
        assert not any(issubclass(kind, earlier) for earlier, _ in TABLE[:at])


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.NotFound("x"), errno.ENOENT),
        (errors.TimedOut("x"), errno.ETIMEDOUT),
        (errors.Unreachable("x"), errno.ENETUNREACH),
        (errors.NotAttached("x"), errno.ENXIO),
        (errors.Unauthorised("x"), errno.EACCES),
        (errors.Gone("x"), errno.ENODATA),
        (errors.Full("x"), errno.ENOSPC),
        (errors.Corrupt("x"), errno.EIO),
        (errors.Bug("x"), errno.EIO),
        (errors.Misconfigured("x"), errno.EPERM),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_answers_fit(error: PhotofsError, expected: int) -> None:
    """What a program is told says what happened."""
    assert answer_for(error).errno == expected
