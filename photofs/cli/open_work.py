"""What is still to be done: files that are being looked at, uploads, and all other wishes."""

import fcntl
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.cli.errand_words import errands_in_words
from photofs.cli.output import counted, human_size, safe_text
from photofs.model.incoming import Stage
from photofs.model.operation import State
from photofs.model.wish import WishVerb

_OF_BYTES = frozenset({WishVerb.UPLOAD.value, WishVerb.REPLACE.value})


class OpenWork(NamedTuple):
    """How much is open. `looking`: files not judged yet; `uploads`: to be sent, with `bytes`.

    `changes`: other wishes that go on by themselves; `held` and `unsure` need somebody, or the
    service's word; `failed`, `local`: files that stay here; `former`: those with the bytes that
    a photo had before. `by_hand`: errands, by verb.
    """

    looking: int
    uploads: int
    bytes: int
    changes: int
    held: int
    unsure: int
    failed: int
    local: int
    by_hand: Mapping[str, int] = MappingProxyType({})
    former: int = 0

    @property
    def errands(self) -> int:
        """What waits for a hand, or is in one."""
        return sum(self.by_hand.values())

    @property
    def going_on(self) -> int:
        """What ends by itself as long as an agent works and the service answers."""
        return self.looking + self.uploads + self.changes


def open_work(catalog: Catalog, library_id: int | None = None) -> OpenWork:
    """How much is open in a library, or in all."""
    files = catalog.count_incoming(library_id)
    uploads = size = changes = held = unsure = 0
    for verb, state, number, each in catalog.open_states(library_id):
        if state is State.HELD:
            held += number
        elif state is State.UNSURE:
            unsure += number
        elif verb in _OF_BYTES:
            uploads, size = uploads + number, size + each
        else:
            changes += number

    by_hand = Counter[str]()
    for verb, _, number in catalog.count_errands(library_id):
        by_hand[verb] += number

    def count(stage: Stage) -> int:
        return files.get(stage, (0, 0))[0]

    former = catalog.count_former(library_id)
    return OpenWork(
        looking=count(Stage.OPEN),
        uploads=uploads,
        bytes=size,
        changes=changes,
        held=held,
        unsure=unsure,
        failed=count(Stage.FAILED),
        local=count(Stage.LOCAL) - former,
        by_hand=dict(by_hand),
        former=former,
    )


def work_words(work: OpenWork) -> str:
    """What goes on, for people: "2 uploads (3.1 MB), 4 other changes, 1 file being looked at"."""
    parts = []
    if work.uploads:
        parts.append(f"{counted(work.uploads, 'upload')} ({human_size(work.bytes)})")
    if work.changes:
        parts.append(counted(work.changes, "other change" if parts else "change"))
    if work.looking:
        parts.append(f"{counted(work.looking, 'file')} being looked at")
    return ", ".join(parts)


def work_lines(work: OpenWork, no_photos: Sequence[str]) -> list[str]:
    """What waits in a library, or stays here, each with what to do about it."""
    lines = []
    if work.going_on:
        lines.append(f"waiting: {work_words(work)}; see `photofs queue`")
    if work.held:
        lines.append(
            f"! {counted(work.held, 'change')} held, for they are so many: `photofs held list`,"
            " then `photofs held release` or `photofs undo`"
        )
    if work.errands:
        lines.append(
            f"waits for a hand: {errands_in_words(work.by_hand)}: `photofs hand list` has the links"
        )
    if work.unsure:
        lines.append(
            f"! {counted(work.unsure, 'change')} of which the answer was lost: the service is"
            " asked before anything is sent again; see `photofs queue`"
        )
    if work.failed:
        lines.append(
            f"! {counted(work.failed, 'file')} not sent, kept on this disk: `photofs queue` says"
            " why, `photofs queue retry PATH` tries again"
        )
    if work.local:
        lines.append(local_words(work.local, no_photos))
    if work.former:
        lines.append(former_words(work.former))
    return lines


def former_words(number: int) -> str:
    """Files in Trash/Replaced, or taken out of it, for people."""
    return (
        f"kept on this disk only, with bytes that photos had before: {counted(number, 'file')}"
        " (in Trash/Replaced; what is moved out of there is not sent, a copy of it is)"
    )


def local_words(number: int, no_photos: Sequence[str]) -> str:
    """Files that stay here, for people; one of those that are no photos is named."""
    such_as = f" (such as {safe_text(no_photos[0])})" if no_photos else ""
    return (
        "kept on this disk only, for they are no photos or bear a program's temporary name:"
        f" {counted(number, 'file')}{such_as}"
    )


def agent_works(house: House) -> bool:
    """Whether an agent works for this house's catalog: it holds a lock for as long as it lives."""
    try:
        descriptor = os.open(house.paths.state / "locks" / "agent", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
