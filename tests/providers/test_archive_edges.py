"""Archives that change while they are read, folders that are photofs's own, headers that lie."""

import gzip
import io
import json
import os
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import trio

from photofs.model.errors import Corrupt, Gone, Unreachable
from photofs.model.head import HeadFacts
from photofs.model.observation import FindingKind
from photofs.model.photo import Media
from photofs.model.span import Span
from photofs.providers.archives.ours import our_folders, our_mounts
from photofs.providers.archives.parts import find_parts
from photofs.providers.archives.pread import read_at
from photofs.providers.flickr_export.provider import open_provider as open_flickr_export
from photofs.providers.takeout.provider import open_provider
from tests.support.log_guard import ExpectLog
from tests.support.provider_tools import make_tools
from tests.support.takeout_worlds import export, findings, item, photos, read_photo, scan_folder

YEAR = "Takeout/Google Photos/Photos from 2019"
PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20
LONG = 1_000_000
TGZ = "takeout-20260304T050607Z-3-002.tgz"


def in_tree(folder: Path, name: str, data: bytes) -> Path:
    """A file of an unpacked Takeout."""
    path = folder / YEAR / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


async def test_a_file_rewritten_while_it_is_read(tmp_path: Path) -> None:
    """The reader is told that the file has changed; bytes of two versions never come together."""
    path = in_tree(tmp_path, "a.jpg", b"a" * LONG)
    (seen,) = photos(await scan_folder(tmp_path)).values()
    async with (
        open_provider({"path": str(tmp_path)}, make_tools()) as provider,
        provider.open_original(seen.ref, None) as stream,
    ):
        chunks = aiter(stream)
        first = await anext(chunks)
        with path.open("r+b") as file:
            file.write(b"b" * LONG)
        with pytest.raises(Gone, match="changed"):
            await anext(chunks)
    assert set(first) == {ord("a")}


async def test_a_version_is_told_by_more_than_the_mtime(tmp_path: Path) -> None:
    """Other bytes under the old length and mtime are another version of the original."""
    path = in_tree(tmp_path, "a.jpg", b"a" * LONG)
    (seen,) = photos(await scan_folder(tmp_path)).values()
    told = []
    async with open_provider({"path": str(tmp_path)}, make_tools()) as provider:
        for letter in (b"a", b"b"):
            status = path.stat()
            path.write_bytes(letter * LONG)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
            async with provider.open_original(seen.ref, None) as stream:
                told.append(stream.validator)
    assert told[0] != told[1]


def test_a_disk_that_fails(tmp_path: Path) -> None:
    """What the system says becomes an error of ours, after which a later try may succeed."""
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(Unreachable, match="disk"):
            read_at(folder, 10, 0)
        with pytest.raises(Corrupt):
            read_at(folder, 10, 1 << 70)
    finally:
        os.close(folder)


async def test_our_own_folders_are_no_source(tmp_path: Path) -> None:
    """A cache that lies in the archive's folder is left out, and told."""
    in_tree(tmp_path, "a.jpg", PICTURE)
    own = tmp_path / "home" / "cache"
    in_tree(own, "b.jpg", PICTURE[::-1])
    tools = replace(make_tools(), own_folders=(own,))
    seen = await scan_folder(tmp_path, tools)
    assert [one.file_name for one in photos(seen).values()] == ["a.jpg"]
    (finding,) = findings(seen, FindingKind.REFUSED)
    assert finding.path == "home/cache"


def test_mounts_of_photofs_are_no_source(tmp_path: Path) -> None:
    """A mount is known by the kernel's list, whatever blanks its path has."""
    in_tree(tmp_path / "my photos", "a.jpg", PICTURE)
    in_tree(tmp_path / "other", "b.jpg", PICTURE)
    escaped = str(tmp_path / "my photos").replace(" ", "\\040")
    table = tmp_path / "mountinfo"
    table.write_text(
        "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"99 21 0:50 / {escaped} rw,nosuid - fuse.photofs photofs ro\n"
        f"98 21 0:51 / {tmp_path}/other rw - fuse.sshfs sshfs ro\n"
    )
    mounts = our_mounts(table)
    table.unlink()
    assert mounts == [str(tmp_path / "my photos")]
    found = find_parts(tmp_path, frozenset(), frozenset(mounts))
    assert [member.name for member in found.tree] == ["b.jpg"]
    assert our_folders([tmp_path / "x" / ".."]) >= {str(tmp_path)}


