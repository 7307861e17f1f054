"""Writes an export to disk: parts as zip or tgz, or unpacked; sidecars apart from their media."""

import gzip
import io
import os
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from photofs.emulators.takeout.account import Account
from photofs.emulators.takeout.languages import ENGLISH, Language
from photofs.emulators.takeout.layout import File, Layout


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How an export is delivered.

    `series` is the small number that newer names carry, None before 2025. `stored` packs media
    without compression. `year_folders` False is an export of albums only.
    """

    kind: Literal["zip", "tgz", "tree"] = "zip"
    parts: int = 1
    language: Language = ENGLISH
    supplemental: bool = True
    series: int | None = 3
    stored: bool = False
    year_folders: bool = True
    archive_folder: bool = True


def write_export(
    folder: Path, account: Account, made: datetime, shape: Shape | None = None
) -> list[Path]:
    """The export's parts (or its unpacked tree's top), written into the folder; `made` is UTC."""
    shape = shape or Shape()
    layout = Layout(
        account,
        shape.language,
        shape.supplemental,
        made,
        year_folders=shape.year_folders,
        archive_folder=shape.archive_folder,
    )
    files = list(layout.files())
    folder.mkdir(parents=True, exist_ok=True)
    if shape.kind == "tree":
        return [write_tree(folder, files, made)]
    written = []
    for number, part in enumerate(split(files, shape.parts), 1):
        path = folder / part_name(made, number, shape)
        if shape.kind == "zip":
            write_zip(path, part, made, stored=shape.stored)
        else:
            write_tgz(path, part, made)
        written.append(path)
    return written


def part_name(made: datetime, number: int, shape: Shape) -> str:
    """As Google names parts."""
    series = "" if shape.series is None else f"-{shape.series}"
    suffix = "tgz" if shape.kind == "tgz" else "zip"
    return f"takeout-{made.astimezone(UTC):%Y%m%dT%H%M%SZ}{series}-{number:03}.{suffix}"


def split(files: Sequence[File], parts: int) -> list[list[File]]:
    """Media in runs, as they fill one part after the other; each JSON one part further on."""
    split_up: list[list[File]] = [[] for _ in range(parts)]
    for index, file in enumerate(files):
        part = index * parts // len(files)
        split_up[(part + 1) % parts if file.text else part].append(file)
    return split_up


def write_zip(path: Path, files: Sequence[File], made: datetime, *, stored: bool = False) -> None:
    """A zip; every member has the export's time, whatever the photo's."""
    when = made.astimezone(UTC)
    moment = (when.year, when.month, when.day, when.hour, when.minute, when.second)
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            info = zipfile.ZipInfo(f"Takeout/{file.path}", moment)
            packed = file.text or not stored
            info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            archive.writestr(info, file.data)


def write_tgz(path: Path, files: Sequence[File], made: datetime) -> None:
    """A tgz with the export's time on every member."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for file in files:
            info = tarfile.TarInfo(f"Takeout/{file.path}")
            info.size = len(file.data)
            info.mtime = int(made.timestamp())
            archive.addfile(info, io.BytesIO(file.data))


def write_tree(folder: Path, files: Sequence[File], made: datetime) -> Path:
    """The same unpacked, as by unzip: files keep the export's time."""
    top = folder / "Takeout"
    for file in files:
        path = top / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        os.utime(path, (made.timestamp(), made.timestamp()))
    return top
