"""What the line may be used for: bytes are paid for as they come or go, by all processes together.

One for a process, as the line is one for the machine: `assembly` sets it by the settings.
"""

from typing import Protocol

import trio


class Bucket(Protocol):
    """Shared between processes."""

    def take(self, count: int) -> float:
        """So many bytes have passed; seconds to wait before the next ones."""
        ...


class Allowance:
    """Nothing is limited until `limit` is called."""

    def __init__(self) -> None:
        """Unlimited."""
        self._bucket: Bucket | None = None
        self._people = False

    def limit(self, bucket: Bucket | None, *, people: bool) -> None:
        """From now on; `people`: what a person waits for is paid for, too. None lifts it."""
        self._bucket = bucket
        self._people = people

    async def pay(self, count: int, *, person: bool) -> None:
        """Wait for as long as so many bytes cost."""
        if self._bucket is None or (person and not self._people):
            return
        wait = self._bucket.take(count)
        if wait > 0:
            await trio.sleep(wait)

    def pay_from_thread(self, count: int) -> None:
        """The same in a thread of the loop's; ends at once where that is cancelled."""
        if self._bucket is not None:
            trio.from_thread.run(lambda: self.pay(count, person=False))


LINE = Allowance()
