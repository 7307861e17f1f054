"""One call of an API: who asks, for what, and with which body."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from photofs.emulators.google.account import Account
from photofs.emulators.google.errors import invalid
from photofs.emulators.google.habits import Habits
from photofs.emulators.google.oauth import Caller
from photofs.emulators.google.shapes import Shapes
from photofs.emulators.hosting.request import Request


@dataclass(frozen=True)
class Ask:
    """A call that was let in; `parts` are what its path names."""

    account: Account
    habits: Habits
    caller: Caller
    request: Request
    parts: dict[str, str]
    base: str

    @property
    def owner(self) -> str:
        """The client whose items and albums these are."""
        return self.caller.app.client_id

    @property
    def shapes(self) -> Shapes:
        """How things are shown."""
        return Shapes(self.account, self.habits, self.base)

    def one(self, name: str) -> str | None:
        """A parameter of the query."""
        return dict(self.request.query).get(name)

    def many(self, name: str) -> list[str]:
        """A parameter that may come more than once."""
        return [value for key, value in self.request.query if key == name]

    def body(self) -> dict[str, Any]:
        """The JSON object that came; ApiError 400."""
        try:
            value = json.loads(self.request.body or b"{}")
        except (ValueError, UnicodeDecodeError):
            value = None
        if not isinstance(value, dict):
            raise invalid("Invalid JSON payload received.")
        return value


@dataclass(frozen=True)
class Method:
    """What answers a call: any one of the `scopes` lets it in."""

    name: str
    scopes: frozenset[str]
    handler: Callable[[Ask], dict[str, object]]
    is_write: bool = False
