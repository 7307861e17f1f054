"""A mount that can be ended and begun again in the same place."""

from contextlib import ExitStack

from tests.support.mounting import Mount, mounted
from tests.support.stocked import Stock


class Remounted:
    """`mount` is the one of the moment."""

    def __init__(self, made: Stock, stack: ExitStack) -> None:
        """Mount it; `stack` ends it."""
        self._made = made
        self._stack = stack
        self.mount: Mount = stack.enter_context(mounted(made))

    def again(self) -> None:
        """End the mount cleanly, and begin a new one in the same place."""
        assert self.mount.stop() == 0
        self._stack.close()
        self.mount = self._stack.enter_context(mounted(self._made))
