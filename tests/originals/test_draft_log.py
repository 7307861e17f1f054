"""A draft's log: torn, damaged, of another boot; what it forgets and what it must never invent."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofs.model.ranges import Ranges
from photofs.model.span import Span
from photofs.originals.draft import draft_files
from photofs.originals.draft_log import Notes
from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import DraftKey

KEY = DraftKey(1, "k")
Boot = Callable[[str], LocalDisk]


@pytest.fixture
def boot(tmp_path: Path) -> Boot:
    """The same store after the machine was booted under an id."""

    def booted(name: str) -> LocalDisk:
        return LocalDisk(
            tmp_path / "kept", tmp_path / "cache", limit=1 << 30, min_free=0, boot=name
        )

    return booted


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the log lies."""
    return draft_files(tmp_path / "cache" / "drafts", KEY).log


def present(store: LocalDisk) -> list[Span]:
    """What a new writer finds; it must agree with what a reader finds."""
    reader = store.read_draft(KEY)
    assert reader is not None
    with closing(reader):
        seen = list(reader.present)
    with closing(store.open_draft(KEY, None)) as draft:
        assert list(draft.present) == seen
    return seen


def test_what_was_written_counts_after_a_kill(boot: Boot) -> None:
    """In the same run of the kernel, unsynced ranges count: the page cache survives kill -9."""
    draft = boot("a").open_draft(KEY, 100)
    draft.write(10, b"x" * 20)
    draft.abandon()
    assert present(boot("a")) == [Span(10, 30)]


def test_what_was_not_synced_does_not_count_after_a_reboot(boot: Boot) -> None:
    """In another run of the kernel only ranges before the last sync count, and so ever after."""
    with closing(boot("a").open_draft(KEY, 100)) as draft:
        draft.set_validator("v")
        draft.write(0, b"x" * 20)
    later = boot("a").open_draft(KEY, None)
    later.write(50, b"y" * 20)
    later.abandon()

    assert present(boot("a")) == [Span(0, 20), Span(50, 70)]
    assert present(boot("b")) == [Span(0, 20)]
    assert present(boot("a")) == [Span(0, 20)]
    with closing(boot("c").open_draft(KEY, None)) as again:
        assert (again.size, again.validator) == (100, "v")


def test_bytes_after_a_reboot_are_synced_on_their_own(boot: Boot) -> None:
    """What a later run wrote and lost does not become trusted by an earlier run's sync."""
    with closing(boot("a").open_draft(KEY, 100)) as draft:
        draft.write(0, b"x" * 20)
    later = boot("b").open_draft(KEY, None)
    later.write(50, b"y" * 20)
    later.abandon()
    assert present(boot("c")) == [Span(0, 20)]


def test_a_rewritten_log_keeps_synced_and_unsynced_apart(boot: Boot) -> None:
    """Compaction must not turn unsynced ranges into synced ones."""
    with closing(boot("a").open_draft(KEY, 100_000)) as draft:
        draft.write(0, b"x" * 10)
    later = boot("a").open_draft(KEY, None)
    for offset in range(100, 20_000):
        later.write(offset, b"y")
    later.abandon()
    assert present(boot("a")) == [Span(0, 10), Span(100, 20_000)]
    assert present(boot("b")) == [Span(0, 10)]


@pytest.mark.parametrize("kept", range(0, 200, 7))
def test_a_torn_log_only_forgets(boot: Boot, log: Path, kept: int) -> None:
    """Cut anywhere, the log tells of a part of what was written, and writing goes on after it."""
    with closing(boot("a").open_draft(KEY, 100)) as draft:
        for offset in (0, 20, 40, 60):
            draft.write(offset, b"x" * 10)
    whole = log.read_bytes()
    log.write_bytes(whole[:kept])

    seen = present(boot("a"))
    assert seen == [Span(at, at + 10) for at in (0, 20, 40, 60)][: len(seen)]
    with closing(boot("a").open_draft(KEY, None)) as again:
        again.write(80, b"z")
    assert present(boot("a")) == [*seen, Span(80, 81)]


@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 60))
@settings(max_examples=60)
def test_a_damaged_log_never_invents_ranges(
    boot: Boot, log: Path, junk: bytes, at: int, cut: int
) -> None:
    """Whatever bytes are overwritten, only ranges that were written count, and nothing raises."""
    log.unlink(missing_ok=True)
    written = Ranges()
    with closing(boot("a").open_draft(KEY, 100)) as draft:
        for offset in (0, 20, 40, 60):
            draft.write(offset, b"x" * 10)
            written.add(Span(offset, offset + 10))
    whole = log.read_bytes()
    log.write_bytes(whole[:at] + junk + whole[at + cut :])

    assert all(written.has(span) for span in present(boot("a")))


def test_a_log_of_another_file_is_not_believed(boot: Boot, log: Path, tmp_path: Path) -> None:
    """A draft file put back from elsewhere, or shorter than its ranges, begins anew."""
    with closing(boot("a").open_draft(KEY, 100)) as draft:
        draft.write(0, b"x" * 10)
    part = log.with_suffix(".part")
    (tmp_path / "copy").write_bytes(part.read_bytes())
    (tmp_path / "copy").rename(part)
    assert present(boot("a")) == []

    with closing(boot("a").open_draft(KEY, 100)) as draft:
        draft.write(0, b"x" * 10)
    with part.open("r+b") as file:
        file.truncate(5)
    assert present(boot("a")) == []


def test_notes_survive_their_own_text() -> None:
    """to_bytes tells all: size, version, synced and unsynced ranges, fed in pieces of any size."""
    notes = Notes()
    notes.boot, notes.inode, notes.size, notes.validator = "b", 5, 900, "v 1"
    notes.synced = Ranges([Span(0, 10)])
    notes.present = Ranges([Span(0, 20), Span(30, 40)])
    text = notes.to_bytes()
    for step in (1, 7, len(text)):
        again = Notes()
        for start in range(0, len(text), step):
            again.feed(text[start : start + step])
        assert again.clean
        assert (again.boot, again.inode, again.size, again.validator) == ("b", 5, 900, "v 1")
        assert (again.present, again.synced) == (notes.present, notes.synced)


@given(st.binary(max_size=300))
def test_any_bytes_can_be_fed(data: bytes) -> None:
    """Random bytes teach nothing and raise nothing."""
    notes = Notes()
    notes.feed(data)
    assert not notes.present


def test_a_line_without_an_end_is_given_up() -> None:
    """A file of one endless line is damaged, not read into memory for ever."""
    notes = Notes()
    for _ in range(8):
        notes.feed(b"x" * (1 << 16))
    assert notes.damaged
