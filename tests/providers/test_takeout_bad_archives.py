"""Archives that are damaged, hostile or odd: told in a sentence, and all else works on."""

import gzip
import io
import json
import os
import random
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from photofs.emulators.takeout.export import write_zip
from photofs.emulators.takeout.layout import File
from photofs.model.errors import Corrupt, PhotofsError
from photofs.model.observation import FindingKind
from photofs.providers.takeout.sidecar import AlbumFacts, Sidecar, parse
from tests.support.takeout_worlds import (
    MADE,
    export,
    findings,
    item,
    photos,
    read_photo,
    scan_folder,
)

BASE = "Takeout/Google Photos/Photos from 2019"
GOOD = item("good.jpg", 1)
BAD_PART = "takeout-20260304T050607Z-3-002.zip"


def with_good(folder: Path) -> Path:
    """A sound part beside which a bad one is put; the bad one's path."""
    export(folder, GOOD)
    return folder / BAD_PART


async def told_why(folder: Path, kind: FindingKind) -> str:
    """The one finding's reason; the sound part must have been told whole."""
    seen = await scan_folder(folder)
    assert await read_photo(folder, photos(seen)["AF1QipItem0001"]) == GOOD.data
    (finding,) = findings(seen, kind)
    return finding.why


def one_zip(path: Path, name: str, data: bytes = b"data", **info: int) -> None:
    """A zip of one member with such fields."""
    member = zipfile.ZipInfo(name)
    member.compress_type = zipfile.ZIP_DEFLATED
    for field, value in info.items():
        setattr(member, field, value)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, data)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.jpg",
        "Takeout/../../evil.jpg",
        "/etc/evil.jpg",
        "C:/evil.jpg",
        "a\\..\\..\\evil.jpg",
    ],
)
async def test_names_that_escape(tmp_path: Path, name: str) -> None:
    """Zip slip: such members are refused, and told."""
    one_zip(with_good(tmp_path), name)
    assert "its name" in await told_why(tmp_path, FindingKind.REFUSED)


async def test_links_and_devices_in_a_zip(tmp_path: Path) -> None:
    """A symbolic link in a zip is refused."""
    one_zip(
        with_good(tmp_path), f"{BASE}/x.jpg", b"/etc/passwd", create_system=3,
        external_attr=0o120777 << 16,
    )  # fmt: skip
    assert "link" in await told_why(tmp_path, FindingKind.REFUSED)


async def test_a_bomb(tmp_path: Path) -> None:
    """A member of 40 MB that packs a thousand to one is refused; a small blank one is not."""
    bad = with_good(tmp_path)
    one_zip(bad, f"{BASE}/x.jpg", bytes(40 << 20))
    assert "zip bomb" in await told_why(tmp_path, FindingKind.REFUSED)
    one_zip(bad, f"{BASE}/x.bmp", bytes(1 << 20))
    assert not findings(await scan_folder(tmp_path), FindingKind.REFUSED)


def patched(path: Path, mark: bytes, offset: int, value: bytes) -> None:
    """Overwrite bytes behind the last occurrence of a mark."""
    data = bytearray(path.read_bytes())
    at = data.rindex(mark) + offset
    data[at : at + len(value)] = value
    path.write_bytes(data)


async def test_an_encrypted_member(tmp_path: Path) -> None:
    """An encrypted member is refused."""
    bad = with_good(tmp_path)
    one_zip(bad, f"{BASE}/x.jpg")
    patched(bad, b"PK\1\2", 8, b"\1\0")
    assert "encrypted" in await told_why(tmp_path, FindingKind.REFUSED)


async def test_an_unknown_method(tmp_path: Path) -> None:
    """A member packed by another method than deflate is refused."""
    bad = with_good(tmp_path)
    one_zip(bad, f"{BASE}/x.jpg")
    patched(bad, b"PK\1\2", 10, struct.pack("<H", 93))
    assert "method (93)" in await told_why(tmp_path, FindingKind.REFUSED)


