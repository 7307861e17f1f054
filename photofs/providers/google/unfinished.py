"""Uploads as far as they have come, in the source's small notes: after a crash they go on there.

Each step is noted when it is done, and making an item before it is asked for. Losing the notes
costs time and calls, never a photo: the service takes the same bytes for the same item (google.md
2.2). What is too old for the service to know is forgotten.

Each has a note of its own, one of so many places: to write all of them anew for each step of each
took half of the time that a file of 2 MiB needs (docs/BENCHMARKS.md).
"""

from collections.abc import Callable, Iterable

import msgspec

from photofs.providers.port import SmallState

OLD_NOTE = "uploads"
"""Where older versions noted all of them, by key."""

MOST = 300
"""Places: three times as many as there are uploads under way."""

SESSION_AGE = 6 * 86_400
"""Seconds; the service keeps a session for 7 days (google.md 2.9)."""

TOKEN_AGE = 20 * 3600
"""Seconds; upload tokens are good for about a day, which nobody has promised (google.md 2.9)."""


class Upload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of them; `at` is when its last step was noted, in unix seconds.

    `mark` is its bytes' (outgoing.py). `session`: where they go. `token`: they are all there.
    `asked`: an item may have been made of them. `item`: this one was.
    """

    mark: str
    at: int
    session: str | None = None
    token: str | None = None
    asked: bool = False
    item: str | None = None

    def __repr__(self) -> str:
        """No address and no token, for tracebacks and logs."""
        return f"Upload({self.mark})"


class _Noted(msgspec.Struct, frozen=True):
    """What stands at a place: an upload, and the operation's key."""

    key: str
    upload: Upload


class Unfinished:
    """The notes of one source, by the operation's key."""

    def __init__(self, small_state: SmallState, now: Callable[[], int]) -> None:
        """`now`: the time in unix seconds."""
        self._small_state = small_state
        self._now = now
        self._noted: dict[str, Upload] = {}
        self._places: dict[str, int] = {}
        self._free: list[int] | None = None

    def get(self, key: str, mark: str) -> Upload | None:
        """How far an upload of these very bytes is; None if nothing of it is of use."""
        self._read()
        noted = self._noted.get(key)
        if noted is None or noted.mark != mark:
            return None
        age = self._now() - noted.at
        if noted.item is None and age > (SESSION_AGE if noted.token is None else TOKEN_AGE):
            return None
        return noted

    def session(self, key: str, mark: str, session: str) -> None:
        """Its bytes go there."""
        self._put({key: Upload(mark=mark, at=self._now(), session=session)})

    def token(self, key: str, mark: str, token: str) -> None:
        """Its bytes are there."""
        self._put({key: Upload(mark=mark, at=self._now(), token=token)})

    def asked(self, keys: Iterable[str]) -> None:
        """Items may be made of these from now on. The age of a token counts on."""
        self._read()
        noted = self._noted
        self._put(
            {
                key: msgspec.structs.replace(noted[key], asked=True)
                for key in keys
                if key in noted and not noted[key].asked
            }
        )

    def made(self, items: dict[str, str]) -> None:
        """These items were made, by key."""
        self._read()
        noted = self._noted
        self._put(
            {
                key: Upload(mark=noted[key].mark, at=self._now(), item=item)
                for key, item in items.items()
                if key in noted
            }
        )

    def forget(self, key: str) -> None:
        """It begins anew."""
        free = self._read()
        if self._noted.pop(key, None) is not None:
            place = self._places.pop(key)
            self._small_state.put(_note(place), None)
            free.append(place)

    def _put(self, some: dict[str, Upload]) -> None:
        free = self._read()
        notes: dict[str, object] = {}
        for key, upload in some.items():
            if key not in self._places:
                self._places[key] = free.pop() if free else self._give_up_one()
            self._noted.pop(key, None)
            self._noted[key] = upload
            notes[_note(self._places[key])] = msgspec.to_builtins(_Noted(key, upload))
        if notes:
            self._small_state.put_all(notes)

    def _give_up_one(self) -> int:
        """The place of what is of the least use: the oldest that is done, else the oldest.

        A film's session of some hours ago is worth more than a photo that was made a moment ago.
        """
        done = (key for key, upload in self._noted.items() if upload.item is not None)
        key = next(done, None) or next(iter(self._noted))
        del self._noted[key]
        return self._places.pop(key)

    def _read(self) -> list[int]:
        """The free places. Read once: nobody else writes while the source is open for sending."""
        if self._free is None:
            found = {place: self._small_state.get(_note(place)) for place in range(MOST)}
            noted = {place: one for place, told in found.items() if (one := _noted(told))}
            for place, one in sorted(noted.items(), key=lambda item: item[1].upload.at):
                self._noted[one.key] = one.upload
                self._places[one.key] = place
            taken = set(self._places.values())
            self._free = [place for place in reversed(range(MOST)) if place not in taken]
            self._take_over()
        return self._free

    def _take_over(self) -> None:
        """What an older version noted stands at places of its own from now on."""
        old = self._small_state.get(OLD_NOTE)
        if not old:
            return
        try:
            told = msgspec.convert(old, dict[str, Upload])
        except msgspec.ValidationError:
            told = {}
        self._put({key: each for key, each in told.items() if key not in self._noted})
        self._small_state.put(OLD_NOTE, None)


def _note(place: int) -> str:
    return f"upload-{place}"


def _noted(told: object) -> _Noted | None:
    """What a note says; None for what cannot be understood."""
    try:
        return None if told is None else msgspec.convert(told, _Noted)
    except msgspec.ValidationError:
        return None
