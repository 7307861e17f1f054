"""kill -9 of a mount between any two of its calls that change something, while a program writes.

The program makes albums, brings files in by several ways, renames, links, removes, overwrites and
marks. After the next start each of its calls that was answered holds, and the one that was not is
wholly there or not at all. Then it goes on where it was, or not; and what is sent is what is shown,
each photo once, at a service that ignores dedup_check.
"""

import random
import shutil
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.support.disks import PowerDisk, why_no_mounts
from tests.support.last_call import LastCall
from tests.support.step_world import WITHIN, Begun, Look, World, record, steps

pytestmark = [pytest.mark.mount, pytest.mark.timeout(600)]

SEED = 20261121
PARTS = 16
STEPS = steps()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The library, and what it looks like after each step."""
    world = World(tmp_path_factory.mktemp("world"))
    record(world, tmp_path_factory.mktemp("golden"))
    return world


@pytest.fixture(scope="module")
def calls(world: World, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The calls that a mount makes when nobody kills it."""
    folder = tmp_path_factory.mktemp("counted")
    with world.begun(folder) as begun:
        last_call = LastCall(folder / "control")
        last_call.watch(begun.begin(last_call))
        assert begun.walk() == len(STEPS), begun.log
        last_call.unwatch()
        return last_call.made


def dies(begun: Begun, nth: int, disk: PowerDisk | None = None) -> int:
    """Walk until the mount is killed before that call; how many steps were answered.

    `disk`: whose power is cut then. A mount that makes fewer calls this time is ended instead, or
    the power is cut after the last of them.
    """
    last_call = LastCall(begun.folder / "control")
    last_call.watch(begun.begin(last_call), last=nth, disk=disk.root if disk else None)
    answered = begun.walk()
    last_call.unwatch()
    in_time = len(last_call.made) >= nth
    if disk is not None:
        if not in_time:
            disk.cut_power()
        begun.lose_power()
        begun.bury()
        disk.replug()
    elif in_time:
        begun.bury()
    else:
        begun.end()
    return answered


def reached(begun: Begun, answered: int, *, cut: bool = False) -> int:
    """Mount again; how many steps there are: those answered, or one more.

    After a cut a file that was not closed since may be as it was before it was opened.
    """
    begun.begin()
    found, golden = begun.look(), begun.world.golden
    for there in (answered, min(answered + 1, len(STEPS))):
        step = STEPS[there - 1] if there else None
        if found.fits(golden[there], step, golden[step.again] if step and cut else None):
            return there
    after = golden[min(answered + 1, len(STEPS))]
    raise AssertionError(differences(found, golden[answered], after))


def differences(found: Look, before: Look, after: Look) -> str:
    """For people."""
    lines = []
    for what, other in (("before", before), ("after", after)):
        names = sorted(found.tree.keys() | other.tree.keys())
        pairs = [(name, found.tree.get(name), other.tree.get(name)) for name in names]
        lines += [f"{what}: {name}: {one} != {two}" for name, one, two in pairs if one != two]
        lines.append(f"{what}: {found.wishes} | {other.wishes}")
    return "\n".join(lines)


def goes_on(begun: Begun, there: int) -> None:
    """The user does the rest, beginning anew with a file that was being written."""
    if there < len(STEPS):
        assert begun.walk(STEPS[there].again) == len(STEPS)
    assert begun.look_twice() == begun.world.golden[-1]


def is_sent(begun: Begun) -> None:
    """What is sent is what is shown, once."""
    begun.send()
    until = time.monotonic() + WITHIN
    while why := begun.is_as_shown():
        assert time.monotonic() < until, why
        time.sleep(0.05)
    assert begun.problems() == []


def survives(world: World, folder: Path, nth: int, *, go_on: bool) -> None:
    """One death, and what comes after it."""
    with world.begun(folder) as begun:
        there = reached(begun, dies(begun, nth))
        if go_on:
            goes_on(begun, there)
        is_sent(begun)
        if go_on:
            assert begun.service() == world.sent


def deaths(
    moments: Sequence[int], survives: Callable[..., None], folder: Path
) -> dict[int, Exception]:
    """Die at all these moments, in turns going on after it or not; what did not end well."""
    wrong: dict[int, Exception] = {}
    for nth in moments:
        try:
            survives(folder / str(nth), nth, go_on=nth % 2 == 0)
        except Exception as error:  # noqa: BLE001 - the other moments are to be walked all the same
            wrong[nth] = error
        else:
            shutil.rmtree(folder / str(nth))
    return wrong


def cuts(calls: list[str]) -> list[int]:
    """Before and after each call that brings something to the disk: in between nothing gets there.

    And before each answer.
    """
    synced = [nth for nth, name in enumerate(calls, 1) if name in {"fsync", "fdatasync"}]
    answered = [nth for nth, name in enumerate(calls, 1) if name == "writev"]
    return sorted({*synced, *(nth + 1 for nth in synced), *answered})


def survives_a_cut(world: World, folder: Path, nth: int, *, go_on: bool) -> None:
    """The same for the power of the disk under all that photofs keeps."""
    folder.mkdir()
    disk = PowerDisk(folder / "power")
    disk.mount()
    try:
        with world.begun(folder, disk.root) as begun:
            disk.sync()
            there = reached(begun, dies(begun, nth, disk), cut=True)
            if go_on:
                goes_on(begun, there)
            is_sent(begun)
    finally:
        disk.pull()


@pytest.mark.soak
@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts())
def test_p1_p3_a_power_cut_while_a_program_writes_takes_nothing_that_was_answered(
    world: World, calls: list[str], tmp_path: Path
) -> None:
    """P1, P3: a seeded sample of moments; wishes and names are as durable as bytes."""
    for nth in random.Random(SEED).sample(cuts(calls), 3):
        survives_a_cut(world, tmp_path / str(nth), nth, go_on=nth % 2 == 0)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts())
@pytest.mark.parametrize("part", range(PARTS))
def test_p1_p3_a_power_cut_at_any_call_takes_nothing_that_was_answered(
    world: World, calls: list[str], tmp_path: Path, part: int
) -> None:
    """P1, P3: all such moments; in parts, for time."""
    assert deaths(cuts(calls)[part::PARTS], partial(survives_a_cut, world), tmp_path) == {}


def test_p1_p3_a_mount_killed_while_a_program_writes_keeps_what_it_answered(
    world: World, calls: list[str], tmp_path: Path
) -> None:
    """P1, P3: a seeded sample of moments."""
    for nth in random.Random(SEED).sample(range(1, len(calls) + 1), 4):
        survives(world, tmp_path / str(nth), nth, go_on=nth % 2 == 0)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(PARTS))
def test_p1_p3_a_mount_killed_at_any_call_keeps_what_it_answered(
    world: World, calls: list[str], tmp_path: Path, part: int
) -> None:
    """P1, P3: all moments, with and without a program that goes on; in parts, for time."""
    assert deaths(range(1 + part, len(calls) + 1, PARTS), partial(survives, world), tmp_path) == {}
