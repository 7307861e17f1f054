"""The account that `--demo` shows beside its Takeout: some of the same photos, and newer ones.

Three kinds, as Google has them since 2025: what photofs uploaded (of which the Takeout has some,
too), what a phone uploaded, which no program may list, and of that what its owner has picked.
"""

from datetime import datetime
from typing import Literal, NamedTuple

from photofs.emulators.google.account import CLIENT_ID, Account
from photofs.emulators.google.state import Item, Picking
from photofs.emulators.google.times import instant
from photofs.emulators.hosting.originals import Painted
from photofs.emulators.takeout.demo import painted_again

AGAIN = ("IMG_0001.jpg", "fireworks 🎆🎇✨.jpg")
"""Of the Takeout's album that photofs uploaded, so that the account has them as well."""

SYDNEY = "Sydney"
LOFOTEN = (68.2350, 14.5634)
OSLO = (59.9139, 10.7522)


class Shot(NamedTuple):
    """A row of the tables below; `taken` is wall time at `offset`, after the Takeout's last day."""

    name: str
    taken: str
    position: tuple[float, float]
    kind: Literal["jpg", "mp4"] = "jpg"
    favorite: bool = False
    description: str = ""
    offset: str = "+02:00"


UPLOADED = (
    Shot("Reine.jpg", "2026-08-20 21:14:09", LOFOTEN, favorite=True, description="Before the rain"),
    Shot("Hamnøy.jpg", "2026-08-21 04:58:40", LOFOTEN),
    Shot("Boat.mp4", "2026-08-21 10:30:00", LOFOTEN, "mp4"),
    Shot("Å.jpg", "2026-08-22 13:05:17", LOFOTEN, description="The end of the road"),
)
"""What photofs uploaded, in the order of its album."""

PICKED = (
    Shot("PXL_20260901_081511.jpg", "2026-09-01 10:15:11", OSLO),
    Shot("PXL_20260901_082030.jpg", "2026-09-01 10:20:30", OSLO),
)
"""What the phone uploaded, and its owner has picked."""

ALSO_PICKED = "panorama.jpg"
"""Likewise, but the Takeout has it, too."""

UNPICKED = (
    Shot("PXL_20260902_070000.jpg", "2026-09-02 09:00:00", OSLO),
    Shot("PXL_20260902_161233.jpg", "2026-09-02 18:12:33", OSLO),
    Shot("PXL_20260903_190102.jpg", "2026-09-03 21:01:02", OSLO),
)
"""What the phone uploaded besides: for whoever tries `photofs pick google`."""


def demo_account(account: Account) -> None:
    """Put the demo's photos into an account, and a session in which some were picked."""
    again = [_add_again(account, title, CLIENT_ID) for title in AGAIN]
    account.add_album(SYDNEY, CLIENT_ID, [item for items in again for item in items])
    uploaded = [_add(account, shot, CLIENT_ID) for shot in UPLOADED]
    account.add_album("Lofoten", CLIENT_ID, uploaded)
    picked = [_add(account, shot, "") for shot in PICKED]
    picked += _add_again(account, ALSO_PICKED, "")
    for shot in UNPICKED:
        _add(account, shot, "")
    _pick(account, picked)


def picked_session(account: Account) -> str:
    """The id of the session in which the owner has picked, "" without one."""
    done = (each.id for each in account.state.pickings.values() if each.picked is not None)
    return next(done, "")


def _add_again(account: Account, title: str, owner: str) -> list[Item]:
    """The Takeout's pictures of that name, each uploaded at its own second."""
    return [
        account.add_painted(again.original, title, owner, created=instant(again.taken.timestamp()))
        for again in painted_again(title)
    ]


def _add(account: Account, shot: Shot, owner: str) -> Item:
    """A photo or film of the tables; its seed is its name."""
    moment = datetime.fromisoformat(f"{shot.taken}{shot.offset}")
    original = Painted(
        shot.kind, shot.name, 640, 480, shot.taken, shot.offset, position=shot.position
    )
    return account.add_painted(
        original,
        shot.name,
        owner,
        created=instant(moment.timestamp()),
        dated=True,
        favorite=shot.favorite,
        description=shot.description,
    )


def _pick(account: Account, items: list[Item]) -> None:
    """The owner has chosen these, and pressed Done."""
    picking = Picking(
        id=account.new_id("pick-"),
        owner=CLIENT_ID,
        made=account.clock(),
        most=2000,
        picked=[item.id for item in items],
    )
    account.state.pickings[picking.id] = picking
    account.changed()
