"""The export that `--demo` shows: two exports in six parts, small but with all that is hard."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from PIL import TiffImagePlugin, TiffTags

from photofs.emulators.hosting.originals import Painted
from photofs.emulators.pictures import landscape, make_jpeg, make_png, make_video, make_webp
from photofs.emulators.takeout.account import Account, Album, Item
from photofs.emulators.takeout.export import Shape, write_export

FULL = datetime(2026, 6, 8, 14, 27, 29, tzinfo=UTC)
INCREMENTAL = datetime(2026, 8, 9, 6, 1, 2, tzinfo=UTC)

DNG_VERSION = 50706
ROME = (41.8902, 12.4922)
REYKJAVIK = (64.1466, -21.9426)
SYDNEY = (-33.8568, 151.2153)
HONOLULU = (21.2793, -157.8292)
DELHI = (28.6129, 77.2295)


class Shot(NamedTuple):
    """A row of the table below; `taken` is wall time at `offset`, "" if nobody knows."""

    title: str
    taken: str
    offset: str = "+00:00"
    position: tuple[float, float] | None = None
    marks: str = ""


SHOTS: dict[str, tuple[Shot, ...]] = {
    "Roma 🏛️": (
        Shot("PXL_20220503_071500123.jpg", "2022-05-03 09:15:00", "+02:00", ROME, "favorite"),
        Shot("PXL_20220503_081501456.MP.jpg", "2022-05-03 10:15:01", "+02:00", ROME, "pixel"),
        Shot("PXL_20220503_181502789.PORTRAIT-01.COVER.jpg", "2022-05-03 20:15:02", "+02:00", ROME),
        Shot("PXL_20220504_221503000.NIGHT.jpg", "2022-05-05 00:15:03", "+02:00", ROME, "edited"),
    ),
    "Iceland / Ring road": (
        Shot("IMG_4573.JPG", "2023-09-22 15:45:25", "+00:00", REYKJAVIK, "live"),
        Shot("IMG_4574.jpg", "2023-09-22 15:46:00", "+00:00", REYKJAVIK, "people"),
        Shot("IMG_4575.jpg", "2023-09-23 02:10:00", "+00:00", REYKJAVIK, "favorite edited"),
        Shot(
            "northern lights over the harbour of Reykjavík, seen at two.jpg",
            "2023-09-23 02:12:00",
            "+00:00",
            REYKJAVIK,
        ),
        Shot("geysir.mp4", "2023-09-24 12:00:00", "+00:00", REYKJAVIK),
    ),
    "Sydney": (
        Shot("IMG_0001.jpg", "2019-12-31 23:59:59", "+11:00", SYDNEY, "favorite"),
        Shot("IMG_0001.jpg", "2020-01-01 00:00:01", "+11:00", SYDNEY),
        Shot("IMG_0001(1).jpg", "2020-01-01 00:00:05", "+11:00", SYDNEY),
        Shot("fireworks 🎆🎇✨.jpg", "2020-01-01 00:01:00", "+11:00", SYDNEY, "people"),
        Shot("27/06/12 - 1", "2012-06-27 12:00:00", "+10:00", SYDNEY),
    ),
    "Hawaii": (
        Shot("GOPR0042.jpg", "2021-02-14 17:58:00", "-10:00", HONOLULU),
        Shot("GOPR0043.jpg", "2021-02-14 18:20:00", "-10:00", HONOLULU, "edited"),
        Shot("surf.mp4", "2021-02-15 08:00:00", "-10:00", HONOLULU, "favorite"),
    ),
    "Delhi दिल्ली": (
        Shot("DSC_0100.jpg", "2017-11-05 06:30:00", "+05:30", DELHI),
        Shot("DSC_0100.DNG", "2017-11-05 06:30:00", "+05:30", DELHI, "raw"),
        Shot("गेट.jpg", "2017-11-05 18:30:00", "+05:30", DELHI, "people"),
    ),
    "Grandparents": (
        Shot("20030616", "1958-06-16 12:00:00", "+01:00"),
        Shot("wedding 1949.jpg", "1949-05-21 11:00:00", "+01:00", None, "people"),
        Shot("[UNSET].jpg", ""),
    ),
}
LOOSE: tuple[Shot, ...] = (
    Shot("Screenshot_20240101-101010.png", "2024-01-01 10:10:10", "+01:00"),
    Shot("meme.webp", "2024-02-02 20:20:20", "+01:00"),
    Shot("receipt.jpg", "2024-03-03 13:00:00", "+01:00", None, "archived"),
    Shot("whiteboard.jpg", "2024-03-04 09:00:00", "+01:00", None, "archived"),
    Shot("blurred.jpg", "2024-04-01 19:00:00", "+02:00", None, "trashed"),
    Shot("pocket.mp4", "2024-04-01 19:01:00", "+02:00", None, "trashed"),
    Shot("Kaffee.jpg", "2024-05-05 08:00:00", "+02:00"),
    Shot("kaffee.jpg", "2024-05-05 08:00:02", "+02:00"),
    Shot("IMG_E4575.jpg", "2023-09-23 02:10:00", "+00:00", None, "favorite"),
    Shot("MVIMG_20181224_180000.jpg", "2018-12-24 18:00:00", "+01:00", None, "mvimg"),
    Shot("lost sidecar.jpg", "2016-07-07 07:07:07", "+02:00", None, "orphan"),
    Shot("panorama.jpg", "2015-08-15 15:15:15", "+02:00"),
    Shot("a name that is much longer than what Takeout writes into names (2).jpg",
         "2014-01-31 12:00:00", "+01:00"),
    Shot("tomorrow.jpg", "2041-01-01 00:00:00", "+00:00"),
)  # fmt: skip


def demo_takeout(folder: Path) -> list[Path]:
    """Write the demo's parts into the folder; their paths."""
    account = demo_account()
    late = frozenset(item.item_id for item in account.items if item.title == "Kaffee.jpg")
    newer = [_edited_later(item) for item in account.items if item.item_id in late]
    full = write_export(folder, account, FULL, Shape(parts=4))
    later = write_export(folder, Account(items=newer), INCREMENTAL, Shape(parts=1))
    return [*full, *later]


