"""Fails a test that logs a warning it did not announce, or announces one that does not come."""

import logging
import re
from collections.abc import Iterator

import pytest

GUARDED = ("photofs", "agent")


class ExpectLog:
    """Announces warnings: `expect_log("no answer from .*")`; the pattern is searched."""

    def __init__(self) -> None:
        """Nothing announced, nothing seen."""
        self.records: list[logging.LogRecord] = []
        self._announced: list[re.Pattern[str]] = []
        self._allowed: list[re.Pattern[str]] = []

    def __call__(self, pattern: str) -> None:
        """At least one record of WARNING or above has to match; all that match are fine."""
        self._announced.append(re.compile(pattern))

    def maybe(self, pattern: str) -> None:
        """Records that match are fine, and so is none: for faults that come by chance."""
        self._allowed.append(re.compile(pattern))

    @property
    def lines(self) -> list[str]:
        """What was logged so far, as "LEVEL message"."""
        return [f"{record.levelname} {record.getMessage()}" for record in self.records]

    def complaints(self) -> list[str]:
        """What was logged unannounced, and what was announced in vain."""
        patterns = [*self._announced, *self._allowed]
        unannounced = [
            f"logged unannounced: {line}"
            for line in self.lines
            if not any(pattern.search(line) for pattern in patterns)
        ]
        in_vain = [
            f"announced, but never logged: {pattern.pattern}"
            for pattern in self._announced
            if not any(pattern.search(line) for line in self.lines)
        ]
        return unannounced + in_vain


class _Collector(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.WARNING)
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


@pytest.fixture(autouse=True)
def expect_log() -> Iterator[ExpectLog]:
    """The guard of this test; set up first of all, so that it also sees what clean-up logs."""
    expected = ExpectLog()
    collector = _Collector(expected.records)
    for name in GUARDED:
        logging.getLogger(name).addHandler(collector)
    yield expected
    for name in GUARDED:
        logging.getLogger(name).removeHandler(collector)
    complaints = expected.complaints()
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)
