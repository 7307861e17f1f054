"""A library whose wishes are sent: catalog, store, judge and sender over a service in memory."""

import hashlib
from pathlib import Path

import trio

from agent.judging import Judge
from agent.outbox import Outbox
from agent.sending import Sender
from photofs.catalog.journal import OperationRow
from photofs.catalog.under_way import UnderWay
from photofs.model.node import row_id
from photofs.model.operation import FINAL
from photofs.originals.local_disk import LocalDisk
from tests.support.fake_service import FakeService, Killed
from tests.support.wished import EVERYTHING, SHELL, Wished

TRIES = 400


class Posted:
    """`send` goes on until nothing more can be sent; time passes by the test's clock."""

    def __init__(self, folder: Path, service: FakeService | None = None) -> None:
        """An empty library in that folder."""
        self.folder = folder
        self.service = FakeService() if service is None else service
        can = tuple(name for name in EVERYTHING if name not in self.service.without)
        self.wished = Wished(folder / "catalog.db", can=can)
        self.filed = self.wished.filed
        self.catalog = self.wished.catalog
        self.filed.scan()
        self.store = LocalDisk(folder / "kept", folder / "cache", limit=10**9, min_free=0)
        self.judge = Judge(
            self.catalog,
            self.wished.wishing,
            self.store,
            quiet_s=5.0,
            now_ns=lambda: self.filed.now_ns,
        )

    def write(self, path: str, data: bytes) -> int:
        """`cp x path`: the bytes are durable, the file closed; its inode."""
        here = self.filed.tree().get(path)
        wishing, spot = self.wished.wishing, self.wished.spot(path)
        if here is None:
            written = wishing.create(spot, SHELL)
        else:
            written = wishing.overwrite(here, SHELL).written
        (self.store.kept_path("0" * 64).parents[1] / "written").mkdir(parents=True, exist_ok=True)
        file = self.folder / "kept" / "written" / written.draft
        file.write_bytes(data)
        wishing.written(written.ino, len(data), self.filed.now_ns)
        return written.ino

    async def judged(self) -> int:
        """The files become quiet and are judged; how many."""
        self.filed.now_ns += 6 * 10**9
        done = await self.judge.round()
        assert self.filed.problems() == []
        return done

    @property
    def box(self) -> Outbox:
        """As the agent makes it when it opens the source."""
        return Outbox(
            catalog=self.catalog,
            wishing=self.wished.wishing,
            store=self.store,
            source=self.catalog.source(self.filed.source_id),
            provider=self.service,
            writes=self.service.writes,
            under_way=UnderWay(self.folder / "under-way"),
            now_ns=lambda: self.filed.now_ns,
        )

    async def once(self) -> float:
        """One run of a sender, which may be killed; for how long the source is to rest."""
        sender = Sender(self.box)
        try:
            await sender.run()
        except BaseExceptionGroup as group:
            _, others = group.split(Killed)
            if others is not None:
                raise others from None
        assert self.filed.problems() == []
        return sender.rest_s

    async def send(self, tries: int = TRIES) -> None:
        """Until nothing is open, or nothing moves any more."""
        for _ in range(tries):
            rest = await self.once()
            left = {row.wish.verb for row in self.catalog.open_operations()}
            if not left or (left == {"make album"} and not self.service.writes.empty_albums):
                return
            self.filed.now_ns += int(max(rest, 5.0) * 1e9)
            await trio.lowlevel.checkpoint()

    def operations(self) -> list[OperationRow]:
        """All of the journal."""
        last = self.catalog.database.all("SELECT id FROM operation ORDER BY id")
        return [self.catalog.operation(number) for (number,) in last]

    def states(self) -> list[str]:
        """Verb and state of all operations, in order."""
        return [f"{row.wish.verb}: {row.state.value}" for row in self.operations()]

    def is_over(self) -> bool:
        """Whether nothing is open."""
        return all(row.state in FINAL for row in self.operations())

    def photo_at(self, path: str) -> int:
        """The row of the photo at a path."""
        return row_id(self.filed.ino(path))

    def at_service(self) -> list[str]:
        """The hashes of all bytes there."""
        return sorted(
            hashlib.sha256(each.data).hexdigest() for each in self.service.photos.values()
        )
