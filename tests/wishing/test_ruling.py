"""Rules over a library whose Trash is a hand's: what they wish, and by which proof."""

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path

import pytest
import trio

from photofs.catalog.port import SourceRow
from photofs.model.errors import NotAttached
from photofs.model.moment import Moment
from photofs.model.photo import Fidelity
from photofs.providers.port import Provider
from photofs.wishing.handing import Handing
from photofs.wishing.proof_disks import ProofDisks
from photofs.wishing.proof_mirrors import ProofMirrors
from photofs.wishing.recognising import MIRROR_NAME
from photofs.wishing.rule_facts import BUSY
from photofs.wishing.rule_running import UNPROVEN, carry_out
from photofs.wishing.ruling import Ruling
from tests.support.by_hand import shot
from tests.support.log_guard import ExpectLog
from tests.support.proven_by_hand import DATA, SHA256, Mirrored, rule
from tests.support.wished import SHELL


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Mirrored]:
    """The library."""
    mirrored = Mirrored(tmp_path)
    yield mirrored
    mirrored.catalog.close()


def test_what_is_proven_becomes_an_errand_with_its_proof(made: Mirrored) -> None:
    """The journal says which file, which hash, which mirror, of which record, read when."""
    told = made.run(rule())
    assert told["a.jpg"] == "wished"
    assert told["b.jpg"] == "no mirror has it"
    (row,) = made.catalog.errands_open(1)
    assert row.wish.details["rule"] == "r"
    proven = row.wish.details["proven"]
    assert isinstance(proven, dict)
    assert (proven["copy"], proven["sha256"]) == (made.copy, SHA256)
    made.by_hand.later()
    assert [each.operation_id for each in made.by_hand.hand_out()] == [row.operation_id]


def test_an_errand_of_a_rule_waits_while_its_proof_is_not_there(
    made: Mirrored, expect_log: ExpectLog
) -> None:
    """Its disk is away, or its file is another: no hand gets it; the disk is back: a hand does."""
    expect_log("errand 1 waits: the folder .* is not there")
    expect_log("errand 1 waits: a.jpg is not what it was")
    made.run(rule())
    made.by_hand.later()
    aside = made.mirror.rename(made.mirror.with_name("aside"))
    assert made.by_hand.hand_out() == []
    aside.rename(made.mirror)
    file = made.mirror / "a.jpg"
    file.chmod(0o600)
    file.write_bytes(DATA[::-1])
    assert made.by_hand.hand_out() == []
    file.unlink()
    (made.root / "source").rename(file)
    os.utime(file, ns=(0, 0))
    with made.ruling():
        row = made.catalog.copy(made.copy)
        assert row is not None
        status = file.stat()
        stamp = row.stamp._replace(inode=status.st_ino, ctime_ns=status.st_ctime_ns)
        made.catalog.note_read(made.copy, stamp, made.now_ns)
    assert len(made.by_hand.hand_out()) == 1


def test_an_errand_waits_for_no_disk_that_is_silent(made: Mirrored, expect_log: ExpectLog) -> None:
    """It is handed out once that answers again; who hands out goes on meanwhile."""
    expect_log("errand 1 waits: the disk of the mirror .* does not answer")
    made.run(rule())
    made.by_hand.later()
    disks, back = ProofDisks(0.2), threading.Event()
    (mirror,) = made.catalog.mirrors()
    with pytest.raises(NotAttached):
        disks.ask(mirror.mirror_id, mirror.root, back.wait)
    wishing = made.by_hand.wished.wishing
    rules = made.by_hand.rules
    handing = Handing(made.catalog, wishing, 1, lambda: rules, lambda: made.now_ns, disks)
    assert handing.ready(100) == []
    back.set()
    while disks.is_silent(mirror.mirror_id):
        back.wait()
    assert len(handing.ready(100)) == 1


def test_a_mirror_whose_word_cannot_be_read_proves_nothing_and_holds_no_rule_up(
    made: Mirrored,
) -> None:
    """Rules are looked at without it, and its folder is let go."""
    (made.mirror / MIRROR_NAME).symlink_to("elsewhere")  # is not followed
    assert made.run(rule())["a.jpg"] != "wished"
    opened = {str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()}
    assert str(made.mirror) not in opened


def test_facts_that_are_old_or_changed_here_are_no_ground(made: Mirrored) -> None:
    """Eight days later the export says too little; what was changed here was told by nobody."""
    made.by_hand.later(8 * 86_400 * 10**9)
    assert "older than the rule allows" in made.run(rule())["a.jpg"]
    made.by_hand.tell(*made.archived(made.now_ns))
    assert made.run(rule("archived = true, mirrored = true"))["a.jpg"] == "wished"


def test_a_copy_of_another_record_proves_nothing(made: Mirrored) -> None:
    """P8: the same mirror, the same hash, but it is noted as another photo's bytes."""
    other = made.by_hand.filed.ino("Dates/2019/2019-07/b.jpg") >> 1
    (origin,) = made.catalog.origins(other)
    with made.catalog.database.transaction():
        made.catalog.set_version(made.copy, "1", Fidelity.ORIGINAL, origin.observation_id)
    assert "belongs to another record" in made.run(rule())["a.jpg"]


def test_what_its_user_took_out_again_is_left(made: Mirrored) -> None:
    """By undo, at once; no rule puts it there a second time."""
    made.run(rule())
    made.by_hand.undo()
    assert "taken out" in made.run(rule())["a.jpg"]


def test_what_is_open_or_has_other_bytes_by_now_is_left(made: Mirrored) -> None:
    """A wish that its source has not told yet; a copy of the version before."""
    later = made.now_ns
    made.by_hand.tell(*(seen for seen in made.archived(later) if seen.remote_id != "a"))
    made.by_hand.tell(shot("a", later, archived=True, content_key="2"))
    assert "not of what it is now" in made.run(rule())["a.jpg"]
    ino = made.by_hand.filed.ino("Dates/2019/2019-07/b.jpg")
    made.by_hand.wished.wishing.set_attribute(ino, "user.xdg.comment", "hot", SHELL)
    assert made.run(rule())["b.jpg"] == BUSY


def test_a_proof_whose_row_is_gone_is_none(made: Mirrored) -> None:
    """What was to be read right before the wish cannot be: another copy does not stand in."""

    def nobody(_source: SourceRow) -> AbstractAsyncContextManager[Provider]:
        raise AssertionError

    with made.ruling() as ruling:
        found = ruling.plan(rule(), made.now_ns)
        with made.catalog.database.transaction():
            made.catalog.database.run("DELETE FROM mirrored")
        done = trio.run(carry_out, made.catalog, ruling, nobody, rule(), found, made.now_ns)
    assert (done.wished, dict(done.left)) == (0, {UNPROVEN: 1})


def test_a_clock_that_loses_most_of_each_hour_is_told_of(made: Mirrored) -> None:
    """One look may find it behind; the next ones are compared with the first, by both clocks."""
    hour, minute = 3_600 * 10**9, 60 * 10**9
    moments = iter(Moment(10**18 + each * minute, "boot", each * hour) for each in range(4))
    with closing(ProofMirrors(made.catalog, ProofDisks())) as mirrors:
        ruling = Ruling(made.catalog, made.by_hand.wished.wishing, lambda: next(moments), mirrors)
        troubles = [bool(ruling.time().trouble) for _ in range(4)]
    assert troubles == [False, False, True, True]
