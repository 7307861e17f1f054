"""The mover's and the keeper's first wish: what is mounted copies out right, with any program.

Each story is for three libraries: a Takeout in zips split over parts, a Flickr export, and a live
Flickr account (emulated) whose sizes are learnt on the way. What concerns how programs read, and
not what a library holds, is told of the export in `make soak`: its zips are read as a Takeout's.
"""

import hashlib
import mmap
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stories.conftest import StoryLibrary
from tests.support.household import shell

pytestmark = pytest.mark.mount


@pytest.fixture(
    params=["takeout", "live_flickr", pytest.param("flickr_export", marks=pytest.mark.soak)]
)
def read_library(request: pytest.FixtureRequest) -> StoryLibrary:
    """Each kind of reading in turn: zips, a live service, and zips of another make."""
    chosen: StoryLibrary = request.getfixturevalue(request.param)
    return chosen


def files_below(folder: Path) -> list[Path]:
    """All plain files in a tree, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_rsync_twice_transfers_nothing_the_second_time(
    library: StoryLibrary, tmp_path: Path
) -> None:
    """Right bytes with the shown capture times; and then rsync has nothing to do."""
    copy = tmp_path / "copy"
    with library.household.mounted() as point:
        source = point / library.name
        shell("rsync", "-aH", f"{source}/", f"{copy}/")
        again = shell("rsync", "-aH", "--itemize-changes", f"{source}/", f"{copy}/")
        assert again == ""
        shown = {path.relative_to(source): path.stat() for path in files_below(source)}
    copied = {path.relative_to(copy): path.stat() for path in files_below(copy)}
    assert copied.keys() == shown.keys()
    assert len(shown) > len(library.hashes) / 2
    for path, stat in shown.items():
        assert copied[path].st_size == stat.st_size, path
        assert copied[path].st_mtime_ns // 10**9 == stat.st_mtime_ns // 10**9, path
    inodes = {stat.st_ino for stat in shown.values()}
    assert len({stat.st_ino for stat in copied.values()}) == len(inodes), (
        "-H keeps one file a photo"
    )
    assert {sha256_of(path) for path in files_below(copy / "Dates")} <= library.hashes


def test_dates_hold_each_photo_once_with_its_true_bytes_and_date(library: StoryLibrary) -> None:
    """Dates/ has one file for each photo outside the trash: its bytes, its capture time."""
    with library.household.mounted() as point:
        dates = files_below(point / library.name / "Dates")
        found = {sha256_of(path): int(path.stat().st_mtime) for path in dates}
        assert len({path.stat().st_ino for path in dates}) == len(dates)
    assert set(found) == library.hashes_in_dates
    for sha256, instant in library.instants.items():
        assert found[sha256] == instant, sha256


def test_plain_programs_read_right_bytes(read_library: StoryLibrary, tmp_path: Path) -> None:
    """cp -a, tar, md5sum, dd, find -newermt and mmap agree, and sizes are what they should be."""
    with read_library.household.mounted() as point:
        dates = point / read_library.name / "Dates"
        shell("cp", "-a", dates, tmp_path / "copy")
        shell("tar", "-C", dates, "-cf", tmp_path / "out.tar", ".")
        names = [path.relative_to(dates) for path in files_below(dates)]
        for name in names:
            truth = (tmp_path / "copy" / name).read_bytes()
            assert shell("md5sum", dates / name).split()[0] == hashlib.md5(truth).hexdigest()  # noqa: S324 - md5sum's
            with (
                (dates / name).open("rb") as file,
                mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ) as mapped,
            ):
                assert mapped[:] == truth
            assert (dates / name).stat().st_size == len(truth)
        newer = shell("find", dates, "-type", "f", "-newermt", "2019-01-01").splitlines()
        expected = [name for name in names if (dates / name).stat().st_mtime > 1546300800]
        assert sorted(newer) == sorted(str(dates / name) for name in expected)
        total = sum((dates / name).stat().st_size for name in names)
        told = int(shell("du", "-sb", "--apparent-size", dates).split()[0])
        assert told >= total
    listed = shell("tar", "-tf", tmp_path / "out.tar").splitlines()
    assert len([name for name in listed if not name.endswith("/")]) == len(names)


def copy_with_tar(dates: Path, copy: Path) -> None:
    """Through an archive, whose headers tell lengths before the bytes come."""
    copy.mkdir()
    archive = copy.with_suffix(".tar")
    shell("tar", "-C", dates, "-cf", archive, ".")
    shell("tar", "-C", copy, "-xf", archive)


def copy_with_mmap(dates: Path, copy: Path) -> None:
    """As git-annex-like tools read: the length from fstat, the bytes by pages."""
    for path in files_below(dates):
        target = copy / path.relative_to(dates)
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ) as mapped,
        ):
            target.write_bytes(mapped[:])
        shutil.copystat(path, target)


COLD = {
    "cp": lambda dates, copy: shell("cp", "-a", dates, copy),
    "rsync": lambda dates, copy: shell("rsync", "-a", f"{dates}/", f"{copy}/"),
    "tar": copy_with_tar,
    "mmap": copy_with_mmap,
    "shutil": shutil.copytree,
}
"""Programs that copy what nobody has read yet, each by its own way to the lengths."""


@pytest.mark.parametrize("program", COLD.values(), ids=COLD.keys())
def test_p15_a_copy_of_what_was_never_read_is_whole(
    live_flickr: StoryLibrary, tmp_path: Path, program: Callable[[Path, Path], object]
) -> None:
    """The listing had but estimates of the lengths; every copy has all bytes and the right date."""
    with live_flickr.household.mounted() as point:
        program(point / "flickr" / "Dates", tmp_path / "copy")
    copied = {sha256_of(path): int(path.stat().st_mtime) for path in files_below(tmp_path / "copy")}
    assert copied.keys() == live_flickr.hashes_in_dates
    assert {sha256: copied[sha256] for sha256 in live_flickr.instants} == live_flickr.instants


def test_exiftool_reads_the_whole_tree(read_library: StoryLibrary) -> None:
    """exiftool -r finds no damaged file, and EXIF dates agree with the files' times."""
    with read_library.household.mounted() as point:
        told = shell(
            "exiftool", "-r", "-q", "-validate", "-p", "$FileName $Validate",
            point / read_library.name / "Dates", code=None,
        )  # fmt: skip
    assert told
    assert "Error" not in told


