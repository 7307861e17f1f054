"""A service that makes small pictures and gives out no original at all, or a disk that has them."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import trio

from photofs.catalog.port import SourceRow
from photofs.model.errors import PhotofsError
from photofs.model.span import Span
from photofs.providers.port import Abilities, Provider, Renditions
from tests.support.fake_source import FakeSource, FakeStream

Given = bytes | PhotofsError | Callable[[], bytes]


class SmallPictures(FakeSource):
    """`pictures`: what is given by ref, or raised; all that was asked is noted."""

    def __init__(self, folder: Path, pictures: Mapping[str, Given], *, local: bool = False) -> None:
        """`folder` as for any fake source. `local`: only originals, which lie on this machine."""
        super().__init__(folder)
        self.pictures = dict(pictures)
        self.asked: list[tuple[str, int]] = []
        self.expected: list[list[str]] = []
        self.originals: list[str] = []
        self._local = local

    @property
    def abilities(self) -> Abilities:
        """Those of any source, and small pictures."""
        renditions = None if self._local else Renditions(self._get, self._expect, 3)
        return replace(super().abilities, local=self._local, renditions=renditions)

    async def _get(self, ref: str, pixels: int) -> bytes:
        await trio.lowlevel.checkpoint()
        self.asked.append((ref, pixels))
        given = self.pictures[ref]
        if isinstance(given, PhotofsError):
            raise given
        return given if isinstance(given, bytes) else given()

    async def _expect(self, refs: Sequence[str]) -> None:
        await trio.lowlevel.checkpoint()
        self.expected.append(list(refs))

    @asynccontextmanager
    async def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AsyncIterator[FakeStream]:
        """As any source's, and noted."""
        self.originals.append(ref)
        async with super().open_original(ref, span, person=person) as stream:
            yield stream

    @asynccontextmanager
    async def opened(self, row: SourceRow) -> AsyncIterator[Provider]:
        """As assembly opens providers."""
        del row
        await trio.lowlevel.checkpoint()
        yield self
