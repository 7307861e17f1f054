"""A file with its sidecar, and what a mirror's list says of it, as an observation."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from photofs.model.errors import PhotofsError
from photofs.model.observation import Finding, FindingKind, PhotoSeen
from photofs.model.photo import Fidelity
from photofs.model.sidecar import ENDING, LARGEST, SidecarFacts
from photofs.providers.archives.heads import read_head
from photofs.providers.archives.member import Member
from photofs.providers.archives.member_stream import content_key
from photofs.providers.archives.plain import clean, plain
from photofs.providers.archives.ref import Ref, write_ref
from photofs.providers.archives.tgz import TgzParts
from photofs.providers.folder.mirror_list import MirrorList, read_small
from photofs.providers.folder.tree import Tree
from photofs.providers.port import Tools

NEVER: Final = re.compile(
    r"\.(?:xmp|json|txt|md|html?|xml|ini|db|log|sh|py|pdf|docx?|zip|tgz|gz|7z|sha256|thm|aae)$"
    r"|(?:^|/)SHA256SUMS$",
    re.IGNORECASE,
)
"""Files into which nobody looks for a picture."""

_SHOULD: Final = re.compile(
    r"\.(?:jpe?g|png|gif|webp|hei[cf]|avif|tiff?|mp4|mov|m4v|avi)$", re.IGNORECASE
)
"""Names that promise one: if the bytes hold none, that is reported."""


def id_of(path: str) -> str:
    """The id of a file: its path; one that is no UTF-8 gets a mark of its bytes besides."""
    told = plain(path)
    if told == path:
        return path
    return f"{told}#{hashlib.sha256(os.fsencode(path)).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Telling:
    """What all files have in common. `heads`: by id, what the last scan read of their bytes."""

    tree: Tree
    tools: Tools
    listed: MirrorList
    heads: dict[str, PhotoSeen]
    is_mirror: bool

    def members(self) -> list[Member]:
        """All files that may be photos, by path."""
        tree = self.tree
        return [
            member
            for path, member in sorted(tree.files.items())
            if not NEVER.search(path) and not self.listed.is_copy(path)
        ]

    def bare(self, member: Member) -> PhotoSeen | None:
        """What the bytes tell; None if they are no picture or video. Read once for each version."""
        remote_id, key = id_of(member.path), content_key(member)
        known = self.heads.get(remote_id)
        if known is not None and known.content_key == key:
            return replace(known, ref=write_ref(Ref(member, 0)))
        head = read_head(self.tools.read_head, self.tree.root, member, TgzParts())
        if head is None:
            return None
        return PhotoSeen(
            remote_id=remote_id,
            media=head.media,
            content_key=key,
            ref=write_ref(Ref(member, 0)),
            as_of_ns=self.tools.now_ns(),
            file_name=clean(member.name),
            extension=head.extension,
            taken=head.taken,
            uploaded_ns=member.at,
            position=head.position,
            size=member.size,
            hearsay=True,
        )

    def photo(self, member: Member, bare: PhotoSeen) -> PhotoSeen:
        """The file with its sidecar's facts and the list's."""
        sidecar = self._sidecar(member)
        facts = self._read(sidecar) if sidecar else None
        listed = self.listed.of(member.path)
        seen = replace(bare, as_of_ns=self._as_of(sidecar))
        if facts is not None:
            seen = _with_facts(seen, facts)
        if listed is not None:
            seen = replace(
                seen,
                file_name=clean(listed.name) or seen.file_name,
                favorite=listed.favorite,
                archived=listed.archived,
                trashed=listed.trashed,
                fidelity=_fidelity(listed.fidelity),
            )
        return seen

    def no_medium(self, member: Member) -> Iterator[Finding]:
        """A line of the report for a file whose name promises more than it holds."""
        if _SHOULD.search(member.name) and self.tools.read_head is not None:
            why = "its bytes are no picture or video that photofs knows, or cannot be read"
            yield Finding(kind=FindingKind.UNREADABLE, path=clean(member.path), why=why)

    def _sidecar(self, member: Member) -> Member | None:
        """`IMG_1.jpg.xmp`, else `IMG_1.xmp`, as Adobe's programs name it."""
        stem = member.path.rpartition(".")[0] if "." in member.name else member.path
        names = (member.path + ENDING, member.path + ENDING.upper(), stem + ENDING)
        return next((self.tree.files[name] for name in names if name in self.tree.files), None)

    def _read(self, sidecar: Member) -> SidecarFacts | None:
        if self.tools.read_sidecar is None:
            return None
        try:
            return self.tools.read_sidecar(read_small(self.tree, sidecar, LARGEST))
        except PhotofsError:  # it went meanwhile: the next scan tells
            return None

    def _as_of(self, sidecar: Member | None) -> int:
        """For when the facts held: a mirror's were written by us, once they had changed."""
        noted = max(self.listed.at_ns, sidecar.at if sidecar else 0)
        now = self.tools.now_ns()
        return min(noted, now) if self.is_mirror and noted > _LONG_AGO else now


_LONG_AGO: Final = 10**18
"""Nanoseconds: 2001. A sidecar with an older time was given it, and tells nothing by it."""


def _with_facts(seen: PhotoSeen, facts: SidecarFacts) -> PhotoSeen:
    """What a sidecar tells counts before what the bytes do: it can be changed, they cannot."""
    return replace(
        seen,
        title=_text(facts.title),
        description=_text(facts.description),
        tags=tuple(clean(tag) for tag in facts.tags),
        people=tuple(clean(name) for name in facts.people),
        taken=facts.taken.fact if facts.taken else seen.taken,
        position=facts.position or seen.position,
        favorite=facts.favorite or None,  # five stars tell it; fewer are no word of favourites
        page_url=_text(facts.page_url),
    )


def _fidelity(told: str) -> Fidelity:
    """The least for a word that is none: nothing is taken for an original by a mistake."""
    return Fidelity(told or Fidelity.ORIGINAL) if told in {"", *Fidelity} else Fidelity.PREVIEW


def _text(words: str | None) -> str | None:
    return clean(words) if words else None
