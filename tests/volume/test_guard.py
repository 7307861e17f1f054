"""The guard over a volume: what is here is never asked about, and reads are told apart."""

import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing

from photofs.kernel.process import Caller
from photofs.model.errors import Guarded, PhotofsError
from photofs.model.guard import Told
from photofs.model.settings import Guard as Settings
from photofs.volume.guard import Guard, Surroundings
from photofs.volume.guard_notes import Words, note_told, read_told, read_words, write_words
from photofs.volume.guard_rules import GuardRules, standing_of
from photofs.volume.volume import Volume
from tests.support.fake_source import Faults, requests_of, set_faults
from tests.support.log_guard import ExpectLog
from tests.support.mirrored import add_mirror, run_once
from tests.support.stocked import Stock, engine_over, ino_of, picture, stock, volume_over
from tests.support.waiting import PATIENCE, wait_until

SETTINGS = Settings(known=2, others=3)
SIZE = 300_000
NAMES = [f"{number:02}.jpg" for number in range(12)]
LINE = "opens photos that are not on this disk"
ME = os.getpid()


def rules(settings: Settings = SETTINGS, words: Words | None = None) -> GuardRules:
    """Rules that no file changes."""
    return GuardRules(lambda: standing_of(settings, words or Words()), ())


@asynccontextmanager
async def guarded(
    made: Stock,
    name: str,
    *,
    local: bool = False,
    attached: bool = False,
    with_rules: GuardRules | None = None,
) -> AsyncIterator[tuple[Volume, list[Told]]]:
    """A volume whose opens are all by a program of that name, and what was told of it."""
    told: list[Told] = []

    def note(refused: list[Told]) -> None:
        assert threading.current_thread() is not threading.main_thread()
        told.extend(refused)

    async with engine_over(made) as (engine, catalog):
        volume = volume_over(made, catalog, engine)
        around = Surroundings(
            catalog,
            lambda _: local,
            lambda _: attached,
            note,
            lambda _: Caller((name,), 1),
            lambda: 0.0,
            PATIENCE,
        )
        volume.guard = Guard(with_rules or rules(), around)
        try:
            yield volume, told
        finally:
            volume.close()


async def look(volume: Volume, name: str, amount: int) -> bool:
    """Open a photo, read so much of it, close it; False if that is refused."""
    try:
        opened = await volume.open(ino_of(volume, f"Albums/Lake/{name}"), thread=ME)
    except Guarded:
        return False
    try:
        for offset in range(0, amount, 1 << 16):
            await volume.read(opened.number, offset, 1 << 16)
    finally:
        volume.release(opened.number)
    return True


def stocked(folder: Path) -> Stock:
    """Twelve photos, none of them here."""
    return stock(folder, {name: picture(at, SIZE) for at, name in enumerate(NAMES)})


async def test_heads_are_given_as_many_as_the_share(tmp_path: Path, expect_log: ExpectLog) -> None:
    """The next one is refused before its source is asked anything, with one line in the log."""
    expect_log(LINE)
    made = stocked(tmp_path / "stock")
    async with guarded(made, "script") as (volume, told):
        given = [await look(volume, name, 1000) for name in NAMES]
    assert given == [True] * 3 + [False] * 9
    assert {request[0] for request in requests_of(made.source)} <= set(NAMES[:3])
    wait_until(lambda: bool(told))
    assert told == [Told("script", False, 3, 1)]  # the others came within the same second
    assert len(expect_log.records) == 1


@pytest.mark.parametrize(
    ("name", "words"), [("Web Content", "'Web Content'"), ("-odd", "-- -odd"), ("exif", "exif")]
)
async def test_the_cure_can_be_pasted_into_a_shell(
    tmp_path: Path, expect_log: ExpectLog, name: str, words: str
) -> None:
    """Names of programs have blanks, and hyphens in front."""
    expect_log(f"`photofs guard allow {words}`")
    async with guarded(stocked(tmp_path / "stock"), name) as (volume, _):
        for each in NAMES[:3]:
            assert await look(volume, each, 1000)
        with pytest.raises(Guarded) as refused:
            await volume.open(ino_of(volume, f"Albums/Lake/{NAMES[3]}"), thread=ME)
    assert f"`photofs guard allow {words}`" in refused.value.remedy


