"""Deleting for good: only what is in Trash, of one source, and proven to be here."""

from collections.abc import Callable
from pathlib import Path

import pytest

from photofs.catalog.journal import OperationRow
from photofs.model.errors import NotFound, Refused
from photofs.model.photo import Fidelity
from photofs.originals.port import Room
from photofs.wishing.deleting import Proven, doubt, proof_of, to_delete
from tests.support.filed import photo
from tests.support.wished import EVERYTHING, SHELL, Wished

DAY = "Dates/2019/2019-07"
HASH = "e" * 64


class Originals:
    """A store that has one original in Kept, right or damaged, or none."""

    def __init__(self, *, right: bool | None = True) -> None:
        """`right`: None for no original at all."""
        self.right = right

    def has_sealed(self, sha256: str) -> Room | None:
        """Where it lies."""
        return Room.KEPT if sha256 == HASH and self.right is not None else None

    def verify(self, sha256: str, *, room: Room | None = None, set_aside: bool = True) -> bool:
        """Whether it is whole; only a look at Kept that changes nothing counts."""
        assert (sha256, room, set_aside) == (HASH, Room.KEPT, False)
        if self.right is None:
            raise NotFound("it is not here")
        return self.right


def binned(wished: Wished) -> int:
    """The photo a, in Trash, its original known."""
    number = wished.filed.photo_id("a")
    wished.catalog.sealed(number, "1", HASH, 10)
    wished.unlink(f"{DAY}/a.jpg")
    wished.send_all()
    return number


def deletion(wished: Wished, number: int) -> OperationRow:
    """Its deletion, wished."""
    proven = to_delete(wished.catalog, number)
    assert isinstance(proven, Proven)
    assert wished.wishing.delete([proven], SHELL, "file") == [proven]
    (row,) = wished.catalog.open_operations()
    return row


def other_bytes(wished: Wished, _: int) -> None:
    """The service has another version."""
    wished.filed.scan(photo("a", favorite=False, content_key="2"), full=False)


def a_preview(wished: Wished, _: int) -> None:
    """What the service gives back is not the original."""
    wished.filed.scan(photo("a", favorite=False, fidelity=Fidelity.PREVIEW), full=False)


def restored(wished: Wished, number: int) -> None:
    """Its user took it out of Trash."""
    wished.wishing.restore([number], SHELL)


def two_sources(wished: Wished, number: int) -> None:
    """The same photo was told under another id."""
    with wished.wishing.change():
        told = wished.catalog.observation(wished.filed.source_id, "a")
        assert told is not None
        source = wished.filed.source_id
        wished.catalog.add_observation(source, "other", number, 1, 1, told.seen)


@pytest.mark.parametrize("change", [other_bytes, a_preview, restored, two_sources])
def test_what_changes_after_the_wish_keeps_it_from_being_sent(
    wished: Wished, change: Callable[[Wished, int], None]
) -> None:
    """The agent asks again before it sends; nothing is deleted on yesterday's proof."""
    number = binned(wished)
    row = deletion(wished, number)
    assert isinstance(proof_of(wished.catalog, row), Proven)
    change(wished, number)
    assert isinstance(proof_of(wished.catalog, row), str)


@pytest.mark.parametrize("right", [False, None])
def test_a_damaged_or_absent_original_objects(*, right: bool | None) -> None:
    """The bytes themselves are read again."""
    assert doubt(Originals(), HASH) == ""
    assert doubt(Originals(right=right), HASH) != ""


@pytest.mark.parametrize(
    ("remote_id", "why"), [("b", "not in Trash"), ("c", "not in Trash"), ("d", "still to be sent")]
)
def test_only_what_lies_in_trash_and_was_sent_there_is_proven(
    wished: Wished, remote_id: str, why: str
) -> None:
    """A removal within its grace, or held, is no word for a deletion."""
    wished.catalog.sealed(wished.filed.photo_id("d"), "1", HASH, 10)
    wished.unlink(f"{DAY}/d.jpg")
    assert why in str(to_delete(wished.catalog, wished.filed.photo_id(remote_id)))


def test_a_photo_never_fetched_is_not_proven(wished: Wished) -> None:
    """Its bytes were never seen here."""
    wished.unlink(f"{DAY}/d.jpg")
    wished.send_all()
    assert "not fetched" in str(to_delete(wished.catalog, wished.filed.photo_id("d")))


def test_a_login_that_may_not_delete_is_told_so(tmp_path: Path) -> None:
    """Nothing is wished then."""
    can = tuple(each for each in EVERYTHING if each != "delete")
    wished = Wished(tmp_path / "other.db", can=can)
    wished.filed.scan(photo("a", favorite=False), photo("b", favorite=False))
    proven = to_delete(wished.catalog, binned(wished))
    assert isinstance(proven, Proven)
    with pytest.raises(Refused, match="this login"):
        wished.wishing.delete([proven], SHELL, "file")
    assert wished.open_verbs() == []
    wished.catalog.close()


def test_what_was_deleted_never_comes_back_with_a_scan(wished: Wished) -> None:
    """It is remembered for ever, and out of the tree; undo says what to do instead."""
    number = binned(wished)
    wished.send(deletion(wished, number))
    for day in "12":
        wished.filed.scan(photo("a", favorite=False, tags=(day,)), full=False)
    assert not [path for path in wished.files() if path.endswith("a.jpg")]
    undone = wished.wishing.undo(wished.catalog.actions(1)[0].action_id, SHELL)
    assert "--deleted" in undone.left[0]
