"""What a provider is lent, in its simplest honest form: everything in memory, nothing paced."""

from collections.abc import Mapping

from photofs.catalog.pile import DiskPile
from photofs.model.capture_time import ZoneOfPosition
from photofs.model.photo import Position
from photofs.model.verdict import Verdict
from photofs.providers.port import Tools


class FreePacer:
    """A pacer that lets everything through at once and notes what became of it."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.reserved: list[str] = []
        self.verdicts: list[Verdict] = []

    def reserve(self, key: str, *, person: bool) -> float:
        """No wait for anybody."""
        del person
        self.reserved.append(key)
        return 0.0

    def report(self, key: str, verdict: Verdict, retry_after: float | None = None) -> None:
        """Note the verdict."""
        del key, retry_after
        self.verdicts.append(verdict)


class SecretsInMemory:
    """Logins in a dict."""

    where = "memory"

    def __init__(self, secrets: dict[str, str] | None = None) -> None:
        """Begin with these."""
        self._secrets = dict(secrets or {})

    def get(self, name: str) -> str | None:
        """The secret of that name."""
        return self._secrets.get(name)

    def put(self, name: str, secret: str) -> None:
        """Keep it."""
        self._secrets[name] = secret

    def remove(self, name: str) -> None:
        """Forget it."""
        self._secrets.pop(name, None)


class StateInMemory:
    """Small notes in a dict; values must be what JSON can hold."""

    def __init__(self) -> None:
        """Nothing noted yet."""
        self.notes: dict[str, object] = {}

    def get(self, key: str) -> object | None:
        """The value noted under the key."""
        return self.notes.get(key)

    def put(self, key: str, value: object) -> None:
        """Note a JSON value under the key."""
        self.notes[key] = value

    def put_all(self, notes: Mapping[str, object]) -> None:
        """Note all of these."""
        self.notes.update(notes)

    def drop(self, key: str) -> None:
        """Note nothing under the key any more."""
        self.notes.pop(key, None)


def nowhere(position: Position) -> str | None:
    """No zone for any position."""
    del position
    return None


def make_tools(
    secrets: dict[str, str] | None = None,
    zone_of_position: ZoneOfPosition = nowhere,
    now_ns: int = 1_790_000_000 * 10**9,
) -> Tools:
    """Tools in memory; the clock stands at `now_ns`."""
    return Tools(
        pacer=FreePacer(),
        secrets=SecretsInMemory(secrets),
        small_state=StateInMemory(),
        new_pile=DiskPile,
        zone_of_position=zone_of_position,
        now_ns=lambda: now_ns,
    )
