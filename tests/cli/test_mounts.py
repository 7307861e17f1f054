"""Where our mounts are, read from the kernel's table and our notes."""

from pathlib import Path

from photofs.cli.mounts import forget_mount, list_mounts, mount_of, note_mount
from photofs.cli.output import human_size, safe_text


def test_a_path_outside_every_mount_belongs_to_none(tmp_path: Path) -> None:
    """A plain folder is in no mount of ours."""
    assert mount_of(tmp_path / "a", {"HOME": str(tmp_path)}) is None


def test_a_note_without_a_mount_is_no_mount(tmp_path: Path) -> None:
    """The kernel's table decides: a note left behind by a crash shows nothing."""
    environ = {"HOME": str(tmp_path), "PHOTOFS_HOME": str(tmp_path / "home")}
    note_mount(str(tmp_path / "photos"), environ)
    assert str(tmp_path / "photos") not in [mount.point for mount in list_mounts(environ)]
    forget_mount(str(tmp_path / "photos"), environ)


def test_sizes_are_told_in_powers_of_a_thousand() -> None:
    """As file managers and disks' makers count."""
    assert [human_size(size) for size in (0, 999, 1500, 20_000_000_000)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "20.0 GB",
    ]


def test_a_title_cannot_steer_the_terminal() -> None:
    """Escape characters are printed as text."""
    assert safe_text("a\x1b[2Jb") == "a\\x1b[2Jb"
