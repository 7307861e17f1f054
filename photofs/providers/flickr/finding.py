"""What became of an upload whose answer never came: there, on its way, or certainly not.

It is known by the operation's tag, among the newest photos of the account: people.getPhotos reads
the photostream itself, while the index of photos.search lags (flickr.md 2.2), so that its "no" is
worth nothing. What the notes say (unanswered.py) tells how long a "no" has to be waited for.
"""

from collections.abc import Sequence

import msgspec

from photofs.model.errors import Temporary
from photofs.providers.flickr.answers import Record
from photofs.providers.flickr.door import Door
from photofs.providers.flickr.listing import Listing, Query
from photofs.providers.flickr.machine_tags import holds, listed_tags, operation_tag
from photofs.providers.flickr.tickets import Told, Work, ask_ticket, still_working
from photofs.providers.flickr.unanswered import Notes, Unanswered
from photofs.providers.flickr.upload_answer import KEEPS
from photofs.providers.flickr.uploading import Patience, is_large
from photofs.providers.flickr.values import number, text
from photofs.providers.port import Upload

DAY = 86_400
"""Seconds before an upload's begin up to which photos are looked at: clocks need not agree."""

UNTOLD = Told(Work.UNKNOWN)


class Finding:
    """Looks for the uploads of one account."""

    def __init__(self, door: Door, notes: Notes, patience: Patience) -> None:
        """Nothing is asked yet."""
        self._door = door
        self._notes = notes
        self._patience = patience

    async def find(self, upload: Upload) -> str | None:
        """The upload's photo, None if there is none for certain; see `Writes.find_upload`."""
        await self._door.check_owner()
        noted = self._notes.get(upload.key)
        ticket = await self._ticket(noted)
        if ticket.work is Work.PENDING:
            raise still_working()
        found = ticket.photo or await self._tagged(operation_tag(upload.key), noted.begun)
        if found:
            self._notes.forget(upload.key)
            return found
        if noted.whole and ticket.work is not Work.FAILED:
            self._wait_for_it(upload, noted)
        return None

    async def _ticket(self, noted: Unanswered) -> Told:
        return UNTOLD if noted.ticket is None else await ask_ticket(self._door.api, noted.ticket)

    async def _tagged(self, tag: str, begun: int) -> str | None:
        """The photo with that tag, among those uploaded since, or among all if `begun` is 0."""
        arguments = {"user_id": "me", "extras": "date_upload,tags,machine_tags"}
        query = Query("flickr.people.getPhotos", "photos", "photo", arguments)
        listing = Listing(self._door.api, query)
        while (page := await listing.next_page()) is not None:
            for record in page:
                if holds(listed_tags(record), tag):
                    return text(record.get("id"))
            if begun and _oldest(page) < begun - DAY:
                break
        return None

    def _wait_for_it(self, upload: Upload, noted: Unanswered) -> None:
        """Raise Temporary until it was looked for in vain twice, long enough after each other."""
        now, patience = self._door.now, self._patience
        settle = patience.settle_later if is_large(upload, patience) else patience.settle
        if noted.missed is None or noted.missed > now:
            noted = msgspec.structs.replace(noted, missed=now)
            self._notes.note(upload.key, noted)
        waited = now - (noted.missed or now)
        if waited < settle:
            raise Temporary(
                "it is not known yet whether Flickr has the file",
                safe=KEEPS,
                retry_after=settle - waited,
            )


def _oldest(page: Sequence[Record]) -> int:
    """When the oldest of a page was uploaded; now, so to speak, if the page does not tell."""
    return min((number(record.get("dateupload")) or 2**62 for record in page), default=2**62)
