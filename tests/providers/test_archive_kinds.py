"""What `photofs library add` takes for an export of the kind that was named, and what it says."""

import os
import shlex
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from photofs.emulators.takeout import demo_takeout
from photofs.emulators.takeout.languages import GERMAN, JAPANESE
from photofs.model.errors import Refused
from photofs.providers.archives.kind import Kind, check_kind
from tests.support.household import Household
from tests.support.takeout_worlds import export, item

PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256))
NOBODY = 65534


def flickr(folder: Path, name: str = "data-download-1.zip") -> Path:
    """One zip of a Flickr export's originals."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr("sunset_48123456789_o.jpg", PICTURE)
    return folder


def written(folder: Path, *paths: str) -> Path:
    """Ordinary files."""
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(PICTURE)
    return folder


def takeout_of(**shape: object) -> Callable[[Path], Path]:
    """A Takeout of that shape."""

    def make(folder: Path) -> Path:
        export(folder, item("a.jpg", 1), item("b.jpg", 2), **shape)
        return folder

    return make


def renamed(folder: Path) -> Path:
    """A Takeout whose part has a name of its own."""
    (part,) = export(folder, item("a.jpg", 1))
    part.rename(folder / "my photos.zip")
    return folder


def renamed_tgz(folder: Path) -> Path:
    """The same as .tgz."""
    (part,) = export(folder, item("a.jpg", 1), kind="tgz")
    part.rename(folder / "my photos.tgz")
    return folder


def one_part(folder: Path) -> Path:
    """The path of an archive instead of a folder."""
    return export(folder, item("a.jpg", 1))[0]


def below(folder: Path) -> Path:
    """The folder of photos within an unpacked export in Japanese."""
    export(folder, item("a.jpg", 1), kind="tree", language=JAPANESE)
    (year,) = (path.parent for path in folder.rglob("a.jpg"))
    return year


def cut_short(folder: Path) -> Path:
    """A damaged part under its own name."""
    (part,) = export(folder, item("a.jpg", 1))
    part.write_bytes(part.read_bytes()[:-30])
    return folder


@pytest.mark.parametrize(
    "make",
    [
        takeout_of(),
        takeout_of(kind="tgz"),
        takeout_of(kind="tree"),
        takeout_of(kind="tree", language=GERMAN),
        renamed,
        renamed_tgz,
        one_part,
        below,
        cut_short,
    ],
)
def test_takeouts(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """All shapes of a Takeout are taken, and refused as a Flickr export with the right command."""
    folder = make(tmp_path / "here")
    check_kind(folder, Kind.TAKEOUT)
    with pytest.raises(Refused, match="holds a Google Takeout, no Flickr export") as refused:
        check_kind(folder, Kind.FLICKR_EXPORT)
    assert refused.value.remedy == f"photofs library add takeout {shlex.quote(str(folder))}"


@pytest.mark.parametrize(
    "make",
    [
        flickr,
        lambda folder: flickr(folder, "renamed.zip"),
        lambda folder: written(folder, "72157_0a1b_part1.zip"),
        lambda folder: written(folder, "x/photo_48123456789.json"),
        lambda folder: written(folder, "48123456789_0123456789_o.jpg"),
    ],
)
def test_flickr_exports(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """The same for Flickr exports."""
    folder = make(tmp_path / "here")
    check_kind(folder, Kind.FLICKR_EXPORT)
    with pytest.raises(Refused, match="holds a Flickr export, no Google Takeout") as refused:
        check_kind(folder, Kind.TAKEOUT)
    assert refused.value.remedy == f"photofs library add flickr-export {folder}"


def test_both_in_one_folder(tmp_path: Path) -> None:
    """Who keeps both in one folder may add it as either."""
    demo_takeout(flickr(tmp_path))
    check_kind(tmp_path, Kind.TAKEOUT)
    check_kind(tmp_path, Kind.FLICKR_EXPORT)


@pytest.mark.parametrize("kind", Kind)
def test_what_is_no_export(tmp_path: Path, kind: Kind) -> None:
    """Empty, ordinary, unfinished, a file: each refusal says what is there, and what to do."""
    empty = tmp_path / "empty"
    empty.mkdir()
    ordinary = written(
        tmp_path / "ordinary", "IMG_20190720_123456.jpg", "notes.json", "2019/DSC_0001.JPG"
    )
    unfinished = written(tmp_path / "unfinished", "x.zip.crdownload")
    other_zip = tmp_path / "zips" / "x.zip"
    other_zip.parent.mkdir()
    with zipfile.ZipFile(other_zip, "w") as archive:
        archive.writestr("holiday/IMG_1.jpg", PICTURE)
    for path, words in (
        (empty, "is empty"),
        (ordinary, r"holds 3 files such as \S+, no"),
        (ordinary / "notes.json", "is a file, and no .zip or .tgz"),
        (unfinished, r"x\.zip\.crdownload: its download is not finished"),
        (other_zip, r"holds 1 file such as x\.zip"),
        (other_zip.parent, r"holds 1 file such as x\.zip"),
        (tmp_path / "never", "is not there"),
    ):
        with pytest.raises(Refused, match=words) as refused:
            check_kind(path, kind)
        assert refused.value.safe == "nothing was added"
        assert refused.value.remedy
        has_pictures = path == ordinary
        command = f"photofs library add folder {shlex.quote(str(path))}"
        assert (command in refused.value.remedy) is has_pictures


def test_our_own_cache_is_no_export(tmp_path: Path) -> None:
    """What lies in a folder of photofs's own does not count."""
    export(tmp_path / "cache", item("a.jpg", 1))
    written(tmp_path, "a.txt")
    with pytest.raises(Refused, match="1 file such as a"):
        check_kind(tmp_path, Kind.TAKEOUT, (tmp_path / "cache",))