async def test_files_that_go_while_the_folder_is_read(tmp_path: Path) -> None:
    """A browser that renames its downloads all the time does not stop a scan."""
    in_tree(tmp_path, "a.jpg", PICTURE)
    for number in range(300):
        (tmp_path / f"x{number}.txt").touch()
    ended = False

    def rename_and_remove() -> None:
        while not ended:
            going = tmp_path / "going.zip.crdownload"
            going.touch()
            going.rename(tmp_path / "y.txt").unlink()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, rename_and_remove)
        try:
            for _round in range(30):
                await trio.to_thread.run_sync(find_parts, tmp_path)
        finally:
            ended = True


def tar_header(name: str, size: int, kind: bytes = tarfile.REGTYPE, raw: bytes = b"") -> bytes:
    """A tar header, its length field as given where `raw` is."""
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    if raw:
        block[124:136] = raw
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data: bytes) -> bytes:
    """Up to whole blocks."""
    return data + b"\0" * (-len(data) % 512)


def write_tgz(path: Path, *pieces: bytes) -> None:
    """A .tgz of a sound picture and these pieces."""
    plain = io.BytesIO()
    for piece in (tar_header(f"{YEAR}/sound.jpg", len(PICTURE)), padded(PICTURE), *pieces):
        plain.write(piece)
    path.write_bytes(gzip.compress(plain.getvalue() + b"\0" * 1024))


@pytest.mark.parametrize(
    "record",
    [
        b"9" * 5_000 + b" size=1\n",
        b"5015 size=" + b"9" * 5_004 + b"\n",
        b"5015 path=" + b"9" * 5_004 + b"\n",
    ],
)
async def test_numbers_of_thousands_of_digits(tmp_path: Path, record: bytes) -> None:
    """A pax header with such a number stops neither the scan nor the other parts."""
    export(tmp_path, item("good.jpg", 1))
    header = tar_header("x", len(record), tarfile.XHDTYPE)
    after = tar_header(f"{YEAR}/b.jpg", len(PICTURE))
    write_tgz(tmp_path / TGZ, header, padded(record), after, padded(PICTURE))
    seen = await scan_folder(tmp_path)
    assert "AF1QipItem0001" in photos(seen)


async def test_a_negative_length_is_refused(tmp_path: Path) -> None:
    """Neither a file nor a long name of a length below nought is taken."""
    export(tmp_path, item("good.jpg", 1))
    negative = b"\xff" * 11 + b"\x00"
    write_tgz(tmp_path / TGZ, tar_header(f"{YEAR}/bad.jpg", 0, raw=negative))
    seen = await scan_folder(tmp_path)
    names = {one.file_name for one in photos(seen).values()}
    assert names == {"good.jpg", "sound.jpg"}
    assert "negative" in findings(seen, FindingKind.REFUSED)[0].why
    write_tgz(tmp_path / TGZ, tar_header("x", 0, tarfile.GNUTYPE_LONGNAME, raw=negative))
    seen = await scan_folder(tmp_path)
    assert "damaged" in findings(seen, FindingKind.UNREADABLE)[0].why
    assert "AF1QipItem0001" in photos(seen)


async def test_a_flickr_export_in_a_spoiled_tgz(tmp_path: Path) -> None:
    """Where the one checksum of all its files is wrong, no photo and no fact of it is told."""
    sidecar = json.dumps({"id": "48123456789", "name": "Sunset"}).encode()
    write_tgz(
        tmp_path / TGZ,
        tar_header("photo_48123456789.json", len(sidecar)),
        padded(sidecar),
        tar_header("sunset_48123456789_o.jpg", len(PICTURE)),
        padded(PICTURE),
    )
    (tmp_path / "beach_48123456788_o.jpg").write_bytes(PICTURE)
    for spoiled in (False, True):
        if spoiled:
            data = bytearray((tmp_path / TGZ).read_bytes())
            data[-8] ^= 1
            (tmp_path / TGZ).write_bytes(data)
        async with open_flickr_export({"path": str(tmp_path)}, make_tools()) as provider:
            seen = [one async for one in provider.changes(None)]
        assert ("48123456789" in photos(seen)) is not spoiled
        assert "48123456788" in photos(seen)
    assert "none of its files can be trusted" in findings(seen, FindingKind.UNREADABLE)[0].why


