"""Trash/Replaced: bytes that a photo had before, each as a file of its own that is kept here alone.

What was sent to a service that gives back other bytes (Google) lies in Kept and nowhere else. When
its photo gets other bytes there, or is no more while other bytes for it wait here, these would
stand in no folder: so they are put there (docs/SEMANTICS.md "Size"). Each method is called within a
transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from photofs.catalog.learnt_rows import PUT_AWAY
from photofs.catalog.photo_writes import PhotoFacts
from photofs.filing.desk import Desk
from photofs.filing.placing import names
from photofs.model.incoming import Stage
from photofs.view.layout import REPLACED

OLD_BYTES: Final = "the photo was given other bytes: these were the old ones, kept here alone"


class Replaced:
    """For one library."""

    def __init__(self, desk: Desk) -> None:
        """`desk` holds what all filing shares."""
        self._desk = desk
        self._catalog = desk.catalog

    @contextmanager
    def keeping_sent(self, photo: int) -> Iterator[None]:
        """Its service tells it otherwise: what was sent and is shown no more stands there then."""
        sent, like = self._catalog.sent_and_shown(photo), self._catalog.photo_facts(photo)
        yield
        if sent is not None and self._catalog.sent_and_shown(photo) != sent:
            self._put_away(like, sent)

    def put_told_away(self, photo: int) -> None:
        """It is no more at its service, and other bytes for it wait here: what was sent before."""
        told = self._catalog.told_original(photo)
        if told is not None and told == self._catalog.sent_and_shown(photo):
            self.put_away(photo, told)

    def put_sent_away(self, observation: int, photo: int) -> None:
        """A source lost it that others tell of: what was sent to that one, if they have it not."""
        sent = self._catalog.sent_alone(observation)
        if sent is not None:
            self.put_away(photo, sent)

    def put_hidden_away(self, photo: int) -> None:
        """No source has it any more: what was ever sent as it, and was not what it showed.

        So it is where another source, which is gone as well, was known to have the same bytes.
        """
        for sent in self._catalog.sent_and_hidden(photo):
            self.put_away(photo, sent)

    def put_away(self, photo: int, original: str) -> None:
        """The old bytes of a photo as a file there, unless they stand there already."""
        self._put_away(self._catalog.photo_facts(photo), original)

    def _put_away(self, like: PhotoFacts, original: str) -> None:
        if self._catalog.local_with_hash(like.library, original, OLD_BYTES):
            return
        self.put(self.with_bytes(like, original), "", OLD_BYTES, original)

    def put(self, like: PhotoFacts, draft: str, why: str, key: str) -> None:
        """A file of its own there; `key` makes its name another one if that is taken."""
        facts = like._replace(
            ctime_ns=self._desk.now_ns(),
            content_key=PUT_AWAY,
            favorite=0,
            trashed=0,
            missing=0,
            gone=0,
        )
        added = self._catalog.add_photo(facts, 1)
        self._catalog.set_incoming(added, Stage.LOCAL, draft, facts.ctime_ns, why)
        folder = self._desk.shelves.folder_of(REPLACED)
        self._catalog.add_photo_entry(folder, added, names(facts.name, key))

    def with_bytes(self, facts: PhotoFacts, original: str | None) -> PhotoFacts:
        """The facts with an original's length and hash, if it was whole here."""
        size = None if original is None else self._catalog.size_of_original(original)
        if size is None:
            return facts
        return facts._replace(size=size, size_exact=1, sha256=original)