async def test_a_program_is_guarded_whatever_bytes_name_it(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """A script with a name of another encoding: it is allowed by the name that is told of it."""
    expect_log(r"caf\? opens photos")
    made, odd = stocked(tmp_path / "stock"), os.fsdecode(b"caf\xe9")
    async with guarded(made, odd) as (volume, told):
        assert [await look(volume, name, 1000) for name in NAMES] == [True] * 3 + [False] * 9
    wait_until(lambda: bool(told))
    allowed = rules(SETTINGS, Words(allowed=(told[0].name,)))
    async with guarded(made, odd, with_rules=allowed) as (volume, _):
        assert all([await look(volume, name, 1000) for name in NAMES])


async def test_whole_reads_are_never_refused(tmp_path: Path) -> None:
    """Twelve photos by a program whose share is three."""
    async with guarded(stocked(tmp_path / "stock"), "script") as (volume, _):
        assert all([await look(volume, name, SIZE) for name in NAMES])


async def test_a_known_drawer_has_its_share_whatever_it_reads(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """And the log says that it is known."""
    expect_log("known to draw or index")
    async with guarded(stocked(tmp_path / "stock"), "tumblerd") as (volume, _):
        assert [await look(volume, name, SIZE) for name in NAMES] == [True] * 2 + [False] * 10


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("cp", SETTINGS, Words()),
        ("script", Settings(known=2, others=3, drawers=("script",), free=("script",)), Words()),
        ("script", SETTINGS, Words(allowed=("script",))),
        ("tumblerd", SETTINGS, Words(allowed=("tumblerd",))),
        ("script", SETTINGS, Words(on=False)),
        ("script", Settings(known=2, others=3, on=False), Words()),
    ],
)
async def test_who_is_free_is_not_counted(
    tmp_path: Path, name: str, settings: Settings, words: Words
) -> None:
    """By the list of copiers, by a word of the user, or because the guard is off."""
    made = stocked(tmp_path / "stock")
    async with guarded(made, name, with_rules=rules(settings, words)) as (volume, _):
        assert all([await look(volume, each, 1000) for each in NAMES])


async def test_a_user_s_word_on_a_copier_counts(tmp_path: Path, expect_log: ExpectLog) -> None:
    """`cp` is free unless config.toml calls it a drawer."""
    expect_log(LINE)
    made = stocked(tmp_path / "stock")
    settings = Settings(known=2, others=3, drawers=("cp",))
    async with guarded(made, "cp", with_rules=rules(settings)) as (volume, _):
        assert [await look(volume, each, SIZE) for each in NAMES] == [True] * 2 + [False] * 10


async def test_bytes_of_an_export_on_this_disk_are_not_guarded(tmp_path: Path) -> None:
    """No service is asked for them."""
    async with guarded(stocked(tmp_path / "stock"), "tumblerd", local=True) as (volume, _):
        assert all([await look(volume, name, 1000) for name in NAMES])


@pytest.mark.parametrize("attached", [True, False])
async def test_a_mirror_s_bytes_are_not_guarded_while_it_is_attached(
    tmp_path: Path, expect_log: ExpectLog, *, attached: bool
) -> None:
    """No service is asked for them then; while it is away, one is."""
    if not attached:
        expect_log(LINE)
    made = stocked(tmp_path / "stock")
    await run_once(made, add_mirror(made, tmp_path / "nas"))
    assert list(made.store().sealed()) == []
    async with guarded(made, "tumblerd", attached=attached) as (volume, _):
        given = [await look(volume, name, 1000) for name in NAMES]
    assert given == ([True] * 12 if attached else [True] * 2 + [False] * 10)


async def test_what_is_sealed_is_not_guarded(tmp_path: Path, expect_log: ExpectLog) -> None:
    """Neither by who has its share left nor by who has not."""
    expect_log(LINE)
    made = stocked(tmp_path / "stock")
    async with engine_over(made) as (engine, _):
        for photo in range(1, 9):
            await engine.whole(photo)
    async with guarded(made, "tumblerd") as (volume, _):
        given = [await look(volume, name, 1000) for name in NAMES]
        assert given == [True] * 10 + [False] * 2
        assert all([await look(volume, name, 1000) for name in NAMES[:8]])


async def test_what_cannot_be_opened_costs_no_share(tmp_path: Path, expect_log: ExpectLog) -> None:
    """The source is down, and a size is not known: that is told, and no refusal."""
    expect_log("the host cannot be reached")
    made = stock(tmp_path / "stock", {name: picture(1, SIZE) for name in NAMES}, sizes_told=False)
    set_faults(made.source, Faults(down=True))
    async with guarded(made, "tumblerd") as (volume, _):
        for name in NAMES[:4]:
            with pytest.raises(PhotofsError) as raised:
                await volume.open(ino_of(volume, f"Albums/Lake/{name}"), thread=ME)
            assert not isinstance(raised.value, Guarded)


