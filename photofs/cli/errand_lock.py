"""One hand at a time: whoever hands out a library's errands, or settles them, holds its lock."""

from collections.abc import Iterator
from contextlib import contextmanager

from photofs.assembly import House
from photofs.kernel.lock import hold


@contextmanager
def at_work(house: House, library_id: int) -> Iterator[None]:
    """Held by who hands out errands of a library, or settles them; Busy if another does."""
    with hold(house.paths.state / "locks" / f"hand-{library_id}", "a hand is at work"):
        yield
