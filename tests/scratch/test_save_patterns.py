"""How common programs save: real ones, natively and in Scratch."""

import os
import shutil
import sqlite3
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.support.stocked import picture

pytestmark = pytest.mark.mount


def run(*command: str | Path, folder: Path) -> str:
    """A real program's output; it must succeed."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def program(name: str) -> str:
    """A program that these tests drive where it is installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def test_sed_in_place_keeps_mode_and_changes_text(ground: Path) -> None:
    """A temporary file beside it, its mode copied, renamed over it."""
    file = ground / "notes.txt"
    file.write_text("one two\n")
    file.chmod(0o640)
    run("sed", "-i", "s/two/three/", file, folder=ground)
    assert file.read_text() == "one three\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(ground) == ["notes.txt"]


def test_vim_saves_with_swap_backup_and_rename(ground: Path) -> None:
    """Both ways of keeping a backup leave the text and no litter."""
    for way in ("yes", "no"):
        (ground / "notes.txt").write_text("one\n")
        settings = f"set backup backupskip= backupcopy={way} swapfile"
        commands = ["-c", settings, "-c", "normal Atwo", "-c", "wq"]
        run(program("vim"), "-es", "-u", "NONE", *commands, "notes.txt", folder=ground)
        assert (ground / "notes.txt").read_text() == "onetwo\n"
        assert (ground / "notes.txt~").read_text() == "one\n"
        assert len(os.listdir(ground)) == 2


def test_exiftool_writes_a_tag_into_a_picture(ground: Path) -> None:
    """With the original kept as _original, and without."""
    from PIL import Image

    file = ground / "a.jpg"
    Image.new("RGB", (16, 16)).save(file)
    before = file.read_bytes()
    run("exiftool", "-Artist=Ada", "a.jpg", folder=ground)
    assert (ground / "a.jpg_original").read_bytes() == before
    run("exiftool", "-overwrite_original", "-Artist=Bob", "a.jpg", folder=ground)
    assert run("exiftool", "-s3", "-Artist", "a.jpg", folder=ground) == "Bob\n"
    assert sorted(os.listdir(ground)) == ["a.jpg", "a.jpg_original"]


def test_zip_makes_updates_and_deletes_from_an_archive(ground: Path) -> None:
    """It writes a temporary archive and renames it."""
    (ground / "a.txt").write_text("a")
    (ground / "b.txt").write_text("b")
    zip_program = program("zip")
    run(zip_program, "-q", "x.zip", "a.txt", folder=ground)
    run(zip_program, "-q", "x.zip", "b.txt", folder=ground)
    run(zip_program, "-q", "-d", "x.zip", "a.txt", folder=ground)
    run(zip_program, "-q", "-T", "x.zip", folder=ground)
    assert sorted(os.listdir(ground)) == ["a.txt", "b.txt", "x.zip"]


def test_git_keeps_a_repository(ground: Path) -> None:
    """Made, committed to, branched, packed and checked."""
    git = [program("git"), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    run(*git, "init", "-q", ".", folder=ground)
    for number in range(5):
        (ground / f"{number}.txt").write_text(f"{number}\n" * 100)
        run(*git, "add", ".", folder=ground)
        run(*git, "commit", "-q", "-m", f"Add {number}", folder=ground)
    run(*git, "checkout", "-q", "-b", "other", "HEAD~2", folder=ground)
    assert not (ground / "4.txt").exists()
    run(*git, "checkout", "-q", "-", folder=ground)
    run(*git, "gc", "-q", folder=ground)
    run(*git, "fsck", "--strict", folder=ground)
    assert run(*git, "status", "--porcelain", folder=ground) == ""


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_sqlite_keeps_a_database(ground: Path, journal: str) -> None:
    """With a shared mapping for its log, and with a journal beside it."""
    with sqlite3.connect(ground / "x.db") as database:
        assert database.execute(f"PRAGMA journal_mode = {journal}").fetchone() == (journal,)
        database.execute("CREATE TABLE t(x)")
        database.executemany("INSERT INTO t VALUES (?)", [(str(n) * 100,) for n in range(1000)])
        database.commit()
        with sqlite3.connect(ground / "x.db") as other:
            assert other.execute("SELECT count(*) FROM t").fetchone() == (1000,)
            assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        other.close()
    database.close()


def test_rsync_tar_and_cp_bring_a_tree_in_with_all_it_has(ground: Path, tmp_path: Path) -> None:
    """Times, modes, links, pipes, attributes; a second rsync has nothing to do."""
    tree = tmp_path / "tree"
    (tree / "deep" / "deeper").mkdir(parents=True)
    (tree / "a.jpg").write_bytes(picture(1, 200_000))
    os.link(tree / "a.jpg", tree / "deep" / "b.jpg")
    (tree / "deep" / "link").symlink_to("../a.jpg")
    os.mkfifo(tree / "deep" / "deeper" / "pipe", 0o600)
    (tree / "a.jpg").chmod(0o4750)
    os.setxattr(tree / "a.jpg", "user.x", b"y")
    os.utime(tree / "deep" / "deeper", ns=(1, 1_234_567_890_123_456_789))
    run("rsync", "-aHX", f"{tree}/", ground / "by-rsync/", folder=tmp_path)
    run("cp", "-a", tree, ground / "by-cp", folder=tmp_path)
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        archive.add(tree, "by-tar")
    run("tar", "-xpf", tmp_path / "x.tar", folder=ground)
    for way in ("by-rsync", "by-cp", "by-tar"):
        told = run("rsync", "-aHni", "--delete", f"{tree}/", ground / f"{way}/", folder=tmp_path)
        assert told == ""
    assert os.getxattr(ground / "by-cp" / "a.jpg", "user.x") == b"y"
    assert (ground / "by-rsync" / "a.jpg").stat().st_nlink == 2


def test_an_office_program_saves_by_lock_temporary_file_and_rename(ground: Path) -> None:
    """A lock file, a copy as backup, a new file synced and renamed over the old one."""
    document = ground / "letter.odt"
    document.write_bytes(b"first")
    lock = ground / ".~lock.letter.odt#"
    lock_fd = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    shutil.copy2(document, ground / "letter.bak")
    fd = os.open(ground / "lu12.tmp", os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    os.write(fd, b"second")
    os.fsync(fd)
    os.fchmod(fd, document.stat().st_mode)
    os.close(fd)
    (ground / "lu12.tmp").replace(document)
    folder = os.open(ground, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    os.close(lock_fd)
    lock.unlink()
    assert document.read_bytes() == b"second"
    assert sorted(os.listdir(ground)) == ["letter.bak", "letter.odt"]