async def test_a_process_that_hangs_holds_up_nobody_else(tmp_path: Path) -> None:
    """Who opens is asked in a thread: others open photos meanwhile, and it gets its own in time."""
    made, hung = stocked(tmp_path / "stock"), threading.Event()

    def caller(thread: int) -> Caller | None:
        assert threading.current_thread() is not threading.main_thread()
        if thread == ME:
            hung.wait(PATIENCE)
        return Caller(("cp",), 1)

    async with engine_over(made) as (engine, catalog):
        volume = volume_over(made, catalog, engine)
        nowhere = (lambda _: False, lambda _: False)
        around = Surroundings(catalog, *nowhere, lambda _: None, caller, patience=2.0)
        volume.guard = Guard(rules(), around)
        ended: list[int] = []

        async def open_by(thread: int, name: str) -> None:
            opened = await volume.open(ino_of(volume, f"Albums/Lake/{name}"), thread=thread)
            volume.release(opened.number)
            ended.append(thread)

        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(open_by, ME, NAMES[0])
                await trio.testing.wait_all_tasks_blocked()
                nursery.start_soon(open_by, ME + 1, NAMES[1])
            assert sorted(ended) == [ME, ME + 1]
        finally:
            hung.set()
            volume.close()


async def test_a_refusal_is_one_where_no_thread_is_to_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    """It is not noted then; the next one is, once there is a thread."""
    expect_log("script opens photos")

    def refuse(_call: object, _deliver: object) -> None:
        raise RuntimeError("can't start new thread")

    async with guarded(stocked(tmp_path / "stock"), "script") as (volume, told):
        with monkeypatch.context() as patch:
            patch.setattr(trio.lowlevel, "start_thread_soon", refuse)
            assert [await look(volume, name, 1000) for name in NAMES[:4]] == [True] * 3 + [False]
        assert told == []
        assert not await look(volume, NAMES[4], 1000)
        wait_until(lambda: bool(told))


async def test_who_cannot_be_told_is_not_guarded(tmp_path: Path) -> None:
    """A request of the kernel's own, or of another world of processes, has no number."""
    async with guarded(stocked(tmp_path / "stock"), "tumblerd") as (volume, _):
        for name in NAMES:
            volume.release((await volume.open(ino_of(volume, f"Albums/Lake/{name}"))).number)


def test_words_and_notes_are_kept_in_files(tmp_path: Path) -> None:
    """What was said is read again; what this process refused, too, for it runs."""
    path = tmp_path / "config" / "guard.json"
    assert read_words(path) == Words()
    write_words(path, Words(on=False, allowed=("a b",)))
    assert read_words(path) == Words(on=False, allowed=("a b",))
    note_told(tmp_path / "guard", [Told("x", True, 1, 2)])
    assert read_told(tmp_path / "guard") == [Told("x", True, 1, 2)]


def test_the_note_of_a_mount_that_ended_is_removed(tmp_path: Path) -> None:
    """It tells of nothing that is so."""
    note_told(tmp_path, [Told("x", True, 1, 2)])
    (note,) = tmp_path.iterdir()
    note.write_text(note.read_text().replace('"started":', '"started":1'))
    assert read_told(tmp_path) == []
    assert not note.exists()


def test_words_that_cannot_be_read_are_refused_with_their_file(tmp_path: Path) -> None:
    """Nothing is guessed of them."""
    path = tmp_path / "guard.json"
    path.write_text("{")
    with pytest.raises(PhotofsError, match=r"guard\.json"):
        read_words(path)


def test_rules_follow_their_file(tmp_path: Path, expect_log: ExpectLog) -> None:
    """Looked at once a second at most; a spoilt file leaves them as they were."""
    expect_log("the guard goes on as before")
    path, now = tmp_path / "guard.json", [0.0]
    found = GuardRules(lambda: standing_of(SETTINGS, read_words(path)), (path,), lambda: now[0])
    assert found.now().on
    write_words(path, Words(on=False))
    assert found.now().on
    now[0] += 1.0
    assert not found.now().on
    path.write_text("{")
    now[0] += 1.0
    assert not found.now().on
    write_words(path, Words(on=True))
    now[0] += 1.0
    assert found.now().on
