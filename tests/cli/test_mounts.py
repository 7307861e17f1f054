"""Where our mounts are, read from the kernel's table and our notes."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from photofs.cli.mounts import forget_mount, list_mounts, mount_of, note_mount
from photofs.cli.output import human_age, human_size, own_name, safe_text, shell_word
from photofs.kernel.mount_notes import Mount, MountNotes
from tests.support.log_guard import ExpectLog


def test_a_path_outside_every_mount_belongs_to_none(tmp_path: Path) -> None:
    """A plain folder is in no mount of ours."""
    assert mount_of(tmp_path / "a", {"HOME": str(tmp_path)}) is None


def test_a_note_without_a_mount_is_no_mount(tmp_path: Path) -> None:
    """The kernel's table decides: a note left behind by a crash shows nothing."""
    environ = {"HOME": str(tmp_path), "PHOTOFS_HOME": str(tmp_path / "home")}
    note_mount(str(tmp_path / "photos"), environ)
    assert str(tmp_path / "photos") not in [mount.point for mount in list_mounts(environ)]
    forget_mount(str(tmp_path / "photos"), environ)


def test_a_mount_that_cannot_be_noted_is_no_less_a_mount(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    """On a disk that takes no note the log says so, and the mount goes on."""
    expect_log("cannot be noted: Not a directory")
    (tmp_path / "photofs").write_text("no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    note_mount(str(tmp_path / "photos"), {})
    forget_mount(str(tmp_path / "photos"), {})


def test_a_mount_whose_name_is_no_utf_8_is_a_mount(tmp_path: Path) -> None:
    """Whoever made it: a note is looked for at each mount of this machine, also for dead ones."""
    odd = os.fsdecode(b"/mnt/caf\xe9")
    notes = MountNotes(tmp_path / "notes")
    assert notes.read(odd) == Mount(odd, 0, None)
    notes.note(odd, "/home/ada")
    told = notes.read(odd)
    assert (told.point, told.pid, told.home) == (odd, os.getpid(), "/home/ada")
    notes.forget(odd)
    assert notes.read(odd).pid == 0


def test_a_note_is_taken_away_by_its_own_process_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is refused because the folder is mounted already leaves the note of who serves it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    point = str(tmp_path / "photos")
    note_mount(point, {})
    program = "import os, sys; from photofs.cli.mounts import forget_mount as forget\n"
    program += "forget(sys.argv[1], {})"
    another = [sys.executable, "-c", program, point]
    notes = tmp_path / "photofs" / "mounts"
    subprocess.run(another, check=True, timeout=60)
    assert len(list(notes.iterdir())) == 1
    forget_mount(point, {})
    assert not list(notes.iterdir())


def test_a_mount_point_of_any_bytes_is_noted(tmp_path: Path) -> None:
    """A folder that was named in another encoding is one like any other."""
    point = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    notes = MountNotes(tmp_path / "notes")
    notes.note(point, "home")
    assert notes.read(point)[:3] == (point, os.getpid(), "home")
    notes.forget(point)
    assert not [*(tmp_path / "notes").iterdir()]


def test_a_path_is_told_as_one_word_for_the_shell() -> None:
    """What is printed to be copied works with blanks and quotes in it."""
    assert shell_word("/home/ada/photos") == "/home/ada/photos"
    assert shlex.split(f"ls {shell_word('/a/Fotos für Ömi')}") == ["ls", "/a/Fotos für Ömi"]


def test_photofs_is_named_so_that_the_shell_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its path where it is not on the PATH, as after `make demo`; its name elsewhere."""
    beside = Path(sys.executable).with_name("photofs")
    monkeypatch.setenv("PATH", "/nowhere")
    assert own_name() == (str(beside) if beside.is_file() else "photofs")
    monkeypatch.setenv("PATH", str(beside.parent))
    assert own_name() == "photofs"


def test_sizes_are_told_in_powers_of_a_thousand() -> None:
    """As file managers and disks' makers count."""
    assert [human_size(size) for size in (0, 999, 1500, 20_000_000_000)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "20.0 GB",
    ]


def test_ages_are_told_in_units_that_people_use() -> None:
    """The largest unit of which two have passed."""
    told = [human_age(seconds) for seconds in (0, 119, 120, 7_199, 7_200, 172_799, 345_600)]
    assert told == [
        *("0 s ago", "119 s ago", "2 minutes ago", "119 minutes ago"),
        *("2 hours ago", "47 hours ago", "4 days ago"),
    ]


def test_a_title_cannot_steer_the_terminal() -> None:
    """Escape characters are printed as text."""
    assert safe_text("a\x1b[2Jb") == "a\\x1b[2Jb"


@pytest.mark.parametrize(
    "name",
    [
        "👩\u200d👩\u200d👧.jpg",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f.jpg",
        "❤\ufe0f\u200d🔥.jpg",
        "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.jpg",
        "Screenshot 1.02.03\u202fPM.png",
    ],
)
def test_a_name_can_be_pasted_back(name: str) -> None:
    """Joiners of emoji and scripts, flags' tags and blanks that are no ASCII are part of names."""
    assert safe_text(name) == name
    assert shlex.split(shell_word(name)) == [name]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\u202egpj.exe", "a\\x202egpj.exe"),
        ("a\u200db.jpg", "a\\x200db.jpg"),
        ("👩\u200d", "👩\\x200d"),
        ("\u200d👩", "\\x200d👩"),
        ("👩\u200d\u200d👩", "👩\\x200d\\x200d👩"),
        ("a\U000e0067", "a\\xe0067"),
        ("a\u2028b\u00ad\ufeff", "a\\x2028b\\xad\\xfeff"),
        ("\u2066x\u2069", "\\x2066x\\x2069"),
        ("\udc80", "\\xdc80"),
    ],
)
def test_what_hides_or_turns_text_round_is_shown(name: str, shown: str) -> None:
    """Overrides, separators of lines, and joiners and tags where they join nothing."""
    assert safe_text(name) == shown
