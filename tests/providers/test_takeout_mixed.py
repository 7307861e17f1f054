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
from photofs.emulators.takeout.export import part_name, split, write_tgz, write_tree, write_zip
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
    "edited, one letter of the suffix": lambda n: item(
        "y" * 45 + ".jpg", n, edited=b"edited %d" % n
    ),
    "edited, the suffix's dash alone": lambda n: item(
        "w" * 46 + ".jpg", n, edited=b"edited %d" % n
    ),
    "an effect": lambda n: item("IMG_0004.jpg", n, effect=("-effects", b"effect %d" % n)),
    "an effect's name": lambda n: item("b-COLLAGE.jpg", n),
    "burst": lambda n: item("00003IMG_00003_BURST20190720123000_COVER.jpg", n),
    "raw": lambda n: item("DSC_0100.NEF", n),
    "raw's picture": lambda n: item("DSC_0100.jpg", n),
    "line ends in the title": lambda n: item("two\r\nlines.jpg", n),
    "live": lambda n: item("IMG_4573.HEIC", n, motion=(".MP4", b"film %d" % n)),
    "live, two sidecars": lambda n: item(
        "IMG_4574.HEIC", n, motion=(".MP4", b"film %d" % n), motion_has_sidecar=True
    ),
    "live, older": lambda n: item("IMG_4575.JPG", n, motion=(".MOV", b"film %d" % n)),
    "Pixel": lambda n: item("PXL_20220503_1.MP.jpg", n, motion=(".MP", b"film %d" % n)),
    "Pixel, second take": lambda n: item(
        "PXL_20220503_2.MP~2.jpg", n, motion=(".MP~2", b"film %d" % n)
    ),
    "Pixel, .MV": lambda n: item("PXL_20220503_3.MV.jpg", n, motion=(".MV", b"film %d" % n)),
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
    "an older link": lambda n: item("old link.jpg", n, url="old"),
    "no link": lambda n: item("no link.jpg", n, url="none"),
    "shared": lambda n: item("theirs.jpg", n, shared=True),
    "sidecar forgotten": lambda n: item("lost sidecar.jpg", n, sidecar=False),
    "medium forgotten": lambda n: item("not exported.jpg", n, exported=False),
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
    "the sidecar's underscore lost": Bent(
        "1002_.jpg", "1002", "1002_.jpg", "lacks the last character"
    ),
    "the sidecar's letter lost": Bent(
        "5471_o_n.jpg", "5471_o_", "5471_o_n.jpg", "lacks the last character"
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


class Twins(NamedTuple):
    """Two media of one title's name, and the one sidecar for both; the second's pair is a guess."""

    media: tuple[str, str]
    sidecar: str


TWINS = {
    "a forgotten duplicate": Twins((f"{STEM}P.jpg", f"{STEM}P(1).jpg"), STEM),
    "edited, no room for the suffix": Twins(("z" * 47 + ".jpg", "z" * 47 + "(1).jpg"), "z" * 46),
}
SHARES = "a duplicate that shares its sidecar"
NO_ALBUM = "no album file is here for this folder"
ALONE = "an album's file alone"


class Listing(NamedTuple):
    """An export's files, and what they truly are.

    `wanted`: bytes by id; `unnamed`: items by bytes, whose sidecars tell no id, or are not there;
    `guesses`, `media` without sidecars and `sidecars` without media by path below the export's top.
    """

    files: list[File]
    wanted: dict[str, bytes]
    unnamed: dict[bytes, Item]
    guesses: dict[str, str]
    media: set[str]
    sidecars: set[str]


def listing(account: Account, bent: list[str], twins: list[str], shape: Shape) -> Listing:
    """What an export of that shape holds, with these bent pairs in a folder of its items."""
    layout = Layout(
        account, shape.language, shape.supplemental, MADE, archive_folder=shape.archive_folder
    )
    made = Listing(list(layout.files()), {}, {}, {}, set(), set())
    for one in account.items:
        take_in(made, one)
    for album in account.albums:
        if album.json_lost or album.json_only:
            why = NO_ALBUM if album.json_lost else ALONE
            made.guesses[f"{shape.language.product}/{album.title}"] = why
    for file in made.files:
        name = file.path.rpartition("/")[2]
        if name.startswith("20030616") and not file.text:
            made.guesses[file.path] = BY_STEM
        if name.startswith("lost sidecar"):
            made.media.add(file.path)
        if name.startswith("not exported"):
            made.sidecars.add(file.path)
    folder = f"{shape.language.product}/{shape.language.year_folder.format(year=TAKEN.year)}"
    for number, name in enumerate(bent):
        put_bent(made, folder, BENT[name], f"AF1QipBent{number:04}")
    for number, name in enumerate(twins):
        put_twins(made, folder, TWINS[name], f"AF1QipTwins{number}")
    return made


def take_in(made: Listing, one: Item) -> None:
    """What is wanted of an item."""
    if one.exported and one.sidecar and one.url == "page":
        made.wanted[one.item_id] = one.data
    elif one.exported:
        made.unnamed[one.data] = one
    if one.edited is not None or one.effect is not None:
        made.wanted[f"{one.item_id}#edited"] = one.edited or (one.effect or ("", b""))[1]
    if one.motion is not None:
        made.wanted[f"{one.item_id}#motion"] = one.motion[1]


def put_bent(made: Listing, folder: str, pair: Bent, item_id: str) -> None:
    """A pair that only a guess finds."""
    made.wanted[item_id] = f"the bytes of {pair.medium}".encode()
    told = _sidecar(item_id, pair.title)
    made.files.append(File(f"{folder}/{pair.medium}", made.wanted[item_id], text=False))
    made.files.append(File(f"{folder}/{pair.sidecar}.json", told, text=True))
    made.guesses[f"{folder}/{pair.medium}"] = pair.why


def put_twins(made: Listing, folder: str, twins: Twins, item_id: str) -> None:
    """Two media, one sidecar."""
    for name, data in zip(twins.media, BOTH, strict=True):
        made.files.append(File(f"{folder}/{name}", data + item_id.encode(), text=False))
    told = _sidecar(item_id, twins.media[0])
    made.files.append(File(f"{folder}/{twins.sidecar}.json", told, text=True))
    made.guesses[f"{folder}/{twins.media[1]}"] = SHARES


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
        path = folder / part_name(MADE, number, shape)
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
    ids = [one.item_id for one in items if not one.trashed and not one.shared]
    third = len(ids) // 3
    plain = [
        one.item_id for one in items if one.item_id in ids and one.exported and not one.archived
    ]
    told_of = [one.item_id for one in items if one.item_id in ids and one.sidecar]
    told = [
        Album(title="Rome", item_ids=dice.sample(ids, third), shape="old"),
        Album(title="Rome", item_ids=dice.sample(ids, third), shape="flat"),
        Album(title="", item_ids=dice.sample(ids, third)),
        Album(title="", item_ids=dice.sample(ids, third), comment="nice"),
        Album(title="older", item_ids=told_of[:third], sidecars_only=True),
        Album(title="no file", item_ids=plain[:third], json_lost=True),
        Album(title="alone", item_ids=ids, json_only=True),
        Album(title="theirs", item_ids=[one.item_id for one in items if one.shared]),
    ]
    return Account(items=items, albums=[album for album in told if album.item_ids])


quirks = st.lists(st.sampled_from(sorted(QUIRKS)), min_size=3, max_size=40)
bents = st.lists(st.sampled_from(sorted(BENT)), unique=True)
twins_of = st.lists(st.sampled_from(sorted(TWINS)), unique=True)
shapes = st.builds(
    Shape,
    kind=st.sampled_from(["zip", "zip", "tgz", "tree"]),
    parts=st.integers(1, 4),
    series=st.sampled_from([None, 1, 3]),
    language=st.sampled_from(LANGUAGES),
    supplemental=st.booleans(),
    archive_folder=st.booleans(),
)


async def test_all_quirks_at_once(tmp_path: Path) -> None:
    """With each of them twice in one export nothing is left unpaired, and each guess is told."""
    account = drawn(sorted(QUIRKS) * 2, seed=2)
    await check(tmp_path, account, sorted(BENT), sorted(TWINS), Shape(parts=5))


@settings(max_examples=25, deadline=None)
@given(quirks, bents, twins_of, shapes, st.integers(0, 99))
async def test_any_quirks_at_once(
    names: list[str], bent: list[str], twins: list[str], shape: Shape, seed: int
) -> None:
    """Whichever meet in a listing, each medium has its own sidecar, and each guess is told."""
    with tempfile.TemporaryDirectory() as folder:
        await check(Path(folder), drawn(names, seed), bent, twins, shape)


async def check(
    folder: Path, account: Account, bent: list[str], twins: list[str], shape: Shape
) -> None:
    """Scan it, and hold what is told against what was made."""
    made = listing(account, bent, twins, shape)
    write(folder, made.files, shape)
    seen = await scan_folder(folder)
    told = photos(seen)
    await check_twins(folder, told, twins)
    ids = await check_unnamed(folder, told, made)
    assert set(made.wanted) == set(told)
    for item_id, data in made.wanted.items():
        assert await read_photo(folder, told[item_id]) == data, item_id
    for one in account.items:
        if one.item_id in made.wanted:
            assert_told(told, one)
    assert paths(seen, FindingKind.NO_SIDECAR) == made.media
    assert paths(seen, FindingKind.NO_MEDIUM) == made.sidecars
    assert guessed(seen) == made.guesses
    members = [sorted(one.members) for one in seen if isinstance(one, AlbumSeen)]
    wanted = [sorted(ids_of(account, album, ids)) for album in account.albums]
    assert sorted(members) == sorted(each for each in wanted if each)


async def check_twins(folder: Path, told: dict[str, PhotoSeen], twins: list[str]) -> None:
    """Both files of each are told, with the date of the one sidecar; taken out of what is told."""
    for number in range(len(twins)):
        item_id = f"AF1QipTwins{number}"
        both = [told.pop(one) for one in sorted(told) if one.startswith(item_id)]
        read = {await read_photo(folder, one) for one in both}
        assert read == {data + item_id.encode() for data in BOTH}
        assert {one.taken.instant for one in both if one.taken} == {TAKEN}


async def check_unnamed(folder: Path, told: dict[str, PhotoSeen], made: Listing) -> dict[str, str]:
    """Photos without the service's id, by their bytes; taken out of what is told. Their ids."""
    found = {}
    for remote_id in [one for one in told if one.startswith("file-")]:
        seen = told.pop(remote_id)
        one = made.unnamed[await read_photo(folder, seen)]
        assert (seen.taken.instant if seen.taken else None) == (one.taken if one.sidecar else None)
        found[one.item_id] = remote_id
    assert set(found) == {one.item_id for one in made.unnamed.values()}
    return found


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


def paths(seen: list[Observation], kind: FindingKind) -> set[str]:
    """Of which files that was found, below the export's top."""
    return {one.path.rpartition("Takeout/")[2] for one in findings(seen, kind)}


def guessed(seen: list[Observation]) -> dict[str, str]:
    """The guesses by the path below the export's top, each as far as the test names it."""
    known = [BY_STEM, SHARES, NO_ALBUM, ALONE, *(one.why for one in BENT.values())]
    return {
        one.path.rpartition("Takeout/")[2]: next(why for why in known if why in one.why)
        for one in findings(seen, FindingKind.GUESS)
    }


def ids_of(account: Account, album: Album, unnamed: dict[str, str]) -> set[str]:
    """The photos of an album: its items, and their variants that lie there."""
    if album.json_lost or album.json_only:
        return set()
    items = {one.item_id: one for one in account.items}
    found = set()
    for one in (items[item_id] for item_id in album.item_ids):
        if not one.exported or (album.sidecars_only and not one.sidecar):
            continue
        found.add(unnamed.get(one.item_id, one.item_id))
        if not album.sidecars_only:
            copied = one.edited is not None or one.effect is not None
            found |= {f"{one.item_id}#edited"} if copied else set()
            found |= {f"{one.item_id}#motion"} if one.motion is not None else set()
    return found
