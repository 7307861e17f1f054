"""A source's small notes: kept as JSON, in a file of their own, and expendable."""

import pickle
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from photofs.catalog.small_state import open_small_state
from photofs.model.errors import Full, Refused, StoreError
from tests.support.disks import fill, small_disk, why_no_mounts
from tests.support.log_guard import ExpectLog


def test_notes_survive_a_restart(tmp_path: Path) -> None:
    """What was noted is there again, exactly; what was not is None."""
    with closing(open_small_state(tmp_path / "1.sqlite")) as state:
        state.put("cursor", {"page": 3, "seen": ["ä", None, 1.5]})
    with closing(open_small_state(tmp_path / "1.sqlite")) as state:
        assert state.get("cursor") == {"page": 3, "seen": ["ä", None, 1.5]}
        assert state.get("nothing") is None


def test_what_is_dropped_is_gone_for_good(tmp_path: Path) -> None:
    """After a restart as well; the others stay, and what was never noted may be dropped, too."""
    with closing(open_small_state(tmp_path / "1.sqlite")) as state:
        state.put_all({"one": 1, "two": 2})
        state.drop("one")
        state.drop("nothing")
        assert state.get("one") is None
    with closing(open_small_state(tmp_path / "1.sqlite")) as state:
        assert (state.get("one"), state.get("two")) == (None, 2)


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    """Losing the notes costs only time; the damaged file is set aside."""
    path = tmp_path / "1.sqlite"
    path.write_bytes(content)
    with closing(open_small_state(path)) as state:
        assert state.get("cursor") is None
        state.put("cursor", 1)
        assert state.get("cursor") == 1


def test_a_pickle_in_the_file_is_never_run(tmp_path: Path) -> None:
    """Values are JSON; a crafted one is set aside with its file, not decoded."""
    path, witness = tmp_path / "1.sqlite", tmp_path / "witness"

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (str(witness),))

    open_small_state(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO note VALUES ('cursor', ?)", (pickle.dumps(Evil()),))
        connection.commit()
    with closing(open_small_state(path)) as state:
        assert state.get("cursor") is None
    assert not witness.exists()


def test_the_catalog_is_never_opened_as_notes(tmp_path: Path) -> None:
    """A file that is not named as notes are is refused, and not touched."""
    with pytest.raises(Refused):
        open_small_state(tmp_path / "catalog.db")
    assert not (tmp_path / "catalog.db").exists()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A sentence of ours, not sqlitedict's."""
    with pytest.raises(StoreError):
        open_small_state(tmp_path / "nowhere" / "1.sqlite")


def test_a_full_disk_is_told_at_each_step_and_nothing_hangs(
    tmp_path: Path, expect_log: ExpectLog, capfd: pytest.CaptureFixture[str]
) -> None:
    """Full, at opening and at noting; what was noted stays, and with room notes are taken again."""
    if why := why_no_mounts():
        pytest.skip(why)
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        filler = fill(disk)
        with pytest.raises(Full):
            open_small_state(disk / "1.sqlite")
        filler.unlink()
        with closing(open_small_state(disk / "1.sqlite")) as state:
            state.put("cursor", 1)
            filler = fill(disk)
            with pytest.raises(Full):
                state.put("cursor", "2" * 100_000)
            assert state.get("cursor") == 1
            filler.unlink()
            state.put("cursor", 3)
        with closing(open_small_state(disk / "1.sqlite")) as state:
            assert state.get("cursor") == 3
    assert expect_log.lines == []
    assert capfd.readouterr().err == ""
