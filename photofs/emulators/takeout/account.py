"""What is exported: items and albums of a made-up account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Item:
    """A picture or video; `title` is its original file name, `taken` and `uploaded` are aware.

    `edited` is the copy that Google's editor made, `effect` the one that an effect made, as (suffix
    with its dash, bytes); `motion` the moving part, as (extension with its dot, bytes).
    `sidecar` False is an item whose JSON Takeout forgot; `exported` False one whose bytes it
    forgot. `url` "old" is the kind of link from before items had their own page.
    `added_extension` is what Takeout adds to the medium where the title has none.
    `motion_has_sidecar`: newer exports sometimes give the moving part a sidecar too.
    """

    item_id: str
    title: str
    data: bytes
    taken: datetime | None
    uploaded: datetime | None = None
    description: str = ""
    position: tuple[float, float] | None = None
    camera_position: tuple[float, float] | None = None
    people: Sequence[str] = ()
    favorite: bool = False
    archived: bool = False
    trashed: bool = False
    edited: bytes | None = None
    effect: tuple[str, bytes] | None = None
    motion: tuple[str, bytes] | None = None
    motion_has_sidecar: bool = False
    sidecar: bool = True
    exported: bool = True
    shared: bool = False
    url: Literal["page", "old", "none"] = "page"
    added_extension: str = ".jpg"


@dataclass(frozen=True, kw_only=True)
class Album:
    """An album; `shape` is the JSON's: old (a), flat (b), bare (c). A title may be empty.

    `json_lost` leaves its JSON out; `sidecars_only` puts no bytes beside the sidecars, `json_only`
    nothing at all beside its JSON, as older exports do. `comment` is what somebody wrote to it.
    """

    title: str
    item_ids: Sequence[str]
    description: str = ""
    shape: Literal["old", "flat", "bare"] = "bare"
    json_lost: bool = False
    sidecars_only: bool = False
    json_only: bool = False
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Account:
    """All that an account holds."""

    items: Sequence[Item]
    albums: Sequence[Album] = field(default_factory=tuple)

    def only(self, item_ids: frozenset[str]) -> "Account":
        """What an incremental export tells: these items, and their albums."""
        items = [item for item in self.items if item.item_id in item_ids]
        albums = [album for album in self.albums if item_ids.intersection(album.item_ids)]
        return Account(items=items, albums=albums)
