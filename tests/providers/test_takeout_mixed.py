"""All quirks of Google's exports in one listing: each medium finds its own sidecar.

Each quirk of a name or sidecar that is known of Takeouts is a row of QUIRKS or BENT, told from the
account's side, so that what belongs together is known without any rule of pairing. Where the quirks
are of folders, albums or parts: test_takeout_quirks.py; of damage: test_takeout_bad_archives.py; of
several exports: test_takeout_merging.py and test_takeout_increments.py.
"""

import json
import random
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from photofs.emulators.takeout import Account, Album, Item, Shape
from photofs.emulators.takeout.export import split, write_tgz, write_tree, write_zip
from photofs.emulators.takeout.languages import LANGUAGES
from photofs.emulators.takeout.layout import File, Layout
from photofs.model.observation import AlbumSeen, FindingKind, Observation, PhotoSeen
from tests.support.takeout_worlds import (
    MADE,
    TAKEN,
    findings,
    item,
    photos,
    read_photo,
    scan_folder,
)

PORTRAIT = "PXL_20220503_181502789.PORTRAIT-01.COVER.jpg"
LONG = "a title that goes on for rather longer than names in archives may be"
STEM = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_"
BY_STEM = "the sidecar's name is the medium's without its extension"

QUIRKS: dict[str, Callable[[int], Item]] = {
    "plain": lambda n: item("IMG_0001.jpg", n),
    "equal names in one folder": lambda n: item("IMG_0001.jpg", n),
    "upper-case extension": lambda n: item("DSC_0001.JPG", n),
    "supplement cut": lambda n: item("PXL_20220503_181502789.NIGHT.jpg", n),
    "one letter of the supplement": lambda n: item(PORTRAIT, n),
    "only the dot of the supplement": lambda n: item("x" * 41 + ".jpg", n),
    "the extension cut": lambda n: item("x" * 43 + ".jpeg", n),
    "the medium's name cut": lambda n: item(LONG + ".jpg", n),
    "cut, with a number": lambda n: item(LONG + " (2).jpg", n),
    "number in the title": lambda n: item("skytree (2).jpg", n),
    "number of the title and of the folder": lambda n: item("Negative(1).jpg", n),
    "emoji at the cut": lambda n: item("🎆" * 23 + "🎇" * 9 + ".jpg", n),
    "forbidden characters": lambda n: item('27/06/12 - 1 \\ : * ? " < > |.mov', n),
    "allowed characters": lambda n: item("a & b [c] + d ~ é.jpg", n),
    "several dots": lambda n: item("a.b.c.ORIGIN.json.jpg", n),
    "lost name": lambda n: item("[UNSET].jpg", n),
    "title without an extension": lambda n: item("20030616", n),
    "edited": lambda n: item("IMG_0002.jpg", n, edited=b"edited %d" % n),
    "edited, the suffix cut": lambda n: item("y" * 43 + ".jpg", n, edited=b"edited %d" % n),
    "an effect's name": lambda n: item("b-COLLAGE.jpg", n),
    "live": lambda n: item("IMG_4573.HEIC", n, motion=(".MP4", b"film %d" % n)),
    "live, two sidecars": lambda n: item(
        "IMG_4574.HEIC", n, motion=(".MP4", b"film %d" % n), motion_has_sidecar=True
    ),
    "live, older": lambda n: item("IMG_4575.JPG", n, motion=(".MOV", b"film %d" % n)),
    "Pixel": lambda n: item("PXL_20220503_1.MP.jpg", n, motion=(".MP", b"film %d" % n)),
    "Pixel, older": lambda n: item("MVIMG_20181224_180000.jpg", n, motion=("", b"film %d" % n)),
    "live and edited": lambda n: item(
        "IMG_4576.HEIC", n, motion=(".MP4", b"film %d" % n), edited=b"edited %d" % n
    ),
    "HEIC that is called JPG": lambda n: item("IMG_0003.jpg", n, data=b"\0\0\0\x18ftypheic%d" % n),
    "before 1970": lambda n: item("wedding.jpg", n, taken=datetime(1949, 5, 21, 11, n, tzinfo=UTC)),
    "no date": lambda n: item("scan.jpg", n, taken=None),
    "archived": lambda n: item("receipt.jpg", n, archived=True),
    "trashed": lambda n: item("blurred.jpg", n, trashed=True),
    "half an emoji in the text": lambda n: item("cut text.jpg", n, description="so nice 🎆"),
}  # fmt: skip
"""What an account may hold, each as often as one likes, each in any order."""


