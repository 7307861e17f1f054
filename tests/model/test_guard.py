"""Which opens the guard gives and which it refuses, on any trace of them."""

import os
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.model.guard import (
    HEAD,
    PHOTOS,
    PROGRAMS,
    QUIET_S,
    Accounts,
    Caller,
    Leave,
    Reading,
    Share,
    short_names,
)

SHARE = Share(known=10, others=30, refill_s=600.0)
LARGE = 4 * HEAD
SCRIPT = Caller("script 1", "script", known=False)
TUMBLER = Caller("tumblerd", "tumblerd", known=True)


def read(size: int, amount: int) -> Reading:
    """The first so many bytes of a photo of that size."""
    reading = Reading(size)
    for offset in range(0, min(amount, size), 1 << 17):
        reading.note(offset, min(1 << 17, amount - offset, size - offset))
    return reading


@dataclass
class Desk:
    """A guard, and a clock that the test moves."""

    accounts: Accounts = field(default_factory=lambda: Accounts(SHARE))
    now: float = 0.0

    def open(self, caller: Caller, photo: int, amount: int, size: int = LARGE) -> bool:
        """Open a photo, read so much of it and close it, in 10 ms; whether it was given."""
        self.now += 0.01
        leave = self.accounts.ask(caller, photo, self.now)
        if leave is not None:
            self.accounts.settle(leave, read(size, amount), self.now)
        return leave is not None

    def heads(self, caller: Caller, photos: range) -> int:
        """Read the heads of photos; how many opens were given."""
        return sum(self.open(caller, photo, 65_536) for photo in photos)

    def copies(self, caller: Caller, photos: range, size: int = LARGE) -> int:
        """Read photos to their ends; how many opens were given."""
        return sum(self.open(caller, photo, size, size) for photo in photos)


@pytest.mark.parametrize(("caller", "share"), [(SCRIPT, 30), (TUMBLER, 10)])
def test_heads_of_five_thousand_photos_cost_no_more_than_the_share(
    caller: Caller, share: int
) -> None:
    """Read without a pause, but for what refills in the 50 seconds that it takes."""
    assert share <= Desk().heads(caller, range(5000)) <= share + 3


@pytest.mark.parametrize("size", [1, 1000, HEAD, HEAD + 1, LARGE])
def test_a_copy_of_any_length_is_never_refused(size: int) -> None:
    """Of photos of any size, a large number of them."""
    assert Desk().copies(SCRIPT, range(3000), size) == 3000


@pytest.mark.parametrize("size", [1000, LARGE])
def test_who_drew_an_album_copies_it_at_once(size: int) -> None:
    """The same photos, in the same moment: it asks for them once more."""
    desk = Desk()
    assert desk.heads(SCRIPT, range(300)) < 40
    assert desk.copies(SCRIPT, range(300), size) == 300


@pytest.mark.parametrize("size", [1000, LARGE])
def test_who_drew_an_album_copies_another_a_moment_later(size: int) -> None:
    """Photos that it never asked for, after less time than a hand needs."""
    desk = Desk()
    desk.heads(SCRIPT, range(300))
    desk.now += QUIET_S
    assert desk.copies(SCRIPT, range(1000, 1300), size) == 300


def test_who_copies_may_draw_meanwhile_and_goes_on_copying() -> None:
    """Each large photo that was copied gives the share back that drawing has spent."""
    desk = Desk()
    for photo in range(300):
        assert desk.copies(SCRIPT, range(photo, photo + 1)) == 1
        desk.heads(SCRIPT, range(10_000 + photo * 20, 10_020 + photo * 20))


def test_eight_at_a_time_are_copied_after_an_album_was_drawn() -> None:
    """Eight photos are open before the first one of them is read to its end."""
    desk = Desk()
    desk.heads(SCRIPT, range(300))
    for first in range(0, 300, 8):
        opened = [desk.accounts.ask(SCRIPT, first + more, desk.now) for more in range(8)]
        assert all(opened)
        for leave in filter(None, opened):
            desk.accounts.settle(leave, read(LARGE, LARGE), desk.now)


def test_a_share_is_whole_again_with_time() -> None:
    """Half of it after half of the time."""
    desk = Desk()
    desk.heads(TUMBLER, range(100))
    desk.now += SHARE.refill_s / 2
    assert desk.heads(TUMBLER, range(100, 200)) == 5


def test_who_is_known_to_draw_gets_no_more_by_reading_all_of_it() -> None:
    """Some thumbnailers read every photo to its end."""
    assert Desk().copies(TUMBLER, range(300)) == 10


def test_small_photos_among_large_ones_do_not_make_a_copier_of_who_reads_heads() -> None:
    """A head is all of a small photo: it costs nothing, and proves nothing."""
    desk = Desk()
    given = 0
    for photo in range(2000):
        desk.copies(SCRIPT, range(photo, photo + 1), 1000)
        given += desk.heads(SCRIPT, range(5000 + photo, 5001 + photo))
    assert given <= 2 * SHARE.others + 5


