"""What `photofs mirror status` says of a mirror to people, in the words of `mirror verify`."""

import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from photofs.cli.output import counted, human_age, human_size, safe_text
from photofs.model.wording import agreeing

_FILES: Final = (
    ("damaged", "is damaged", "are damaged"),
    ("missing", "is missing", "are missing"),
    (
        "suspect",
        "may have been changed, and has to be re-read",
        "may have been changed, and have to be re-read",
    ),
    (
        "unread",
        "was not re-read since it was written",
        "were not re-read since they were written",
    ),
)


def status_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """A line for each thing that there is to tell."""
    yield f"{safe_text(told['mirror'])}: mirror of {told['library']}"
    if told["away"]:
        yield f"  away: {safe_text(told['away'])}; what follows is what was known of it last"
    yield f"  {counted(told['photos'], 'photo')}, {human_size(told['size'])}"
    if told["lesser"]:
        yield f"  {told['lesser']:,} only as encoded anew by the service: not counted as backed up"
    yield from _of_files(told)
    if told["kept"]:
        yield f"  {counted(told['kept'], 'file')} of former versions, or of photos that vanished"
    if told["beside"]:
        wrong = agreeing(told["beside"], "sidecar, list or link", "is wrong", "are wrong")
        yield f"  {wrong} ({_such_as(told['beside_such_as'])})"
    for each in told["why_lacking"]:
        if not each["kind"]:
            such_as = _such_as([each["such_as"]])
            yield f"  {each['photos']:,} not there: {safe_text(each['why'])} ({such_as})"
    yield f"  last run {_age(told['run_ns'])}, last verified {_age(told['verified_ns'])}"
    if told["trouble"] and not (told["away"] and told["away"] in told["trouble"]):
        yield f"  trouble: {safe_text(told['trouble'])}"


def _of_files(told: Mapping[str, Any]) -> Iterator[str]:
    """Of files that are not right, or not known to be."""
    for key, one, many in _FILES:
        if told[key]:
            named = [each["such_as"] for each in told["why_lacking"] if each["kind"] == key]
            such_as = f" ({_such_as(named)})" if named else ""
            yield f"  {agreeing(told[key], 'file', one, many)}{such_as}"


def _such_as(names: list[str]) -> str:
    return safe_text(f"such as {names[0]}")


def _age(moment: object) -> str:
    """How long ago."""
    if not isinstance(moment, int):
        return "never"
    return human_age(max(int((time.time_ns() - moment) / 1e9), 0))
