"""What can be changed in a Google account, put together for the port.

An app can add photos, and make, rename, fill and empty albums of its own; nothing else. It can
delete nothing, mark no favorite, archive nothing, and change neither date nor file name: what of
that a photo's own page can, is a hand's (`on_page`).
"""

from functools import partial
from typing import NamedTuple

from photofs.model.errand import Deed
from photofs.providers.google.account import APPEND, EDIT, READ, Stored
from photofs.providers.google.album_changes import AlbumChanges
from photofs.providers.google.answers import Record
from photofs.providers.google.batches import MOST, Batches, Patience
from photofs.providers.google.creating import Creating, Uploaded
from photofs.providers.google.looking import look, look_album
from photofs.providers.google.photo_changes import set_description
from photofs.providers.google.place import Place
from photofs.providers.google.presence import lost
from photofs.providers.google.questions import Questions
from photofs.providers.google.sending import RAW_BELOW, Bytes
from photofs.providers.google.unfinished import Unfinished
from photofs.providers.google.upload_line import UploadLine
from photofs.providers.google.uploading import Uploads
from photofs.providers.port import Writes

TOGETHER = 2 * MOST
"""Uploads under way: while the items of one batch are made, the bytes of the next go out."""


class SendingManner(NamedTuple):
    """How uploads go out; times in seconds, as in batches.Patience. `raw_below`: in bytes."""

    lull: float = Patience().lull
    longest: float = Patience().longest
    raw_below: int = RAW_BELOW


def writes_of(
    place: Place, stored: Stored, line: UploadLine, manner: SendingManner
) -> Writes | None:
    """All that the login allows; None if it does not allow to add photos and to look at them."""
    if not (stored.allows(APPEND) and stored.allows(READ)):
        return None
    notes = Unfinished(place.notes, lambda: place.now)
    patience = Patience(manner.lull, manner.longest)
    batches = Batches[Uploaded, Record](Creating(place.api, notes).create, patience)
    sender = Bytes(place.api, line, notes, manner.raw_below)
    questions = Questions(place.api)
    uploads = Uploads(place, sender, batches, notes, questions)
    albums, may_edit = AlbumChanges(place), stored.allows(EDIT)
    return Writes(
        upload=uploads.upload,
        together=TOGETHER,
        coming=batches.coming,
        stamps=True,
        find_upload=uploads.find,
        make_album=albums.make,
        find_album=albums.find,
        empty_albums=True,
        rename_album=albums.rename if may_edit else None,
        join=albums.join,
        members_at_once=MOST,
        leave=albums.leave if may_edit else None,
        set_description=partial(set_description, place) if may_edit else None,
        look=partial(look, place, questions),
        look_album=partial(look_album, place),
        lost=partial(lost, place),
        on_page=frozenset(Deed),
        pages=place.api.endpoint.pages,
    )