async def test_an_absurd_size(tmp_path: Path) -> None:
    """A member that claims 3 GB from a few bytes is refused."""
    bad = with_good(tmp_path)
    one_zip(bad, f"{BASE}/x.jpg")
    patched(bad, b"PK\1\2", 24, struct.pack("<L", 3_000_000_000))
    assert "grow" in await told_why(tmp_path, FindingKind.REFUSED)


async def test_a_place_beyond_the_end(tmp_path: Path) -> None:
    """A member whose bytes would lie beyond the zip's end is told as unreadable."""
    bad = with_good(tmp_path)
    one_zip(bad, f"{BASE}/x.jpg")
    patched(bad, b"PK\1\2", 42, struct.pack("<L", 1_000_000))
    assert "beyond the end" in await told_why(tmp_path, FindingKind.UNREADABLE)


async def test_more_bytes_than_declared(tmp_path: Path) -> None:
    """Reading stops at the declared size, and the checksum then says Corrupt."""
    bad = with_good(tmp_path)
    one_zip(bad, f"{BASE}/x.jpg", os.urandom(5000))
    patched(bad, b"PK\1\2", 24, struct.pack("<L", 1000))
    (photo,) = [one for one in photos(await scan_folder(tmp_path)).values() if one.size == 1000]
    with pytest.raises(Corrupt):
        await read_photo(tmp_path, photo)


async def test_fewer_bytes_than_declared(tmp_path: Path) -> None:
    """A member that ends early gives Corrupt, never a short file that looks whole."""
    bad = with_good(tmp_path)
    one_zip(bad, f"{BASE}/x.jpg", os.urandom(5000))
    patched(bad, b"PK\1\2", 24, struct.pack("<L", 6000))
    (photo,) = [one for one in photos(await scan_folder(tmp_path)).values() if one.size == 6000]
    with pytest.raises(Corrupt):
        await read_photo(tmp_path, photo)


@pytest.mark.parametrize("stored", [True, False])
async def test_p15_damaged_bytes(tmp_path: Path, *, stored: bool) -> None:
    """P15: A flipped bit in a medium gives Corrupt before the last byte is given."""
    data = os.urandom(700_000)
    (part,) = export(tmp_path, item("a.jpg", data=data), stored=stored)
    raw = bytearray(part.read_bytes())
    raw[raw.index(b"a.jpg") + 350_000] ^= 0x10
    part.write_bytes(raw)
    photo = photos(await scan_folder(tmp_path))["AF1QipItem0001"]
    with pytest.raises(Corrupt):
        await read_photo(tmp_path, photo)


@pytest.mark.parametrize("cut", [0, 1, 21, 22, 100])
async def test_a_zip_cut_short(tmp_path: Path, cut: int) -> None:
    """A zip that is cut anywhere, or no zip at all, is unreadable, and says to fetch it again."""
    bad = with_good(tmp_path)
    one_zip(bad, f"{BASE}/x.jpg")
    whole = bad.read_bytes()
    bad.write_bytes(whole[:-cut] if cut else b"")
    assert "download this part again" in await told_why(tmp_path, FindingKind.UNREADABLE)


async def test_a_damaged_directory(tmp_path: Path) -> None:
    """Where the directory is damaged in the middle, what stands before is still shown."""
    bad = with_good(tmp_path)
    files = [File(f"Google Photos/x/{n}.jpg", b"%d" % n, text=False) for n in range(5)]
    write_zip(bad, files, MADE)
    patched(bad, b"PK\1\2", 0, b"XXXX")
    assert "damaged" in await told_why(tmp_path, FindingKind.UNREADABLE)
    assert len(photos(await scan_folder(tmp_path))) == 5


async def test_an_unfinished_download(tmp_path: Path) -> None:
    """A browser's unfinished download is told as such."""
    with_good(tmp_path).with_suffix(".zip.crdownload").write_bytes(b"PK")
    assert "not finished" in await told_why(tmp_path, FindingKind.UNREADABLE)


