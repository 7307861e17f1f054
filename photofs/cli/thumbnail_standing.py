"""How thumbnails stand: what lies there, what is waited for and by whom, what is off."""

import os
import time
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from photofs.assembly import House
from photofs.catalog.opened_rows import AwaitedFolder
from photofs.catalog.sqlite import Catalog
from photofs.catalog.thumbnail_rows import ThumbnailTotals
from photofs.cli.mounts import list_mounts
from photofs.cli.open_work import agent_works
from photofs.cli.output import counted, human_age
from photofs.kernel.mount_table import is_private
from photofs.kernel.process import program_of
from photofs.model.size import parse_size
from photofs.thumbnails.folder import thumbnails_root
from photofs.thumbnails.round_note import read_note

SHOWN: Final = 10
"""Folders of each mount that are named as waiting."""

SHARED: Final = "is shown to other users as well (--allow-other), or was not mounted by you"


class Standing(NamedTuple):
    """`off`: why nothing is filled, by mount point, "" for all; `trouble`: why not just now.

    `changed`: the settings are others than those by which some mount's agent may work.
    """

    folder: str
    taken: int
    limit: int
    fill: str
    mounts: list[ThumbnailTotals]
    waiting: list[tuple[str, AwaitedFolder]]
    off: dict[str, str]
    trouble: str
    away: int
    changed: bool = False

    def document(self) -> dict[str, object]:
        """As JSON has it."""
        mounts = [{**each._asdict(), "point": os.fsdecode(each.point)} for each in self.mounts]
        waiting = [{**each._asdict(), "point": point} for point, each in self.waiting]
        return {**self._asdict(), "mounts": mounts, "waiting": waiting}

    def sentences(self) -> Iterator[str]:
        """For people, below the table."""
        for point, why in self.off.items():
            yield f"{f'{point} gets none' if point else 'none are made'}: {why}"
        for point, each in self.waiting:
            who = each.program or "a command"
            age = human_age(max(time.time_ns() - each.opened_ns, 0) // 10**9)
            yield (
                f"waiting: {each.photos - each.pictured:,} of {counted(each.photos, 'photo')} in"
                f" {point}{each.path}, opened by {who} {age}"
            )
        if self.trouble:
            yield f"none are made just now: {self.trouble}"
        elif self.away:
            yield f"nothing can be had just now to show {counted(self.away, 'photo')}"
        if self.changed:
            yield (
                "config.toml was changed while this was mounted: what it says in [thumbnails]"
                " counts from the next mount on"
            )


def find_standing(house: House, catalog: Catalog) -> Standing:
    """As far as the catalog and the agent's note tell; no thumbnail is looked at."""
    settings, note = house.settings.thumbnails, read_note(house.paths.thumbnails_told)
    totals = catalog.thumbnail_totals()
    points = house.own_points()
    off = {point: SHARED for point in points if not is_private(point)}
    if why := _off(house, note.off):
        off[""] = why
    waiting = [
        (point, each)
        for point in points
        if point not in off and not note.off and settings.fill != "off"
        for each in catalog.awaited_folders(os.fsencode(point), settings.sizes[0], SHOWN)
    ]
    return Standing(
        str(thumbnails_root(house.environ)),
        sum(total.taken for total in totals),
        parse_size(settings.limit),
        settings.fill,
        totals,
        waiting,
        off,
        note.trouble,
        note.away,
        _changed(house, points),
    )


def _changed(house: House, points: Sequence[str]) -> bool:
    """Whether config.toml is newer than a process that serves one of these mount points."""
    try:
        age_ns = time.time_ns() - house.paths.config_file.stat().st_mtime_ns
    except OSError:  # there is none
        return False
    mounts = [mount for mount in list_mounts(house.environ) if mount.point in points]
    return any(age_ns < program_of(mount.pid).age_ns for mount in mounts)


def _off(house: House, told: str) -> str:
    """Why none are made by themselves."""
    if house.settings.thumbnails.fill == "off":
        return (
            f'fill = "off" in {house.paths.config_file}; `photofs thumbnails fill` makes them,'
            " and another word there counts from the next mount on"
        )
    if not agent_works(house):
        return "no agent works; `photofs agent`, or a mount without --no-agent, begins one"
    return told
