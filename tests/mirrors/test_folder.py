"""A mirror's folder: only with its marker, only below its root, never over a foreign file."""

import errno
import hashlib
import io
import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from photofs.mirrors.claims import claimed_files
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.opening import begin_mirror, marker_at, open_mirror, unmark
from photofs.model.errors import (
    Bug,
    Corrupt,
    Exists,
    NotAttached,
    NotFolder,
    NotFound,
    ReadOnly,
    Refused,
)
from photofs.model.mirror import MARKER_NAME, Traits
from tests.support.disks import small_disk, why_no_mounts

DATA = b"a photo's bytes" * 1000
HASH = hashlib.sha256(DATA).hexdigest()
TAKEN_NS = 1_563_712_215_000_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty folder for a mirror."""
    folder = tmp_path / "nas"
    folder.mkdir(mode=0o755)
    return folder


@pytest.fixture
def mirror(root: Path) -> Iterator[LocalMirror]:
    """A new mirror."""
    with closing(begin_mirror(root, "Lima", "2026-11-21")) as opened:
        yield opened


@contextmanager
def source(folder: Path, data: bytes = DATA) -> Iterator[int]:
    """An open file with bytes."""
    path = folder.parent / "source"
    path.write_bytes(data)
    fd = os.open(path, os.O_RDONLY)
    try:
        yield fd
    finally:
        os.close(fd)


def write(mirror: LocalMirror, path: str, data: bytes = DATA) -> None:
    """A file in the mirror."""
    with source(mirror.root, data) as fd:
        mirror.write(path, fd, hashlib.sha256(data).hexdigest(), TAKEN_NS)
    mirror.sync(path.rpartition("/")[0])


def held(root: Path) -> list[str]:
    """All names below a folder."""
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def test_a_file_comes_whole_with_its_capture_time(mirror: LocalMirror) -> None:
    """Bytes, mtime and a read-only mode; nothing else is left in the folder."""
    write(mirror, "2019/2019-07/a.jpg")
    path = mirror.root / "2019/2019-07/a.jpg"
    assert path.read_bytes() == DATA
    assert path.stat().st_mtime_ns == TAKEN_NS
    assert path.stat().st_mode & 0o777 == 0o444
    assert held(mirror.root) == [MARKER_NAME, "2019", "2019/2019-07", "2019/2019-07/a.jpg"]


def test_other_bytes_than_promised_leave_nothing(mirror: LocalMirror) -> None:
    """A store whose file is damaged does not put it into the mirror."""
    with source(mirror.root, DATA + b"!") as fd, pytest.raises(Corrupt):
        mirror.write("a.jpg", fd, HASH, TAKEN_NS)
    assert held(mirror.root) == [MARKER_NAME]


@pytest.mark.parametrize("way", ["write", "move", "take", "link"])
def test_a_foreign_file_is_never_overwritten(mirror: LocalMirror, way: str) -> None:
    """What a person put there stays, whatever is to have its name."""
    write(mirror, "mine.jpg")
    (mirror.root / "theirs.jpg").write_bytes(b"theirs")
    loose = mirror.root.parent / "loose"
    loose.write_bytes(DATA)
    with source(mirror.root) as fd:
        ways: dict[str, Callable[[], object]] = {
            "write": lambda: mirror.write("theirs.jpg", fd, HASH, TAKEN_NS),
            "move": lambda: mirror.move("mine.jpg", "theirs.jpg"),
            "take": lambda: mirror.take(str(loose), "theirs.jpg", TAKEN_NS),
            "link": lambda: mirror.link("theirs.jpg", "mine.jpg"),
        }
        with pytest.raises(Exists):
            ways[way]()
    assert (mirror.root / "theirs.jpg").read_bytes() == b"theirs"
    assert (mirror.root / "mine.jpg").read_bytes() == DATA
    assert loose.exists()


def test_links_lead_nowhere(mirror: LocalMirror, tmp_path: Path) -> None:
    """A folder or file that somebody made a link is not followed, neither to read nor to write."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(DATA)
    (mirror.root / "2019").symlink_to(outside)
    (mirror.root / "a.jpg").symlink_to(outside / "secret.jpg")
    with pytest.raises(NotFolder):
        write(mirror, "2019/b.jpg")
    with pytest.raises((NotFolder, NotFound)):
        mirror.open("a.jpg")
    assert mirror.stamp("a.jpg") is None
    assert not mirror.is_free("a.jpg")
    assert held(outside) == ["secret.jpg"]


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/x", "a//b", ".", "a/."])
def test_no_path_leads_out_of_the_mirror(mirror: LocalMirror, path: str) -> None:
    """A path that would is our own mistake, and refused."""
    with source(mirror.root) as fd, pytest.raises(Bug):
        mirror.write(path, fd, HASH, TAKEN_NS)
    assert held(mirror.root) == [MARKER_NAME]


