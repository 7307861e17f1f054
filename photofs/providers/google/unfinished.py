"""Uploads as far as they have come, in the source's small notes: after a crash they go on there.

Each step is noted when it is done, and making an item before it is asked for. Losing the notes
costs time and calls, never a photo: the service takes the same bytes for the same item (google.md
2.2). What is too old for the service to know is forgotten.
"""

from collections.abc import Callable, Iterable

import msgspec

from photofs.providers.port import SmallState

NOTE = "uploads"
MOST = 300
"""Notes that are kept, the newest: three times as many as there are uploads under way."""

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


class Unfinished:
    """The notes of one source, by the operation's key."""

    def __init__(self, small_state: SmallState, now: Callable[[], int]) -> None:
        """`now`: the time in unix seconds."""
        self._small_state = small_state
        self._now = now
        self._noted: dict[str, Upload] | None = None

    def get(self, key: str, mark: str) -> Upload | None:
        """How far an upload of these very bytes is; None if nothing of it is of use."""
        noted = self._all().get(key)
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
        noted = self._all()
        now = {
            key: msgspec.structs.replace(noted[key], asked=True)
            for key in keys
            if key in noted and not noted[key].asked
        }
        if now:
            self._put(now)

    def made(self, items: dict[str, str]) -> None:
        """These items were made, by key."""
        noted = self._all()
        self._put(
            {
                key: Upload(mark=noted[key].mark, at=self._now(), item=item)
                for key, item in items.items()
                if key in noted
            }
        )

    def forget(self, key: str) -> None:
        """It begins anew."""
        noted = self._all()
        if noted.pop(key, None) is not None:
            self._keep(noted)

    def _put(self, some: dict[str, Upload]) -> None:
        noted = self._all()
        for key, upload in some.items():
            noted.pop(key, None)
            noted[key] = upload
        for key in list(noted)[:-MOST]:
            del noted[key]
        self._keep(noted)

    def _all(self) -> dict[str, Upload]:
        """Read once: nobody else writes them while the source is open for sending."""
        if self._noted is None:
            told = self._small_state.get(NOTE)
            try:
                self._noted = msgspec.convert(told, dict[str, Upload]) if told else {}
            except msgspec.ValidationError:
                self._noted = {}
        return self._noted

    def _keep(self, noted: dict[str, Upload]) -> None:
        self._small_state.put(NOTE, msgspec.to_builtins(noted))
