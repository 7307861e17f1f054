"""A library whose Trash is a hand's, with one photo proven by a mirror, and rules over it."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import trio

from photofs.catalog.mirrored import NewCopy
from photofs.catalog.mirrors import NewMirror
from photofs.mirrors.opening import begin_mirror
from photofs.model.mirror import AlbumFolders
from photofs.model.moment import Moment
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity
from photofs.model.rule import Rule, read_rules
from photofs.wishing.proof_disks import ProofDisks
from photofs.wishing.proof_mirrors import ProofMirrors
from photofs.wishing.ruling import Ruling
from tests.support.by_hand import ByHand

DATA = b"the bytes of an original"
SHA256 = hashlib.sha256(DATA).hexdigest()


def rule(when: str = "archived = true, favorite = false") -> Rule:
    """One that trashes."""
    (read,) = read_rules(
        f'[[rule]]\nname = "r"\nlibrary = "L"\nwhen = {{ {when} }}\ndo = "trash"\n'
    )
    return read


class Mirrored:
    """Photo a, archived, with a copy in a mirror that was re-read; b is archived without one."""

    def __init__(self, folder: Path) -> None:
        """Nothing is wished yet."""
        self.by_hand = ByHand(folder)
        self.catalog, self.root = self.by_hand.catalog, folder / "nas"
        self.by_hand.tell(*self.archived(10**18 - 10**12))
        self.root.mkdir()
        (self.root / "source").write_bytes(DATA)
        self._copy("a")

    def archived(self, as_of_ns: int) -> list[PhotoSeen]:
        """All photos, archived."""
        return self.by_hand.usual(as_of_ns, archived=True)

    def _copy(self, name: str) -> None:
        """The mirror, and that photo's file in it."""
        catalog, root = self.catalog, self.root.with_name("mirror")
        root.mkdir()
        self.mirror = root
        self.photo = self.by_hand.filed.ino(f"Dates/2019/2019-07/{name}.jpg") >> 1
        (origin,) = catalog.origins(self.photo)
        fd = os.open(self.root / "source", os.O_RDONLY)
        with closing(begin_mirror(root, "L", "2026")) as folder:
            new = NewMirror(
                1, str(root), folder.marker.mirror, folder.disk, "{year}", AlbumFolders.NONE, {},
                folder.traits,
            )  # fmt: skip
            number = catalog.add_mirror(new, 1)
            stamp = folder.write("a.jpg", fd, SHA256, 0)
        os.close(fd)
        copy = NewCopy(
            number, self.photo, "a.jpg", "a.jpg", "", 0, "1", SHA256, len(DATA),
            Fidelity.ORIGINAL, origin.observation_id,
        )  # fmt: skip
        with catalog.database.transaction():
            self.copy = catalog.begin_copy(copy, self.now_ns)
            catalog.note_written(self.copy, stamp, self.now_ns)
        catalog.note_read(self.copy, stamp, self.now_ns)

    @property
    def now_ns(self) -> int:
        """The test's clock."""
        return self.by_hand.filed.now_ns

    @contextmanager
    def ruling(self) -> Iterator[Ruling]:
        """Rules over it, now."""
        wishing = self.by_hand.wished.wishing
        with closing(ProofMirrors(self.catalog, ProofDisks())) as mirrors:
            trio.run(mirrors.look, self.now_ns)
            yield Ruling(
                self.catalog, wishing, lambda: Moment(self.now_ns, "boot", self.now_ns), mirrors
            )

    def run(self, each: Rule) -> dict[str, str]:
        """Wish what it would do; by the name of each photo, what came of it or why it is left."""
        self.by_hand.rules = [each]
        with self.ruling() as ruling:
            found = ruling.plan(each, self.now_ns)
            told = dict(found.left)
            for would in found.would:
                told[would.photo] = ruling.wish(each, would, self.now_ns) or "wished"
        return {self.catalog.photo_facts(photo).name: why for photo, why in told.items()}