def test_a_seek_into_the_end_reads_the_right_bytes(read_library: StoryLibrary) -> None:
    """dd with skip gets the same last bytes as reading it all."""
    with read_library.household.mounted() as point:
        for path in files_below(point / read_library.name / "Dates")[:5]:
            whole = path.read_bytes()
            skip = len(whole) - min(len(whole), 1000)
            tail = subprocess.run(
                ["dd", f"if={path}", f"skip={skip}", "iflag=skip_bytes", "status=none"],
                capture_output=True,
                check=True,
            ).stdout
            assert tail == whole[skip:]


def test_a_player_seeks_in_every_video(library: StoryLibrary) -> None:
    """ffmpeg reads the length, then plays from near the end; nothing is wrong."""
    with library.household.mounted() as point:
        videos = sorted((point / library.name / "Dates").rglob("*.mp4"))
        assert videos
        for video in videos:
            shell("ffmpeg", "-v", "error", "-sseof", "-0.3", "-i", video, "-f", "null", "-")
            told = shell("ffprobe", "-v", "error", "-show_entries", "format=duration", video)
            assert "duration=" in told


def test_reading_moves_no_ctime(read_library: StoryLibrary) -> None:
    """What is but learnt by reading (length, hash) is no change: backup programs go by ctime.

    Those that have just read would not notice; one that looked before somebody else read would.
    """

    def told() -> dict[Path, tuple[int, int]]:
        times = ((path, path.stat()) for path in files_below(point / read_library.name))
        return {path: (stat.st_mtime_ns, stat.st_ctime_ns) for path, stat in times}

    with read_library.household.mounted() as point:
        before = told()
        for path in before:
            path.read_bytes()
    with read_library.household.mounted() as point:
        assert told() == before


def test_borg_twice_reads_no_content_the_second_time(
    read_library: StoryLibrary, tmp_path: Path
) -> None:
    """The second borg create finds files unchanged by inode, size and ctime.

    But for those with the newest ctime of the first run: borg never trusts its cache on them (its
    manual, "borg create", on --files-cache), on any file system.
    """
    environ = {
        **os.environ,
        "BORG_BASE_DIR": str(tmp_path / "borg"),
        "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
        "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
    }
    repository = tmp_path / "repository"
    shell("borg", "init", "-e", "none", repository, env=environ)
    with read_library.household.mounted() as point:
        source = point / read_library.name
        shell("borg", "create", f"{repository}::one", source, env=environ)
        told = shell(
            "borg", "create", "--list", "--filter=AMC", f"{repository}::two", source, env=environ
        )
        newest = max(path.stat().st_ctime_ns for path in files_below(source))
        read_again = {
            Path("/", row[2:]) for row in told.splitlines() if row[:2] in {"A ", "M ", "C "}
        }
        assert all(path.stat().st_ctime_ns == newest for path in read_again)
    assert len(read_again) < len(read_library.hashes) / 4


def test_restic_twice_reads_no_content_the_second_time(
    read_library: StoryLibrary, tmp_path: Path
) -> None:
    """The second restic backup counts every file as unmodified."""
    environ = {**os.environ, "RESTIC_PASSWORD": "made-up", "RESTIC_CACHE_DIR": str(tmp_path / "c")}
    repository = tmp_path / "repository"
    shell("restic", "init", "-r", repository, env=environ)
    with read_library.household.mounted() as point:
        shell("restic", "backup", "-r", repository, point / read_library.name, env=environ)
        told = shell("restic", "backup", "-r", repository, point / read_library.name, env=environ)
    assert re.search(r"Files:\s+0 new,\s+0 changed,\s+[1-9]\d* unmodified", told), told
