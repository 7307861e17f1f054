"""The provider contract, kept by Takeouts in zips, in tgz parts, unpacked, and as one archive."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from photofs.emulators.takeout import Album, Shape, write_export
from photofs.emulators.takeout.languages import GERMAN
from photofs.providers.archives.provider import ArchiveProvider
from photofs.providers.takeout.provider import open_provider
from tests.providers.contract import Expected, ProviderContract
from tests.support.provider_tools import make_tools
from tests.support.takeout_worlds import LATER, MADE, account, item

BIG = bytes(range(256)) * 3000
"""768,000 bytes: three chunks of a stream."""

ITEMS = (
    item("IMG_0001.jpg", 1, favorite=True, edited=b"edited bytes"),
    item("IMG_0001.jpg", 2, data=BIG),
    item("IMG_0003.HEIC", 3, motion=(".MP4", b"moving bytes" * 9)),
    item("scan.jpg", 4, taken=None, trashed=True),
    item("no sidecar.jpg", 5, sidecar=False),
    item("DSC_1.jpg", 6, archived=True, url="old"),
)
ALBUM = Album(title="Trip", item_ids=("AF1QipItem0001", "AF1QipItem0002", "AF1QipItem0003"))
EXPECTED = {
    "AF1QipItem0001": ITEMS[0].data,
    "AF1QipItem0001#edited": b"edited bytes",
    "AF1QipItem0002": BIG,
    "AF1QipItem0003": ITEMS[2].data,
    "AF1QipItem0003#motion": b"moving bytes" * 9,
    "AF1QipItem0004": ITEMS[3].data,
}


class TakeoutContract(ProviderContract):
    """What the kinds of Takeouts share."""

    shape = Shape()

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """An export of that shape, and a smaller one made later."""
        world = account(*ITEMS, albums=(ALBUM,))
        write_export(tmp_path, world, MADE, self.shape)
        if self.shape.kind != "tree":
            write_export(tmp_path, world.only(frozenset({"AF1QipItem0001"})), LATER, self.shape)
        return tmp_path

    @pytest.fixture
    async def provider(self, folder: Path) -> AsyncIterator[ArchiveProvider]:
        """A provider of the folder."""
        async with open_provider({"path": str(folder)}, make_tools()) as provider:
            yield provider

    @pytest.fixture
    def expected(self) -> Expected:
        """The bytes that went into the export."""
        return EXPECTED


class TestZips(TakeoutContract):
    """Three zips, media deflated, sidecars apart."""

    shape = Shape(parts=3)


class TestStoredZips(TakeoutContract):
    """German zips whose media are stored."""

    shape = Shape(parts=2, stored=True, language=GERMAN, supplemental=False)


class TestTgz(TakeoutContract):
    """Three tgz parts."""

    shape = Shape(kind="tgz", parts=3)


class TestTree(TakeoutContract):
    """An unpacked tree."""

    shape = Shape(kind="tree")


class TestOneArchive(TakeoutContract):
    """The path of a single zip instead of a folder."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """The one part."""
        return write_export(tmp_path, account(*ITEMS, albums=(ALBUM,)), MADE, self.shape)[0]