def test_a_file_of_this_disk_is_moved_in(mirror: LocalMirror, tmp_path: Path) -> None:
    """It is one file, now in the mirror; one with a second name elsewhere is left alone."""
    loose = tmp_path / "sealed"
    loose.write_bytes(DATA)
    loose.chmod(0o400)
    stamp = mirror.take(str(loose), "2019/a.jpg", TAKEN_NS)
    assert stamp == mirror.stamp("2019/a.jpg")
    assert not loose.exists()
    twice = tmp_path / "twice"
    twice.write_bytes(DATA)
    os.link(twice, tmp_path / "again")
    assert mirror.take(str(twice), "b.jpg", TAKEN_NS) is None
    assert twice.exists()


def test_a_file_that_another_run_moved_is_not_taken(mirror: LocalMirror, tmp_path: Path) -> None:
    """That its name is gone is no trouble of the mirror, and leaves nothing there."""
    assert mirror.take(str(tmp_path / "sealed"), "a.jpg", TAKEN_NS) is None
    assert held(mirror.root) == [MARKER_NAME]


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts())
def test_a_file_of_another_mount_of_the_disk_is_copied(root: Path, tmp_path: Path) -> None:
    """No rename leads from one mount to another; the Cache's file stays, and stays as it was."""
    loose = tmp_path / "sealed"
    loose.write_bytes(DATA)
    before = loose.stat()
    subprocess.run(["mount", "--bind", root, root], check=True)
    try:
        with closing(begin_mirror(root, "Lima", "2026-11-21")) as mirror:
            assert mirror.take(str(loose), "2019/a.jpg", TAKEN_NS) is None
            assert mirror.stamp("2019/a.jpg") is None
    finally:
        subprocess.run(["umount", root], check=True)
    after = loose.stat()
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


def test_what_was_touched_is_not_opened_as_known(mirror: LocalMirror) -> None:
    """A file is read without looking into it only while the disk tells what it told before."""
    write(mirror, "a.jpg")
    known = mirror.stamp("a.jpg")
    assert known is not None
    fd = mirror.open_known("a.jpg", known)
    assert fd is not None
    os.close(fd)
    path = mirror.root / "a.jpg"
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.write(b"x")
    os.utime(path, ns=(TAKEN_NS, TAKEN_NS))
    assert mirror.open_known("a.jpg", known) is None
    path.unlink()
    assert mirror.open_known("a.jpg", known) is None


def test_a_killed_runs_leftovers_go(mirror: LocalMirror) -> None:
    """Temporary files of ours are removed; what only looks a little like them stays."""
    (mirror.root / ".photofs-0123456789abcdef.tmp").write_bytes(b"half")
    (mirror.root / ".photofs-mine.tmp").write_bytes(b"theirs")
    mirror.sweep("")
    assert held(mirror.root) == [".photofs-mine.tmp", MARKER_NAME]


def test_only_an_empty_folder_becomes_a_mirror(root: Path) -> None:
    """What holds anything of a person's is refused; folders of the disk's own do not count."""
    (root / "lost+found").mkdir()
    begin_mirror(root, "Lima", "2026-11-21").close()
    with pytest.raises(Refused, match="not empty"):
        begin_mirror(root, "Lima", "2026-11-21")
    assert held(root) == [MARKER_NAME, "lost+found"]


def test_without_its_marker_nothing_is_opened(root: Path) -> None:
    """An empty mount point, another mirror, or a marker that cannot be read are told apart."""
    begin_mirror(root, "Lima", "2026-11-21").close()
    marker = marker_at(root)
    assert marker is not None
    open_mirror(root, marker.mirror, None, writing=True).close()
    with pytest.raises(Refused, match="another mirror"):
        open_mirror(root, "0" * 32, None, writing=True)
    (root / MARKER_NAME).chmod(0o644)
    (root / MARKER_NAME).write_text("{", encoding="utf-8")
    with pytest.raises(Refused, match="cannot be read"):
        open_mirror(root, marker.mirror, None, writing=True)
    (root / MARKER_NAME).unlink()
    with pytest.raises(NotAttached, match="no marker"):
        open_mirror(root, marker.mirror, None, writing=True)
    assert held(root) == []
    root.rmdir()
    with pytest.raises(NotAttached, match="not there"):
        open_mirror(root, marker.mirror, None, writing=True)


