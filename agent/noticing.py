"""Finds what a person should hear of, in the catalog alone, and has it told.

What was told is kept in a file of the state folder: an agent that is begun anew says nothing twice.
"""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import trio

from agent.telling import tell
from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import PhotofsError
from photofs.model.incoming import Stage
from photofs.model.notice import (
    DAMAGE_REMEDY,
    RULE_REMEDY,
    Memory,
    Notice,
    NoticeKind,
    damage_words,
    login_words,
    news,
    rule_words,
    stale_words,
)
from photofs.model.settings import Notify
from photofs.wishing.recognising import REMEDY

log = logging.getLogger(__name__)

EVERY: Final = 60.0
"""Seconds between two looks; one costs some milliseconds."""

TROUBLE_PATIENCE_NS: Final = 3_600 * 10**9
"""A source that fails for so long is told of; one scan that fails is not."""


async def notice_for_ever(house: House) -> None:
    """Look, tell what is new, and note that it was told."""
    while True:
        try:
            await notice_once(house)
        except (PhotofsError, OSError, ValueError) as error:
            log.info("nobody is told anything just now: %s", error)
        await trio.sleep(EVERY)


async def notice_once(house: House) -> None:
    """One look. What was told is noted first: a hook that hangs or kills us is not called twice."""
    path = house.paths.state / "notices.json"
    memory = _read(path)
    now_ns = time.time_ns()
    with house.catalog(read_only=True) as catalog:
        found = list(find_notices(catalog, house.settings.notify, now_ns))
    fresh = news(found, memory, now_ns)
    if fresh.memory != memory:
        _write(path, fresh.memory)
    for notice in fresh.begun:
        log.warning("%s: %s; %s", notice.library, notice.what, notice.remedy)
        await tell(house, notice, over=False)
    for notice in fresh.over:
        log.info("%s: this is over: %s", notice.library, notice.what)
        await tell(house, notice, over=True)


def find_notices(catalog: Catalog, notify: Notify, now_ns: int) -> Iterator[Notice]:
    """All that holds now."""
    if why := catalog.doubt():
        yield Notice(
            "catalog", NoticeKind.CATALOG, "catalog", f"{why}; nothing is taken away", REMEDY
        )
    for rule in catalog.rules_held_back():
        words = rule_words(rule.name, rule.told)
        yield Notice(f"rule {rule.name}", NoticeKind.RULE, "rules", words, RULE_REMEDY)
    for library in catalog.libraries():
        for source in catalog.sources(library.library_id):
            yield from _of_source(library.name, source, notify, now_ns)
        yield from _of_mirrors(catalog, library.library_id, library.name, notify, now_ns)
        yield from _of_work(catalog, library.library_id, library.name)


def _of_source(name: str, source: SourceRow, notify: Notify, now_ns: int) -> Iterator[Notice]:
    at = f"{name} {source.source_id}"
    if source.trouble:
        remedy = "see `photofs status`"
        yield Notice(
            f"source {at}", NoticeKind.SOURCE, name, source.trouble, remedy, TROUBLE_PATIENCE_NS
        )
    ends = source.config.get("login_ends")
    if isinstance(ends, int | float) and (words := login_words(int(ends * 1e9), now_ns)):
        again = f"`photofs login {source.provider}`"
        yield Notice(f"login {at}", NoticeKind.LOGIN, name, words, f"{again} logs in anew")
    if source.scan_ns is not None:
        old = stale_words(source.scan_ns, source.scan_ns, now_ns, notify.stale_days)
        if old:
            what = f"{source.provider}: scanned {old}"
            yield Notice(f"stale {at}", NoticeKind.STALE, name, what, "see `photofs status`")


def _of_mirrors(
    catalog: Catalog, library_id: int, name: str, notify: Notify, now_ns: int
) -> Iterator[Notice]:
    for mirror in catalog.mirrors(library_id):
        key = f"mirror {name} {mirror.mirror_id}"
        old = stale_words(mirror.run_ns, mirror.made_ns, now_ns, notify.stale_days)
        if old:
            what = f"the mirror {mirror.root}: brought up to date {old}"
            if mirror.trouble:
                what = f"{what}; {mirror.trouble}"
            remedy = "is its disk there?"
            yield Notice(key, NoticeKind.MIRROR, name, what, remedy)
        if catalog.is_wrong(mirror.mirror_id):
            what = damage_words(mirror.root)
            yield Notice(f"damage {key}", NoticeKind.DAMAGE, name, what, DAMAGE_REMEDY)


def _of_work(catalog: Catalog, library_id: int, name: str) -> Iterator[Notice]:
    """What waits for a person; by whether there is any, not by how much: that changes too often."""
    if catalog.held(library_id, 1):
        what = "changes are held, for they are so many"
        remedy = "`photofs held list`, then `photofs held release` or `photofs undo`"
        yield Notice(f"held {name}", NoticeKind.HELD, name, what, remedy)
    if catalog.count_incoming(library_id).get(Stage.FAILED, (0, 0))[0]:
        what = "files could not be sent, and are kept on this disk"
        remedy = "`photofs queue` says why"
        yield Notice(f"failed {name}", NoticeKind.FAILED, name, what, remedy)


def _read(path: Path) -> dict[str, Memory]:
    """What is kept; nothing if that cannot be read, so that it is rather told twice."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Memory])
    except (OSError, msgspec.DecodeError):
        return {}


def _write(path: Path, memory: dict[str, Memory]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(memory))
    fresh.replace(path)
