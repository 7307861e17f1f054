"""Small Takeout accounts, exports of them, and what a scan of those tells."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from photofs.emulators.takeout import Account, Album, Item, Shape, write_export
from photofs.model.observation import AlbumSeen, Finding, FindingKind, Observation, PhotoSeen
from photofs.providers.port import Tools
from photofs.providers.takeout.provider import open_provider
from tests.support.provider_tools import make_tools

MADE = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
LATER = datetime(2026, 5, 4, 5, 6, 7, tzinfo=UTC)
TAKEN = datetime(2019, 7, 20, 12, 30, 0, tzinfo=UTC)


def item(title: str, number: int = 1, **facts: object) -> Item:
    """An item with bytes and an id of its own, taken `number` minutes after TAKEN."""
    told: dict[str, object] = {
        "item_id": f"AF1QipItem{number:04}",
        "title": title,
        "data": f"the bytes of {title} {number} ".encode() * 7,
        "taken": TAKEN + timedelta(minutes=number),
        **facts,
    }
    return Item(**told)  # type: ignore[arg-type] # the caller's facts are Item's fields


def account(*items: Item, albums: tuple[Album, ...] = ()) -> Account:
    """These items and albums."""
    return Account(items=items, albums=albums)


def export(folder: Path, *items: Item, **shape: object) -> list[Path]:
    """An export of these items in one zip, or as the shape says."""
    return write_export(folder, account(*items), MADE, Shape(**shape))  # type: ignore[arg-type] # Shape's fields


async def scan_folder(folder: Path, tools: Tools | None = None) -> list[Observation]:
    """What a full scan yields."""
    async with open_provider({"path": str(folder)}, tools or make_tools()) as provider:
        return [one async for one in provider.changes(None)]


def photos(seen: list[Observation]) -> dict[str, PhotoSeen]:
    """The photos by id."""
    return {one.remote_id: one for one in seen if isinstance(one, PhotoSeen)}


def albums(seen: list[Observation]) -> dict[str, AlbumSeen]:
    """The albums by title."""
    return {one.title: one for one in seen if isinstance(one, AlbumSeen)}


def findings(seen: list[Observation], kind: FindingKind | None = None) -> list[Finding]:
    """The findings, all or of a kind."""
    return [one for one in seen if isinstance(one, Finding) and kind in {None, one.kind}]


async def read_photo(folder: Path, seen: PhotoSeen) -> bytes:
    """The photo's whole bytes."""
    async with (
        open_provider({"path": str(folder)}, make_tools()) as provider,
        provider.open_original(seen.ref, None) as stream,
    ):
        return b"".join([chunk async for chunk in stream])