def test_a_mirror_can_be_made_an_ordinary_folder(mirror: LocalMirror) -> None:
    """Its marker goes, its files stay; another's marker is not removed."""
    write(mirror, "a.jpg")
    with pytest.raises(Refused):
        unmark(mirror.root, "0" * 32)
    unmark(mirror.root, mirror.marker.mirror)
    assert held(mirror.root) == ["a.jpg"]


def test_another_folder_in_its_place_is_noticed(mirror: LocalMirror) -> None:
    """A root that was swapped while the mirror is open is away."""
    mirror.check()
    mirror.root.rename(mirror.root.with_name("elsewhere"))
    with pytest.raises(NotAttached):
        mirror.check()
    mirror.root.mkdir()
    with pytest.raises(NotAttached):
        mirror.check()


def test_a_read_only_disk_is_told(tmp_path: Path) -> None:
    """Nothing is tried on it; reading it works."""
    if why_no_mounts():
        pytest.skip(why_no_mounts())
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        begin_mirror(disk, "Lima", "2026-11-21").close()
        marker = marker_at(disk)
        assert marker is not None
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with pytest.raises(ReadOnly):
            open_mirror(disk, marker.mirror, None, writing=True)
        open_mirror(disk, marker.mirror, Traits(), writing=False).close()


def test_a_disk_that_goes_between_opening_and_looking_is_away(
    mirror: LocalMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of ours, and no descriptor stays open."""
    write(mirror, "a.jpg")
    known = mirror.stamp("a.jpg")
    assert known is not None
    looked: list[int] = []
    fstat = os.fstat

    def failing(fd: int) -> os.stat_result:
        status = fstat(fd)
        if status.st_ino != known.inode:
            return status
        looked.append(fd)
        if len(looked) % 2 == 0:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return status

    before = len(list(Path("/proc/self/fd").iterdir()))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", failing)
        with pytest.raises(NotAttached):
            mirror.open_known("a.jpg", known)
        looked.append(-1)
        with pytest.raises(NotAttached):
            mirror.open("a.jpg")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_list_that_cannot_be_read_fails_in_our_own_words(
    mirror: LocalMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a mirror that is taken over."""
    write(mirror, "a.jpg")
    mirror.put("SHA256SUMS", f"{HASH}  a.jpg\n".encode())
    assert [found[:2] for found in claimed_files(mirror)] == [("a.jpg", HASH)]

    def failing(fd: int, mode: str) -> io.RawIOBase:
        class Failing(io.FileIO):
            def read(self, *_: object) -> bytes:
                raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

        return Failing(fd, mode)

    monkeypatch.setattr(os, "fdopen", failing)
    with pytest.raises(NotAttached):
        list(claimed_files(mirror))


def test_a_marker_of_nothing_but_brackets_is_refused(mirror: LocalMirror) -> None:
    """Too deep to be read: it is told as any other marker that is none."""
    root, marker, traits = mirror.root, mirror.marker.mirror, mirror.traits
    (root / MARKER_NAME).write_text("[" * 4000, encoding="utf-8")
    with pytest.raises(Refused, match="cannot be read as one"):
        open_mirror(root, marker, traits, writing=False)


@pytest.mark.parametrize("kind", ["folder", "link", "pipe", "socket"])
def test_a_marker_that_is_no_file_is_refused(mirror: LocalMirror, kind: str) -> None:
    """It is told as what it is, not as a disk that fails; what stands there stays."""
    root, number, traits = mirror.root, mirror.marker.mirror, mirror.traits
    marker = root / MARKER_NAME
    text = marker.read_bytes()
    marker.unlink()
    if kind == "folder":
        marker.mkdir()
    elif kind == "link":
        (root / "elsewhere").write_bytes(text)
        marker.symlink_to("elsewhere")
    elif kind == "pipe":
        os.mkfifo(marker)
    else:
        os.mknod(marker, stat.S_IFSOCK | 0o600)
    before = marker.lstat().st_ino
    with pytest.raises(Refused, match=r"the marker \S+ in that folder is no file"):
        open_mirror(root, number, traits, writing=False)
    with pytest.raises(Refused, match="is no file"):
        marker_at(root)
    assert marker.lstat().st_ino == before