async def test_names_flagged_as_utf8_that_are_none(tmp_path: Path) -> None:
    """Two such names stay two, and their bytes can be read."""
    part = tmp_path / "takeout-20260304T050607Z-3-001.zip"
    data = {"\u00fc\u00fc.jpg": PICTURE, "\u00f6\u00f6.jpg": PICTURE[::-1]}
    with zipfile.ZipFile(part, "w") as archive:
        for name, one in data.items():
            archive.writestr(f"{YEAR}/{name}", one)
    raw = part.read_bytes().replace("\u00fc\u00fc".encode(), b"\xfc\xfc\xfcx")
    part.write_bytes(raw.replace("\u00f6\u00f6".encode(), b"\xf6\xf6\xf6x"))
    seen = photos(await scan_folder(tmp_path))
    assert {await read_photo(tmp_path, one) for one in seen.values()} == set(data.values())


@pytest.mark.parametrize("kind", ["takeout", "flickr_export"])
async def test_a_mistake_of_ours_costs_one_file(
    tmp_path: Path, kind: str, expect_log: ExpectLog
) -> None:
    """Where one file brings out a mistake, it is logged and told; all the others are there."""
    expect_log("odd.jpg' could not be taken in")
    in_tree(tmp_path, "odd.jpg", b"odd" + PICTURE)
    in_tree(tmp_path, "sound.jpg", PICTURE)

    def look(head: bytes) -> HeadFacts:
        if head.startswith(b"odd"):
            raise ZeroDivisionError
        return HeadFacts(Media.PICTURE, "jpg", None, None)

    factory = open_provider if kind == "takeout" else open_flickr_export
    tools = replace(make_tools(), read_head=look)
    async with factory({"path": str(tmp_path)}, tools) as provider:
        seen = [one async for one in provider.changes(None)]
    (photo,) = photos(seen).values()
    assert "sound.jpg" in photo.ref
    (finding,) = findings(seen, FindingKind.UNREADABLE)
    assert finding.path.endswith("odd.jpg")
    assert "ZeroDivisionError" in finding.why


def two_versions(folder: Path, kind: Literal["zip", "tgz"]) -> tuple[Path, bytes]:
    """A part with one photo, and the bytes of a part with another photo in the very same place."""
    picture = PICTURE + b"a" * LONG
    shape = {"kind": kind, "stored": True}
    (other,) = export(folder / "other", item("a.jpg", data=picture.replace(b"a", b"b")), **shape)
    (part,) = export(folder / "here", item("a.jpg", data=picture), **shape)
    new = other.read_bytes()
    other.unlink()
    return part, new


async def test_p15_a_zip_rewritten_while_it_is_read(tmp_path: Path) -> None:
    """The reader is told that the zip has changed; bytes of two versions never come together."""
    part, new = two_versions(tmp_path, "zip")
    (seen,) = photos(await scan_folder(part.parent)).values()
    async with (
        open_provider({"path": str(part.parent)}, make_tools()) as provider,
        provider.open_original(seen.ref, None) as stream,
    ):
        chunks = aiter(stream)
        first = await anext(chunks)
        with part.open("r+b") as file:
            file.write(new)
        with pytest.raises(Gone, match="changed"):
            await anext(chunks)
    assert set(first[len(PICTURE) :]) == {ord("a")}


@pytest.mark.parametrize("kind", ["zip", "tgz"])
async def test_p15_a_part_that_was_written_anew_is_another_version(
    tmp_path: Path, kind: Literal["zip", "tgz"]
) -> None:
    """What was fetched of the part as it was is not gone on with from the part as it is."""
    part, _ = two_versions(tmp_path, kind)
    (seen,) = photos(await scan_folder(part.parent)).values()
    told = []
    async with open_provider({"path": str(part.parent)}, make_tools()) as provider:
        for second in (1, 2):
            os.utime(part, (second, second))
            async with provider.open_original(seen.ref, None) as stream:
                told.append(stream.validator)
    assert told[0] != told[1]


async def test_p15_a_zip_with_another_photo_in_the_same_place_is_told_by_its_checksum(
    tmp_path: Path,
) -> None:
    """Same name, place and length, even the same mtime: not one byte of the other photo comes."""
    part, new = two_versions(tmp_path, "zip")
    (seen,) = photos(await scan_folder(part.parent)).values()
    status = part.stat()
    part.write_bytes(new)
    os.utime(part, ns=(status.st_atime_ns, status.st_mtime_ns))
    async with open_provider({"path": str(part.parent)}, make_tools()) as provider:
        with pytest.raises(Gone, match="does not hold"):
            async with provider.open_original(seen.ref, Span(LONG // 2, LONG // 2 + 10)):
                pass
