"""Names of the variants in which Takeout gives one item: edited copies, moving parts, raw files.

Pure. The first eleven edited suffixes are confirmed by users, the rest come from two tables
(PhotoMigrator, GooglePhotosTakeoutHelper_Neo); the effects are English in every language.
"""

import re
from enum import StrEnum
from functools import lru_cache

from photofs.model.photo import Media
from photofs.providers.archives.left_behind import is_left_behind
from photofs.providers.takeout.sidecar_name import take_apart


class Role(StrEnum):
    """What a file is within the set of files that one item was given as."""

    MAIN = "main"
    EDITED = "edited"
    MOTION = "motion"
    RAW = "raw"


EDITED = (
    "-edited", "-bearbeitet", "-modifié", "-modificato", "-bewerkt", "-edytowane", "-editado",
    "-ha editado", "-editat", "-編集済み", "-编辑", "-已修改", "-已編輯", "-muokattu",
    "-измененный", "-отредактировано", "-düzenlendi", "-upravené", "-redigeret",
    "-відредаговано", "-편집됨",
)  # fmt: skip
EFFECTS = ("-effects", "-smile", "-mix", "-motion", "-animation", "-collage")
_SUFFIXES = EDITED + EFFECTS

_RAW = "dng cr2 cr3 crw nef nrw arw srf sr2 orf raf rw2 pef srw x3f raw 3fr mef mos erf kdc dcr iiq"
_PICTURE = "jpg jpeg jpe png gif webp tif tiff heic heif hif avif bmp ico jxl jp2"
_VIDEO = (
    "mp4 m4v mov qt avi mpg mpeg mpe m2v mts m2ts m2t ts mkv wmv asf 3gp 3g2 mod mmv tod divx"
    " webm flv mp mv"
)
_OTHER = "json html htm txt csv xml ini db url lnk vcf ics mbox pdf doc docx zip tgz gz exe"
_RAWS = frozenset(_RAW.split())
_PICTURES = _RAWS.union(_PICTURE.split())
_VIDEOS = frozenset(_VIDEO.split())
_NO_MEDIA = frozenset(_OTHER.split())
_PIXEL_MOVIE = re.compile(r"^\.(mp|mv)(~[0-9]+)?$", re.IGNORECASE)
_FULL = 50
"""Units from which a name may have been cut (51, or 50 where a pair of surrogates stood there)."""


@lru_cache(4096)
def media_of(name: str) -> Media | None:
    """Picture or video by the extension; None if it does not tell."""
    extension = take_apart(name).extension
    bare = extension[1:].lower()
    if bare in _PICTURES:
        return Media.PICTURE
    if bare in _VIDEOS or _PIXEL_MOVIE.match(extension):
        return Media.VIDEO
    return Media.VIDEO if not extension and name.startswith("MVIMG_") else None


def never_media(name: str) -> bool:
    """Whether a file is none by its name: pages, tables, what operating systems leave behind."""
    return is_left_behind(name) or take_apart(name).extension[1:].lower() in _NO_MEDIA


def is_raw(name: str) -> bool:
    """Whether it is a camera's raw file by its extension."""
    return take_apart(name).extension[1:].lower() in _RAWS


def right_extension(name: str) -> str:
    """The extension by which others know the medium: ".mp4" for Pixel's movies; with its dot."""
    extension = take_apart(name).extension
    if _PIXEL_MOVIE.match(extension) or (not extension and name.startswith("MVIMG_")):
        return ".mp4"
    return extension


def edited_from(name: str) -> list[tuple[str, str]]:
    """(original's stem with its counter, suffix) for each way the name can be an edited copy's.

    Whole suffixes first; a suffix cut short counts only where the name is as long as names get.
    """
    parts = take_apart(name)
    lower = parts.stem.lower()
    found = [
        (parts.stem[: -len(suffix)] + parts.counter, suffix)
        for suffix in _SUFFIXES
        if lower.endswith(suffix) and len(lower) > len(suffix)
    ]
    if found or _units(parts.title) < _FULL:
        return found
    return [*_cut_suffixes(parts.stem, parts.counter)]


def _cut_suffixes(stem: str, counter: str) -> list[tuple[str, str]]:
    head, dash, tail = stem.rpartition("-")
    if not head:
        return []
    cut_short = (dash + tail).lower()
    fitting = [suffix for suffix in _SUFFIXES if suffix.startswith(cut_short)]
    return [(head + counter, fitting[0])] if fitting else []


def movie_stems(name: str) -> list[str]:
    """The stems (with counter) that a picture may have whose moving part this video is."""
    parts = take_apart(name)
    stem = parts.stem + parts.counter
    pixel = (
        [name, f"{parts.title}{parts.counter}"] if right_extension(name) != parts.extension else []
    )
    return [*pixel, stem, f"{parts.stem}.MP{parts.counter}"]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
