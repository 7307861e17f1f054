"""What may be deleted for good at a service: a photo in Trash whose original is proven to be here.

The proof: the original lies in Kept, was read again to its end and has its hash, and it is the
bytes of the very record (source, remote id, content key) that is to be deleted; never of another
record that only looks alike. It is made before a DELETE is wished, and once more by who sends it.
Photos with anything open are left alone: their removal may still be held, or within its grace.
"""

from typing import Final, NamedTuple, Protocol

import msgspec

from photofs.catalog.journal import OperationRow
from photofs.catalog.seen_json import to_json
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import NotFound
from photofs.model.operation import FINAL
from photofs.model.photo import Fidelity
from photofs.model.wish import WishVerb
from photofs.originals.port import Room
from photofs.wishing.undeleting import undelete
from photofs.wishing.wish_desk import WishDesk


class Proven(NamedTuple):
    """What is to be deleted, and which original proves that nothing is lost by it.

    `content_key`: the version of the bytes that the source's record had when they were fetched.
    """

    photo: int
    source: int
    remote_id: str
    content_key: str
    sha256: str
    size: int


LAST_COPIES: Final = "`photofs trash empty --last-copies` lets go of such"

MERGED: Final = (
    "another source of the library has it, too, and the proof must be of the very one that is"
    " deleted; `photofs library split` makes a photo of each"
)


class KeptOriginals(Protocol):
    """What the proof asks of the store of originals."""

    def has_sealed(self, sha256: str) -> Room | None:
        """In which room it lies, if in any; Kept is named if it lies in both."""
        ...

    def verify(self, sha256: str, *, room: Room | None = None, set_aside: bool = True) -> bool:
        """Read it to its end; whether it has that hash. NotFound if it is not there."""
        ...


def to_delete(catalog: Catalog, photo: int, but: int = 0) -> Proven | str:
    """What deleting a photo would delete, by the catalog alone; or a sentence why it may not be.

    `but`: an operation that does not count as open, for it is the deletion itself.
    """
    facts = catalog.photo_facts(photo)
    unfit = _unfit(catalog, photo, but)
    if unfit:
        return unfit
    origins = catalog.origins(photo)
    if not origins:
        return f"the service does not have it; {LAST_COPIES}"
    if len(origins) > 1:
        return MERGED
    seen = origins[0].seen
    if seen.fidelity is not Fidelity.ORIGINAL:
        return "what the service gives back of it is not the original"
    if facts.sha256 is None or facts.content_key != seen.content_key:
        return "its original was not fetched yet"
    source = origins[0].source_id
    return Proven(photo, source, seen.remote_id, seen.content_key, facts.sha256, facts.size)


def _unfit(catalog: Catalog, photo: int, but: int) -> str:
    """Why a photo, whatever its sources tell, may not be deleted; empty if it may."""
    facts = catalog.photo_facts(photo)
    wishes = catalog.unsettled_of_photo(photo)
    reasons = {
        "it is not in Trash": facts.gone or not facts.trashed,
        "it is somebody else's": not facts.owned,
        f"it is kept on this disk alone; {LAST_COPIES}": catalog.incoming(photo) is not None,
        "something is still to be sent for it; see `photofs queue`": any(
            row.state not in FINAL and row.operation_id != but for row in wishes
        ),
    }
    return next((why for why, so in reasons.items() if so), "")


def doubt(store: KeptOriginals, sha256: str) -> str:
    """Read an original in Kept again: empty if it is whole there, else a sentence. Takes long."""
    try:
        right = store.verify(sha256, room=Room.KEPT, set_aside=False)
    except NotFound:
        return "its original is not in Kept"
    return "" if right else "its original in Kept is damaged"


def proof_of(catalog: Catalog, row: OperationRow) -> Proven | str:
    """By what a DELETE is proven, if the catalog still tells the same; else a sentence.

    Asked right before sending, with `doubt` of its original after it, and once more after that:
    reading a big original takes seconds, in which much can change.
    """
    wished = msgspec.convert(row.wish.details["proven"], Proven)
    now = to_delete(catalog, wished.photo, but=row.operation_id)
    if isinstance(now, str) or now == wished:
        return now
    return "it is not what it was when that was wished"


class Deleting:
    """For one library; each method within a transaction."""

    def __init__(self, desk: WishDesk) -> None:
        """`desk` is the library's."""
        self._desk = desk
        self._catalog = desk.catalog

    def wish(self, proven: Proven, by: int, restore_file: str) -> bool:
        """Wish the deletion of what was proven a moment ago; False if that holds no longer.

        `restore_file`: where all that is needed to bring it back was written before.
        """
        self._desk.need("delete", "delete photos with this login")
        if to_delete(self._catalog, proven.photo) != proven:
            return False
        details = {"proven": proven, "restore_file": restore_file}
        details = msgspec.to_builtins(details)
        self._desk.wish(WishVerb.DELETE, by, details, photo=proven.photo)
        return True

    def done(self, row: OperationRow) -> None:
        """The service has deleted it: out of the tree, and remembered for ever.

        Unless it was taken out of Trash since that was begun: then it is uploaded anew.
        """
        proven = msgspec.convert(row.wish.details["proven"], Proven)
        now = self._desk.desk.now_ns()
        self._catalog.bury(proven.source, proven.remote_id, proven.sha256, now)
        if not self._catalog.photo_facts(proven.photo).trashed:
            undelete(self._desk, proven.photo, proven.source, proven.remote_id)
            return
        known = self._catalog.observation(proven.source, proven.remote_id)
        if known is not None:
            self._catalog.set_observation_gone(known.observation_id, gone=True)
        facts = self._catalog.photo_facts(proven.photo)
        ctime = max(now, facts.ctime_ns + 1)
        self._catalog.set_photo_facts(proven.photo, facts._replace(gone=1, ctime_ns=ctime))
        self._desk.desk.placing.replace(proven.photo)


def record(catalog: Catalog, proven: Proven, library: str) -> dict[str, object]:
    """All that is needed to upload a photo again as it was: one line of a restore file."""
    photo = catalog.photo(proven.photo)
    source = catalog.source(proven.source)
    origins = catalog.origins(proven.photo)
    return {
        "library": library,
        "provider": source.provider,
        "account": source.account,
        "remote_id": proven.remote_id,
        "sha256": proven.sha256,
        "size": proven.size,
        "name": catalog.photo_facts(proven.photo).name,
        "title": photo.title,
        "description": photo.description,
        "tags": list(photo.tags),
        "taken": photo.taken_local,
        "granularity": catalog.photo_facts(proven.photo).granularity,
        "favorite": photo.favorite,
        "albums": list(photo.albums),
        "told": msgspec.json.decode(to_json(origins[0].seen)) if origins else None,
    }
