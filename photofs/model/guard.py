"""Which program may open one more photo whose bytes are not here, and which has had its share.

A thumbnailer or an indexer opens every photo it comes by, and each such open fetches an original.
A copy that is refused is worse than a thumbnail too many, so three things tell them apart:

    by name       who is known to draw or index has a small share, whatever it reads
    by behaviour  who is not known has a share of opens that read a head alone; a file that is read
                  to its end costs nothing, and a large one proves a copy: the share is whole again
    by trials     a program that draws and copies, and has used up its share by drawing, is tried
                  anew where drawing does not look like that: it asks for a photo once more, it was
                  quiet for a while, or what it closed last was read to its end

Nothing is asked and nobody waits here; `now` is in seconds of any steady clock.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from photofs.model.known_programs import COMM_BYTES

HEAD: Final = 256 * 1024
"""Who reads no more of a photo than so many bytes draws or indexes it."""

SLACK: Final = 64 * 1024
"""Bytes of a large file that may not be asked for though all is read: a head that mounting shows
instead (`--embed`) is in memory."""

QUIET_S: Final = 2.0
"""After so many seconds without an open a program begins something else: who is refused a whole
album of thumbnails has been told so within a fraction of one."""

PROGRAMS: Final = 256
PHOTOS: Final = 10_000
"""How many programs, and photos that they asked for, are remembered."""


class Share(NamedTuple):
    """How many opens a program has at once; a spent share is whole again after `refill_s`."""

    known: int
    others: int
    refill_s: float


class Caller(NamedTuple):
    """A program that opens a photo: what it is counted under, its name, and whether it is known."""

    key: str
    name: str
    known: bool


class Leave(NamedTuple):
    """That a program may open a photo; `trial` says which purse has paid."""

    key: str
    trial: bool


class Told(NamedTuple):
    """What became of a program's opens."""

    name: str
    known: bool
    given: int
    refused: int


class Purse:
    """A share that is spent one by one, and fills again with time."""

    def __init__(self, room: int, refill_s: float, now: float) -> None:
        """Full."""
        self._room = room
        self._rate = room / refill_s
        self._left = float(room)
        self._at = now

    def take(self, now: float) -> bool:
        """Spend one; False if there is none."""
        self._left = min(self._room, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def give_back(self) -> None:
        """One was not used after all."""
        self._left = min(self._room, self._left + 1)

    def fill(self) -> None:
        """Whole again at once."""
        self._left = float(self._room)


@dataclass(slots=True)
class Account:
    """What is remembered of one program."""

    name: str
    known: bool
    share: Purse
    trials: Purse
    last: float
    read_to_end: bool = False
    given: int = 0
    refused: int = 0


@dataclass(slots=True)
class Reading:
    """How much of a photo of that many bytes was read through one open."""

    size: int
    amount: int = 0
    deepest: int = 0

    def note(self, offset: int, length: int) -> None:
        """So much was read."""
        self.amount += length
        self.deepest = max(self.deepest, offset + length)

    @property
    def large(self) -> bool:
        """Whether reading all of it tells anything: a head is less."""
        return self.size > HEAD

    @property
    def whole(self) -> bool:
        """Whether it was read to its end, with what lies before."""
        slack = SLACK if self.large else 0
        return self.deepest >= self.size and self.amount >= self.size - slack


@dataclass(slots=True)
class Accounts:
    """Of all programs that opened photos whose bytes were not here; bounded."""

    share: Share
    _of: OrderedDict[str, Account] = field(default_factory=OrderedDict)
    _asked: OrderedDict[tuple[str, int], None] = field(default_factory=OrderedDict)

    def ask(self, caller: Caller, photo: int, now: float) -> Leave | None:
        """Leave to open a photo; None if the program has had its share."""
        account = self._account(caller, now)
        once_more = self._remember(caller.key, photo)
        unlike_drawing = once_more or now - account.last >= QUIET_S or account.read_to_end
        account.last = now
        if account.share.take(now):
            leave = Leave(caller.key, trial=False)
        elif unlike_drawing and not caller.known and account.trials.take(now):
            leave = Leave(caller.key, trial=True)
        else:
            account.refused += 1
            return None
        account.given += 1
        return leave

    def settle(self, leave: Leave, reading: Reading, now: float) -> None:
        """The photo is closed: what was read of it tells what the program is about."""
        account = self._of.get(leave.key)
        if account is None:
            return
        account.last = now
        account.read_to_end = reading.whole
        if account.known:
            return
        if reading.whole and reading.large:
            account.share.fill()
            account.trials.fill()
        elif reading.whole or reading.amount > HEAD:
            self._pay_back(account, leave)

    def withdraw(self, leave: Leave) -> None:
        """It could not be opened: nothing was had for it."""
        account = self._of.get(leave.key)
        if account is not None:
            account.given -= 1
            self._pay_back(account, leave)

    def told(self) -> list[Told]:
        """The programs that were refused anything, lately active ones last."""
        accounts = [each for each in self._of.values() if each.refused]
        return [Told(each.name, each.known, each.given, each.refused) for each in accounts]

    def _pay_back(self, account: Account, leave: Leave) -> None:
        """Into the purse that it came from."""
        (account.trials if leave.trial else account.share).give_back()

    def _account(self, caller: Caller, now: float) -> Account:
        """Of a program; a new one has all of its share. The one unused longest is forgotten."""
        account = self._of.get(caller.key)
        if account is None:
            room = self.share.known if caller.known else self.share.others
            share, trials = (Purse(room, self.share.refill_s, now) for _ in range(2))
            account = Account(caller.name, caller.known, share, trials, last=now)
            self._of[caller.key] = account
            if len(self._of) > PROGRAMS:
                self._of.popitem(last=False)
        self._of.move_to_end(caller.key)
        return account

    def _remember(self, key: str, photo: int) -> bool:
        """Whether the program has asked for that photo before; it has now."""
        asked = (key, photo)
        before = asked in self._asked
        self._asked[asked] = None
        self._asked.move_to_end(asked)
        if len(self._asked) > PHOTOS:
            self._asked.popitem(last=False)
        return before


def short_names(names: tuple[str, ...]) -> frozenset[str]:
    """Names as they are compared: whole, as the kernel cuts them, and without regard to case.

    A program is called by any bytes, which Python tells as surrogates where they are no UTF-8.
    """
    lower = [name.lower() for name in names]
    return frozenset([*lower, *(_cut(name) for name in lower)])


def _cut(name: str) -> str:
    """As much of a name as the kernel keeps."""
    return name.encode("utf-8", "surrogateescape")[:COMM_BYTES].decode(errors="ignore")