class Bent(NamedTuple):
    """A medium and a sidecar whose names no rule makes; pairing them is a guess."""

    medium: str
    sidecar: str
    title: str
    why: str


BENT = {
    "the sidecar's last character lost": Bent(
        "61394_442_n-.jpg", "61394_442_n", "61394_442_n-.jpg", "lacks the last character"
    ),
    "the sidecar's name cut elsewhere": Bent(
        "Screenshot_2015-02-03-13-21.png", "Screenshot_2015-02-0", "", "begins like the sidecar's"
    ),
    "the sidecar's title alone fits": Bent(
        "holiday at sea.jpg", "tmp7731", "holiday at sea.jpg", "title is the medium's name"
    ),
}
"""At most once each in a folder; anything else would not be known to anybody."""

BOTH = (b"the first of both", b"the second")
FORGOTTEN = "a duplicate that shares its sidecar"


class Listing(NamedTuple):
    """An export's files, and what they truly are: bytes by id, and guesses by medium."""

    files: list[File]
    wanted: dict[str, bytes]
    guesses: dict[str, str]


def listing(account: Account, bent: list[str], shape: Shape, *, forgotten: bool) -> Listing:
    """What an export of that shape holds, with these bent pairs in a folder of its items."""
    layout = Layout(account, shape.language, shape.supplemental, MADE)
    files, wanted, guesses = list(layout.files()), dict[str, bytes](), dict[str, str]()
    for one in account.items:
        wanted[one.item_id] = one.data
        if one.edited is not None:
            wanted[f"{one.item_id}#edited"] = one.edited
        if one.motion is not None:
            wanted[f"{one.item_id}#motion"] = one.motion[1]
    for file in files:
        if file.path.rpartition("/")[2].startswith("20030616") and not file.text:
            guesses[file.path] = BY_STEM
    folder = f"{shape.language.product}/{shape.language.year_folder.format(year=TAKEN.year)}"
    for number, name in enumerate(bent):
        pair, item_id = BENT[name], f"AF1QipBent{number:04}"
        wanted[item_id] = f"the bytes of {name}".encode()
        told = _sidecar(item_id, pair.title)
        files.append(File(f"{folder}/{pair.medium}", wanted[item_id], text=False))
        files.append(File(f"{folder}/{pair.sidecar}.json", told, text=True))
        guesses[f"{folder}/{pair.medium}"] = pair.why
    if forgotten:
        files.append(File(f"{folder}/{STEM}P.jpg", BOTH[0], text=False))
        files.append(File(f"{folder}/{STEM}P(1).jpg", BOTH[1], text=False))
        told = _sidecar("AF1QipForgotten", f"{STEM}P.jpg")
        files.append(File(f"{folder}/{STEM}.json", told, text=True))
        guesses[f"{folder}/{STEM}P(1).jpg"] = FORGOTTEN
    return Listing(files, wanted, guesses)


def _sidecar(item_id: str, title: str) -> bytes:
    told: dict[str, object] = {
        "title": title,
        "photoTakenTime": {"timestamp": str(int(TAKEN.timestamp()))},
        "url": f"https://photos.google.com/photo/{item_id}",
    }
    return json.dumps(told).encode()


def write(folder: Path, files: list[File], shape: Shape) -> None:
    """The parts, or the tree."""
    if shape.kind == "tree":
        write_tree(folder, files, MADE)
        return
    for number, part in enumerate(split(files, shape.parts), 1):
        path = folder / f"takeout-{MADE:%Y%m%dT%H%M%SZ}-3-{number:03}.{shape.kind}"
        (write_zip if shape.kind == "zip" else write_tgz)(path, part, MADE)