def test_what_could_not_be_opened_costs_nothing() -> None:
    """While the line is down nobody loses a share."""
    desk = Desk()
    for photo in range(100):
        leave = desk.accounts.ask(TUMBLER, photo, desk.now)
        assert leave is not None
        desk.accounts.withdraw(leave)
    assert desk.heads(TUMBLER, range(100, 110)) == 10


def test_files_that_stay_open_are_counted() -> None:
    """A program that closes nothing has its share, too."""
    accounts = Accounts(SHARE)
    given = [accounts.ask(SCRIPT, photo, 0.0) for photo in range(5000)]
    assert len([leave for leave in given if leave]) == SHARE.others


def test_a_program_does_not_pay_for_another_one() -> None:
    """Each has a share of its own."""
    desk = Desk()
    desk.heads(SCRIPT, range(100))
    assert desk.copies(Caller("cp 1", "cp", known=False), range(300)) == 300


def test_refusals_are_told_of_with_the_program_s_name() -> None:
    """How many opens were given, and how many were not; of nobody else."""
    desk = Desk()
    desk.heads(TUMBLER, range(25))
    desk.copies(SCRIPT, range(25))
    assert desk.accounts.told() == [("tumblerd", True, 10, 15)]


def test_memory_is_bounded() -> None:
    """However many programs come, and however many photos they ask for."""
    accounts = Accounts(SHARE)
    for number in range(PHOTOS + 1000):
        accounts.ask(Caller(f"script {number}", "script", known=False), number, 0.0)
    assert len(accounts._of) == PROGRAMS
    assert len(accounts._asked) == PHOTOS


def test_a_name_is_known_as_the_kernel_cuts_it() -> None:
    """A process's name has 15 bytes at most; case is a matter of taste."""
    assert "gdk-pixbuf-thum" in short_names(("gdk-pixbuf-thumbnailer",))
    assert short_names(("Thunar",)) & short_names(("thunar",))


def test_a_name_of_any_bytes_is_compared() -> None:
    """A program may be called by what is no UTF-8: by itself, and as the kernel cuts it."""
    odd = os.fsdecode(b"caf\xe9-thumbnailer")
    assert short_names((odd, "tumblerd")) >= {odd, "caf-thumbnaile", "tumblerd"}


steps = st.tuples(
    st.integers(0, 40),  # the photo
    st.sampled_from([0, 1000, HEAD, HEAD + 1, LARGE]),  # how much of it is read
    st.sampled_from([1000, HEAD, LARGE]),  # how large it is
    st.sampled_from([0.0, 0.1, QUIET_S, 30.0]),  # seconds before
)


@given(st.lists(steps, max_size=300), st.sampled_from([SCRIPT, TUMBLER]))
def test_heads_never_cost_more_than_shares_and_what_refills(
    trace: list[tuple[int, int, int, float]], caller: Caller
) -> None:
    """On any trace between two whole reads of a large photo."""
    known = caller.known
    room = SHARE.known if known else 2 * SHARE.others
    desk, spent, since = Desk(), 0, 0.0
    for photo, amount, size, pause in trace:
        desk.now += pause
        given = desk.open(caller, photo, amount, size)
        if given and not known and amount >= size > HEAD:
            spent, since = 0, desk.now
        elif given and (known or (amount < size and amount <= HEAD)):
            spent += 1
        assert spent <= room + (desk.now - since) * room / SHARE.refill_s + 1


@given(st.lists(steps, max_size=200), st.sampled_from([1000, LARGE]))
def test_after_anything_a_copy_begins_once_there_is_one_coin(
    trace: list[tuple[int, int, int, float]], size: int
) -> None:
    """Whatever went before: after the time of one open no photo of a copy is refused."""
    desk = Desk()
    for photo, amount, length, pause in trace:
        desk.now += pause
        desk.open(SCRIPT, photo, amount, length)
    desk.now += SHARE.refill_s / SHARE.others
    assert desk.copies(SCRIPT, range(1000, 1100), size) == 100


@given(st.lists(st.tuples(st.integers(0, LARGE), st.integers(0, LARGE)), max_size=20))
def test_whole_is_only_what_was_read_to_its_end(spans: list[tuple[int, int]]) -> None:
    """However a program jumps about: less than the file's own length is never all of it."""
    reading = Reading(HEAD)
    for offset, length in spans:
        reading.note(offset, max(0, min(length, HEAD - offset)))
    assert not reading.whole or (reading.amount >= HEAD and reading.deepest >= HEAD)


def test_a_leave_of_a_forgotten_program_is_settled_quietly() -> None:
    """Its account may be gone by the time that the file is closed."""
    accounts = Accounts(SHARE)
    accounts.settle(Leave("gone", trial=False), Reading(1), 0.0)
    accounts.withdraw(Leave("gone", trial=True))
    assert not accounts.told()
