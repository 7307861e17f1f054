"""What the line may be used for: bytes are paid for as they come or go, by all processes together.

One for a process, as the line is one for the machine: `assembly` sets it by the settings.
"""

from pathlib import Path

import trio

from photofs.model.bandwidth import parse_timetable
from photofs.model.settings import Network
from photofs.providers.transport.bucket import SharedBucket


class Allowance:
    """Nothing is limited until `limit` is called."""

    def __init__(self) -> None:
        """Unlimited."""
        self._bucket: SharedBucket | None = None
        self._people = False

    def limit(self, bucket: SharedBucket | None, *, people: bool) -> None:
        """From now on; `people`: what a person waits for is paid for, too. None lifts it."""
        if self._bucket is not None and self._bucket is not bucket:
            self._bucket.close()
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


def limit_line(path: Path, network: Network) -> None:
    """Limit this process's line by the settings; `path` is of the bucket that all share.

    Raises Misconfigured or StoreError.
    """
    timetable = parse_timetable(network.bwlimit)
    bucket = SharedBucket(path, timetable) if timetable.changes else None
    LINE.limit(bucket, people=network.bwlimit_people)
