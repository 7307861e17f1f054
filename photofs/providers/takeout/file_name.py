"""What a photo of a Takeout was called before Takeout shortened and marked its name; pure."""

from photofs.providers.archives.member import Member
from photofs.providers.archives.plain import clean
from photofs.providers.takeout.sidecar import Sidecar
from photofs.providers.takeout.sidecar_name import take_apart
from photofs.providers.takeout.variants import Role, edited_from, media_of, right_extension


def file_name(version_role: Role, member: Member, sidecar: Sidecar | None, *, extra: bool) -> str:
    """The original's file name: the sidecar's title, marked for variants.

    The archive's own name serves where there is no title, and for files that differ from their
    item's (`extra`), whose counter tells them apart.
    """
    archived = clean(member.name)
    extension = right_extension(archived)
    title = clean(sidecar.title) if sidecar else ""
    if not title or extra:
        parts = take_apart(archived)
        return archived if extension == parts.extension else archived + extension
    stem = _stem(title)
    if version_role is Role.EDITED:
        edited = edited_from(archived)
        return stem + (edited[0][1] if edited else "-edited") + extension
    if version_role is not Role.MAIN:
        return stem + extension
    same = take_apart(title).extension.lower() == extension.lower()
    return title if same else stem + extension


def _stem(title: str) -> str:
    """Without the extension, if it is one of a picture or video ("St. Moritz" has none)."""
    if media_of(title) is None:
        return title
    parts = take_apart(title)
    return parts.stem + parts.counter