def drawn(names: list[str], seed: int) -> Account:
    """An account of these, taken in turns, a third of them in albums as well."""
    items = [
        replace(made, data=made.data + b"#%d" % number)
        for number, name in enumerate(names, 1)
        for made in [QUIRKS[name](number)]
    ]
    dice = random.Random(seed)
    dice.shuffle(items)
    ids = [one.item_id for one in items if not one.trashed]
    told = [
        Album(title="Rome", item_ids=dice.sample(ids, len(ids) // 3), shape="old"),
        Album(title="Rome", item_ids=dice.sample(ids, len(ids) // 3), shape="flat"),
        Album(title="", item_ids=dice.sample(ids, len(ids) // 3)),
    ]
    return Account(items=items, albums=[album for album in told if album.item_ids])


quirks = st.lists(st.sampled_from(sorted(QUIRKS)), min_size=3, max_size=40)
bents = st.lists(st.sampled_from(sorted(BENT)), unique=True)
shapes = st.builds(
    Shape,
    kind=st.sampled_from(["zip", "zip", "tgz", "tree"]),
    parts=st.integers(1, 4),
    language=st.sampled_from(LANGUAGES),
    supplemental=st.booleans(),
)


async def test_all_quirks_at_once(tmp_path: Path) -> None:
    """With each of them twice in one export nothing is left unpaired, and each guess is told."""
    account = drawn(sorted(QUIRKS) * 2, seed=2)
    await check(tmp_path, account, sorted(BENT), Shape(parts=5), forgotten=True)


@settings(max_examples=25, deadline=None)
@given(quirks, bents, shapes, st.integers(0, 99), st.booleans())
async def test_any_quirks_at_once(
    names: list[str],
    bent: list[str],
    shape: Shape,
    seed: int,
    forgotten: bool,  # noqa: FBT001 - drawn
) -> None:
    """Whichever meet in a listing, each medium has its own sidecar, and each guess is told."""
    with tempfile.TemporaryDirectory() as folder:
        await check(Path(folder), drawn(names, seed), bent, shape, forgotten=forgotten)


async def check(
    folder: Path, account: Account, bent: list[str], shape: Shape, *, forgotten: bool
) -> None:
    """Scan it, and hold what is told against what was made."""
    made = listing(account, bent, shape, forgotten=forgotten)
    write(folder, made.files, shape)
    seen = await scan_folder(folder)
    told = photos(seen)
    both = [told.pop(one) for one in sorted(told) if one.startswith("AF1QipForgotten")]
    assert {await read_photo(folder, one) for one in both} == (set(BOTH) if forgotten else set())
    assert {one.taken.instant for one in both if one.taken} == ({TAKEN} if forgotten else set())
    assert set(made.wanted) == set(told)
    for item_id, data in made.wanted.items():
        assert await read_photo(folder, told[item_id]) == data, item_id
    for one in account.items:
        assert_told(told, one)
    assert not findings(seen, FindingKind.NO_SIDECAR)
    assert not findings(seen, FindingKind.NO_MEDIUM)
    assert guessed(seen) == made.guesses
    members = [sorted(one.members) for one in seen if isinstance(one, AlbumSeen)]
    assert sorted(members) == sorted(sorted(ids_of(account, album)) for album in account.albums)


def assert_told(told: dict[str, PhotoSeen], one: Item) -> None:
    """The item's photos have its own time and text, and stand in one set."""
    main = told[one.item_id]
    assert (main.taken.instant if main.taken else None) == one.taken
    assert main.description == (one.description or None)
    assert (bool(main.archived), bool(main.trashed)) == (one.archived, one.trashed)
    for role in ("edited", "motion"):
        other = told.get(f"{one.item_id}#{role}")
        if other is not None:
            assert (other.set_key, other.set_role) == (one.item_id, role)
            assert other.taken == main.taken


def guessed(seen: list[Observation]) -> dict[str, str]:
    """The guesses by the path below the export's top, each as far as the test names it."""
    known = [BY_STEM, FORGOTTEN, *(one.why for one in BENT.values())]
    return {
        one.path.rpartition("Takeout/")[2]: next(why for why in known if why in one.why)
        for one in findings(seen, FindingKind.GUESS)
    }


def ids_of(account: Account, album: Album) -> set[str]:
    """The photos of an album: its items, and their variants."""
    items = {one.item_id: one for one in account.items}
    found = set(album.item_ids)
    for item_id in album.item_ids:
        one = items[item_id]
        found |= {f"{item_id}#edited"} if one.edited is not None else set()
        found |= {f"{item_id}#motion"} if one.motion is not None else set()
    return found
