"""The provider contract, kept by plain folders of pictures and by mirrors of ours."""

import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photofs.emulators.pictures import make_jpeg, make_png, make_video
from photofs.metadata.head import read_head
from photofs.metadata.xmp import read_xmp, write_xmp
from photofs.model.album_list import (
    AlbumList,
    ListedAlbum,
    ListedCollection,
    ListedPhoto,
    write_album_list,
)
from photofs.model.sidecar import SidecarFacts
from photofs.providers.folder.provider import FolderProvider, open_provider
from photofs.providers.port import Tools
from tests.providers.contract import Expected, ProviderContract
from tests.support.provider_tools import make_tools

WHEN = datetime(2019, 7, 12, 18, 30, tzinfo=UTC)
FILES = {
    "Lima/one.jpg": make_jpeg(1),
    "Lima/two.PNG": make_png(2),
    "2019/2019-07/three.jpg": make_jpeg(3),
    "clip.mp4": make_video(4, taken=WHEN),
    os.fsdecode(b"Lima/caf\xe9.jpg"): make_jpeg(5),
}


def folder_tools() -> Tools:
    """What a folder is lent."""
    return replace(make_tools(), read_head=read_head, read_sidecar=read_xmp)


def put(root: Path, files: dict[str, bytes]) -> None:
    """These files below a folder."""
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


class FolderContract(ProviderContract):
    """What the kinds of folders share."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """The folder."""
        put(tmp_path, FILES)
        return tmp_path

    @pytest.fixture
    async def provider(self, folder: Path) -> AsyncIterator[FolderProvider]:
        """A provider of it."""
        async with open_provider({"path": str(folder)}, folder_tools()) as provider:
            yield provider

    @pytest.fixture
    def expected(self) -> Expected:
        """The files that have a name in UTF-8."""
        return {name: data for name, data in FILES.items() if name.isascii()}


class TestPlainFolder(FolderContract):
    """Pictures in folders, and files that are none."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """With a sidecar, a text, and a file that only pretends."""
        others = {
            "Lima/one.jpg.xmp": write_xmp(SidecarFacts(title="One", favorite=True)),
            "notes.txt": b"not a picture",
            "fake.jpg": b"neither",
        }
        put(tmp_path, {**FILES, **others})
        return tmp_path


class TestMirror(FolderContract):
    """A mirror with its mark, its list, and folders of links."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Two albums in a collection."""
        put(tmp_path, FILES)
        mark = {"format": 1, "mirror": "12ab", "library": "flickr", "made": "2026-01-01"}
        (tmp_path / ".photofs-mirror").write_text(json.dumps(mark))
        told = AlbumList(
            "flickr",
            (ListedPhoto("Lima/one.jpg", favorite=True), ListedPhoto("clip.mp4", trashed=True)),
            (
                ListedAlbum("Peru", "7", "far", ("Lima/two.PNG", "Lima/one.jpg", "gone.jpg")),
                ListedAlbum("Peru", "8", files=("2019/2019-07/three.jpg",)),
            ),
            (ListedCollection("South", "c1", albums=("7", "8")),),
        )
        (tmp_path / "albums.json").write_bytes(write_album_list(told))
        (tmp_path / "Albums" / "Peru").mkdir(parents=True)
        (tmp_path / "Albums" / "Peru" / "1 two.PNG").symlink_to("../../Lima/two.PNG")
        return tmp_path