def demo_account() -> Account:
    """The account of which the demo's exports are."""
    items: list[Item] = []
    albums: list[Album] = []
    for title, shots in (*SHOTS.items(), ("", LOOSE)):
        made = [_item(shot, len(items) + number) for number, shot in enumerate(shots)]
        items += made
        if title:
            ids = [item.item_id for item in made]
            albums.append(Album(title=title, item_ids=ids, description=f"{title} in pictures"))
    favorites = [item.item_id for item in items if item.favorite and not item.trashed]
    albums.append(Album(title="Best of", item_ids=favorites, shape="flat"))
    return Account(items=items, albums=albums)


class Again(NamedTuple):
    """A picture of the export as another service has it: its original, and its instant."""

    original: Painted
    taken: datetime


def painted_again(title: str) -> list[Again]:
    """The export's dated JPEGs of that title, to be painted anew with the very same bytes."""
    shots = enumerate(chain.from_iterable((*SHOTS.values(), LOOSE)))
    return [_again(shot, number) for number, shot in shots if shot.title == title and shot.taken]


def _again(shot: Shot, number: int) -> Again:
    original = Painted(
        "jpg", _seed(number), 640, 480, shot.taken, _told_offset(shot, number), shot.position
    )
    return Again(original, datetime.fromisoformat(f"{shot.taken}{shot.offset}"))


def _item(shot: Shot, number: int) -> Item:
    marks = shot.marks.split()
    local = datetime.fromisoformat(shot.taken) if shot.taken else None
    return Item(
        item_id=f"AF1QipDemo{number:04}x{'abcdefghij'[number % 10]}",
        title=shot.title,
        data=_bytes(shot, number, local),
        taken=local.replace(tzinfo=_zone(shot.offset)) if local else None,
        uploaded=datetime(2024, 6, 1, 12, 0, number % 60, tzinfo=UTC),
        description="A picture that photofs made for its demo." if number % 3 == 0 else "",
        position=shot.position,
        camera_position=shot.position,
        people=("Ada", "Grace") if "people" in marks else (),
        favorite="favorite" in marks,
        archived="archived" in marks,
        trashed="trashed" in marks,
        edited=_edited(number, local) if "edited" in marks else None,
        motion=_motion(marks, number),
        sidecar="orphan" not in marks,
    )


def _bytes(shot: Shot, number: int, local: datetime | None) -> bytes:
    seed = _seed(number)
    if shot.title.endswith(".mp4"):
        instant = local.replace(tzinfo=_zone(shot.offset)) if local else None
        return make_video(seed, taken=instant, seconds=0.6, position=shot.position)
    if shot.title.endswith(".png"):
        return make_png(seed)
    if shot.title.endswith(".webp"):
        return make_webp(seed, taken=local)
    if shot.title.endswith(".DNG"):
        return _raw(seed)
    offset = _told_offset(shot, number)
    return make_jpeg(seed, taken=local, offset=offset, position=shot.position)


def _seed(number: int) -> str:
    return f"takeout {number}"


def _told_offset(shot: Shot, number: int) -> str | None:
    """What its EXIF tells of its zone: of every second one nothing, as of older cameras."""
    return shot.offset if number % 2 else None


def _raw(seed: str) -> bytes:
    """A DNG as far as its tags go: a TIFF that says which version of DNG it is."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[DNG_VERSION] = b"\1\4\0\0"
    tags.tagtype[DNG_VERSION] = TiffTags.BYTE
    written = io.BytesIO()
    landscape(seed, (160, 120)).save(written, "TIFF", tiffinfo=tags)
    return written.getvalue()


def _edited(number: int, local: datetime | None) -> bytes:
    return make_jpeg(f"takeout {number} edited", width=480, height=480, taken=local)


def _motion(marks: list[str], number: int) -> tuple[str, bytes] | None:
    extensions = {"live": ".MP4", "pixel": ".MP", "mvimg": ""}
    for mark in marks:
        if mark in extensions:
            movie = make_video(f"takeout {number}", taken=None, seconds=0.5)
            return extensions[mark], movie
    return None


def _edited_later(item: Item) -> Item:
    """As an incremental export tells it: a caption and a star were added since."""
    return replace(item, favorite=True, description="The first one of the day.")


def _zone(offset: str) -> timezone:
    sign = -1 if offset[0] == "-" else 1
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    return timezone(sign * timedelta(hours=hours, minutes=minutes))