async def test_zip64_and_prepended_bytes(tmp_path: Path) -> None:
    """Zips with 64-bit fields, and with bytes before them, are read rightly."""
    bad = with_good(tmp_path)
    with (
        zipfile.ZipFile(bad, "w") as archive,
        archive.open(zipfile.ZipInfo(f"{BASE}/big.jpg"), "w", force_zip64=True) as member,
    ):
        member.write(b"sixty-four")
    bad.write_bytes(b"#!prepended" + bad.read_bytes())
    seen = await scan_folder(tmp_path)
    (photo,) = [one for one in photos(seen).values() if one.file_name == "big.jpg"]
    assert await read_photo(tmp_path, photo) == b"sixty-four"


async def test_zip64_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip whose end record is 64-bit, as those above 2 GB are, is read rightly."""
    bad = with_good(tmp_path)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    files = [File(f"Google Photos/x/{n}.jpg", b"number %d" % n, text=False) for n in range(3)]
    write_zip(bad, files, MADE)
    assert b"PK\6\6" in bad.read_bytes()
    seen = await scan_folder(tmp_path)
    assert len(photos(seen)) == 4
    for photo in photos(seen).values():
        assert await read_photo(tmp_path, photo)


async def test_names_of_old_packers(tmp_path: Path) -> None:
    """Without the UTF-8 flag a name is UTF-8 if it can be, else cp437."""
    bad = with_good(tmp_path)
    one_zip(bad, f"{BASE}/AAAA.jpg")
    data = bad.read_bytes()
    bad.write_bytes(data.replace(b"AAAA", "éé".encode()))
    assert "éé.jpg" in {one.file_name for one in photos(await scan_folder(tmp_path)).values()}
    bad.write_bytes(data.replace(b"AAAA", "éàÄÖ".encode("cp437")))
    seen = photos(await scan_folder(tmp_path))
    (photo,) = [one for one in seen.values() if one.file_name == "éàÄÖ.jpg"]
    assert await read_photo(tmp_path, photo) == b"data"


async def test_two_members_of_one_name(tmp_path: Path) -> None:
    """Two members of one name and other bytes are two photos; the same bytes are one."""
    bad = with_good(tmp_path)
    files = [File("Google Photos/x/a.jpg", data, text=False) for data in (b"1", b"22", b"1")]
    with pytest.warns(UserWarning, match="Duplicate name"):
        write_zip(bad, files, MADE)
    told = [one for one in photos(await scan_folder(tmp_path)).values() if one.file_name == "a.jpg"]
    assert sorted(one.size or 0 for one in told) == [1, 2]


BROKEN_JSON = {
    "broken": b'{"title": "x.jpg", ',
    "not UTF-8": b'{"title": "\xff\xfe.jpg"}',
    "nested": b"[" * 50_000,
    "huge": b'{"title": "' + b"x" * (1 << 20) + b'"}',
}


@pytest.mark.parametrize("kind", BROKEN_JSON)
async def test_broken_sidecars(tmp_path: Path, kind: str) -> None:
    """A sidecar that is no proper JSON is skipped and told; the medium is still shown."""
    files = [
        File("Google Photos/Photos from 2019/x.jpg", b"the bytes", text=False),
        File("Google Photos/Photos from 2019/x.jpg.json", BROKEN_JSON[kind], text=True),
    ]
    write_zip(with_good(tmp_path), files, MADE)
    why = await told_why(tmp_path, FindingKind.UNREADABLE)
    assert "JSON" in why or "longer" in why
    seen = await scan_folder(tmp_path)
    assert "x.jpg" in {one.file_name for one in photos(seen).values()}
    assert len(findings(seen, FindingKind.NO_SIDECAR)) == 1


def tgz_of(path: Path, *members: tuple[str, bytes, bytes]) -> None:
    """A tgz of members (name, type, data)."""
    with tarfile.open(path, "w:gz") as archive:
        for name, kind, data in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.size = len(data)
            info.linkname = "/etc/passwd" if kind != tarfile.REGTYPE else ""
            archive.addfile(info, io.BytesIO(data))


async def test_bad_members_of_a_tgz(tmp_path: Path) -> None:
    """Links, devices and escaping names in a tgz are refused; what follows them is read."""
    export(tmp_path, GOOD)
    tgz_of(
        tmp_path / "takeout-20260304T050607Z-3-002.tgz",
        (f"{BASE}/link.jpg", tarfile.SYMTYPE, b""),
        (f"{BASE}/hard.jpg", tarfile.LNKTYPE, b""),
        (f"{BASE}/pipe.jpg", tarfile.FIFOTYPE, b""),
        ("../evil.jpg", tarfile.REGTYPE, b"evil" * 200),
        (f"{BASE}/{'long' * 60}.jpg", tarfile.REGTYPE, b"long"),
        (f"{BASE}/after.jpg", tarfile.REGTYPE, b"after"),
    )
    seen = await scan_folder(tmp_path)
    assert len(findings(seen, FindingKind.REFUSED)) == 4
    told = {one.file_name: one for one in photos(seen).values()}
    assert await read_photo(tmp_path, told["after.jpg"]) == b"after"
    assert await read_photo(tmp_path, told[f"{'long' * 60}.jpg"]) == b"long"


async def test_a_tgz_cut_short(tmp_path: Path) -> None:
    """A tgz that is cut is unreadable from there on; what came before is shown."""
    export(tmp_path, GOOD)
    bad = tmp_path / "takeout-20260304T050607Z-3-002.tgz"
    tgz_of(bad, *((f"{BASE}/{n}.jpg", tarfile.REGTYPE, os.urandom(40_000)) for n in range(5)))
    whole = bad.read_bytes()
    bad.write_bytes(whole[:100_000])
    assert "cut short" in await told_why(tmp_path, FindingKind.UNREADABLE)
    assert len(photos(await scan_folder(tmp_path))) == 3
    bad.write_bytes(b"no gzip at all")
    assert "damaged" in await told_why(tmp_path, FindingKind.UNREADABLE)


async def test_a_tgz_in_several_gzip_members(tmp_path: Path) -> None:
    """A tgz whose gzip stream was written in pieces is read through."""
    plain = io.BytesIO()
    data = os.urandom(300_000)
    with tarfile.open(fileobj=plain, mode="w") as archive:
        info = tarfile.TarInfo(f"{BASE}/a.jpg")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    raw = plain.getvalue()
    pieces = b"".join(gzip.compress(raw[at : at + 50_000]) for at in range(0, len(raw), 50_000))
    (tmp_path / "takeout-20260304T050607Z-001.tgz").write_bytes(pieces + bytes(700))
    (photo,) = photos(await scan_folder(tmp_path)).values()
    assert await read_photo(tmp_path, photo) == data


async def test_links_in_a_tree(tmp_path: Path) -> None:
    """Symbolic links in an unpacked tree are refused, not followed."""
    export(tmp_path, GOOD, kind="tree")
    folder = tmp_path / BASE
    (folder / "link.jpg").symlink_to("/etc/passwd")
    (folder / "linked").symlink_to("/etc")
    os.mkfifo(folder / "pipe.jpg")
    seen = await scan_folder(tmp_path)
    assert len(findings(seen, FindingKind.REFUSED)) == 3
    assert set(photos(seen)) == {"AF1QipItem0001"}


async def test_a_tree_with_names_of_no_encoding(tmp_path: Path) -> None:
    """A file name that is no UTF-8 is shown with a stand-in, and its bytes can be read."""
    export(tmp_path, GOOD, kind="tree")
    (tmp_path / BASE / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"coffee")
    seen = photos(await scan_folder(tmp_path))
    (photo,) = [one for one in seen.values() if one.file_name == "caf?.jpg"]
    assert await read_photo(tmp_path, photo) == b"coffee"


async def test_the_archives_are_not_touched(tmp_path: Path) -> None:
    """Scanning and reading change no byte, time or name in the folder."""
    export(tmp_path, GOOD, item("b.jpg", 2), parts=2)
    before = state_of(tmp_path)
    photo = photos(await scan_folder(tmp_path))["AF1QipItem0001"]
    await read_photo(tmp_path, photo)
    assert state_of(tmp_path) == before


def state_of(folder: Path) -> dict[Path, tuple[bytes, int]]:
    """Bytes and mtime of all in the folder."""
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["title", "photoTakenTime", "timestamp", "geoData", "latitude", "longitude", "people",
             "name", "url", "albumData", "favorited", "creationTime", "description"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
def test_mutated_sidecars(value: object) -> None:
    """Whatever the JSON holds, it is facts, an album or nothing; never an exception of others."""
    facts = parse(json.dumps(value).encode()) if _proper(value) else None
    assert facts is None or isinstance(facts, Sidecar | AlbumFacts)


def _proper(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


@given(st.binary(max_size=60))
def test_bytes_as_sidecars(data: bytes) -> None:
    """Any bytes are facts, an album, nothing, or Corrupt."""
    try:
        facts = parse(data)
    except Corrupt:
        return
    assert facts is None or isinstance(facts, Sidecar | AlbumFacts)


@pytest.mark.parametrize(
    ("cut", "shown"),
    [("Wave \ud83d", "Wave \ufffd"), ("\ude00\ud83d\ude00", "\ufffd\U0001f600"),
     ("\\ud83d \\\ud83d\\", "\\ud83d \\\ufffd\\")],
)  # fmt: skip
def test_a_text_cut_within_an_emoji(cut: str, shown: str) -> None:
    """Half an emoji in a text costs nothing but itself: date and trash state are read."""
    facts = {"title": cut, "photoTakenTime": {"timestamp": "1563625800"}, "trashed": True}
    told = parse(json.dumps(facts).encode())
    assert isinstance(told, Sidecar)
    assert (told.title, told.taken, told.trashed) == (shown, 1_563_625_800, True)


@pytest.mark.parametrize(
    ("timestamp", "seconds"),
    [("0", None), ("-650000000", -650_000_000), (1_563_625_800, 1_563_625_800), ("", None),
     ("soon", None), ("9" * 5000, None), (True, None), (None, None), (1.5, None)],
)  # fmt: skip
def test_times_of_all_kinds(timestamp: object, seconds: int | None) -> None:
    """Zero is unknown, negative is before 1970, what is no number is not told."""
    told = parse(json.dumps({"photoTakenTime": {"timestamp": timestamp}}).encode())
    assert isinstance(told, Sidecar)
    assert told.taken == seconds


@settings(max_examples=60)
@given(st.data())
def test_p15_flipped_bytes_never_give_wrong_ones(tmp_path: Path, data: st.DataObject) -> None:
    """P15: A zip with any byte changed gives the right bytes or an error of ours."""
    folder = tmp_path / "flipped"
    if not folder.exists():
        export(folder, item("a.jpg", data=zlib.compress(b"x" * 3000) * 3))
    (part,) = folder.glob("takeout-*.zip")
    whole = part.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytes([whole[at] ^ data.draw(st.integers(1, 255))])
    try:
        part.write_bytes(whole[:at] + flipped + whole[at + 1 :])
        for photo in photos(trio.run(scan_folder, folder)).values():
            try:
                got = trio.run(read_photo, folder, photo)
            except PhotofsError:
                continue
            assert f"{zlib.crc32(got):08x}" == (photo.hash and photo.hash.digest)
    finally:
        part.write_bytes(whole)


@settings(max_examples=40)
@given(st.data())
def test_p15_flipped_bytes_of_a_tgz(tmp_path: Path, data: st.DataObject) -> None:
    """P15: A tgz with any byte changed gives each photo's right bytes, or does not give it."""
    folder = tmp_path / "flipped"
    right = {f"{n}.jpg": random.Random(n).randbytes(1500) for n in range(3)}
    if not folder.exists():
        items = [item(name, n, data=right[name]) for n, name in enumerate(right)]
        export(folder, *items, kind="tgz")
    (part,) = folder.glob("takeout-*.tgz")
    whole = part.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytes([whole[at] ^ data.draw(st.integers(1, 255))])
    try:
        part.write_bytes(whole[:at] + flipped + whole[at + 1 :])
        for photo in photos(trio.run(scan_folder, folder)).values():
            got = trio.run(read_photo, folder, photo)
            assert got == right[photo.file_name or ""]
    finally:
        part.write_bytes(whole)