def test_a_long_tgz_is_not_read_through(tmp_path: Path) -> None:
    """Somebody's backup is given up on soon: what it holds after that does not count."""
    with tarfile.open(tmp_path / "backup.tgz", "w:gz") as archive:
        (tmp_path / "f").touch()
        for number in range(400):
            archive.add(tmp_path / "f", f"home/{number}")
        archive.add(tmp_path / "f", "Takeout/a.jpg")
    (tmp_path / "f").unlink()
    with pytest.raises(Refused, match="no Google Takeout"):
        check_kind(tmp_path, Kind.TAKEOUT)


def refusal_to_nobody(path: Path) -> str:
    """What a process without any rights is told, in a child process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setuid(NOBODY)
            check_kind(path, Kind.TAKEOUT)
            os.write(writing, b"taken")
        except Refused as refused:
            os.write(writing, f"{refused.what} / {refused.remedy}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as told:
        return told.read().decode()


def test_a_folder_that_may_not_be_read() -> None:
    """It is said that it cannot be listed, and where to look."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0)
        told = refusal_to_nobody(Path(folder))
        Path(folder).chmod(0o700)
    assert "cannot be listed: Permission denied" in told
    assert "ls -ld" in told


def test_nothing_is_added_by_the_command(tmp_path: Path) -> None:
    """Refused with its exit status before there is a library; the right command then works."""
    house = Household(tmp_path / "home")
    folder = tmp_path / "export"
    export(folder, item("a.jpg", 1))
    told = house.run("library", "add", "flickr-export", folder, code=15)
    assert f"photofs library add takeout {folder}" in told
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "is empty" in house.run("library", "add", "takeout", "--no-scan", empty, code=15)
    assert house.ask("library", "list") == []
    house.run("library", "add", "takeout", folder)
    (part,) = folder.iterdir()
    part.unlink()
    assert "holds no Takeout" in house.run("scan", code=4)
    (library,) = house.ask("library", "list")
    assert (library["photos"], library["missing"]) == (1, 0)
