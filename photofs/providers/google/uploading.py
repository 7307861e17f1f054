"""New photos: their bytes, then an item of them in a batch with others."""

import trio

from photofs.model.errors import Temporary
from photofs.model.photo import Media
from photofs.providers.google.answers import KEPT, Record
from photofs.providers.google.batches import Batches
from photofs.providers.google.creating import BadToken
from photofs.providers.google.creating import Uploaded as Waiting
from photofs.providers.google.loading import load
from photofs.providers.google.outgoing import Cargo
from photofs.providers.google.place import Place
from photofs.providers.google.questions import Questions
from photofs.providers.google.records import item_id, photo_seen
from photofs.providers.google.sending import Bytes
from photofs.providers.google.unfinished import Unfinished
from photofs.providers.port import Sent, Upload, Uploaded

TRIES = 3
"""How often bytes are sent whose token is then not known."""


class Uploads:
    """Uploads of one account."""

    def __init__(
        self,
        place: Place,
        sender: Bytes,
        batches: Batches[Waiting, Record],
        notes: Unfinished,
        questions: Questions,
    ) -> None:
        """Nothing is sent yet."""
        self._questions = questions
        self._place = place
        self._sender = sender
        self._notes = notes
        self._batches = batches

    async def upload(self, upload: Upload, sent: Sent) -> Uploaded:
        """A new photo, or the one that has these bytes already; see `Writes.upload`."""
        cargo = await self._cargo(upload)
        for _time in range(TRIES):
            noted = self._notes.get(upload.key, cargo.mark)
            token = None if noted is None else noted.token
            if token is None:
                token = await self._sender.token(upload.key, cargo, sent)
            try:
                return self._uploaded(await self._item(upload, cargo, token))
            except BadToken:
                self._notes.forget(upload.key)
        raise Temporary("Google forgets the upload again and again", safe=KEPT)

    async def find(self, upload: Upload) -> str | None:
        """What an upload left there; see `Writes.find_upload`.

        The service has no list that says so. But it may be asked again to make an item of bytes
        that it has, and names the same one: that is done here. Else the bytes may be sent again.
        """
        cargo = await self._cargo(upload)
        noted = self._notes.get(upload.key, cargo.mark)
        if noted is None:
            return None
        if noted.item:
            return noted.item if await self._questions.item(noted.item) else None
        if noted.token is None or not noted.asked:
            return None
        try:
            return item_id(await self._item(upload, cargo, noted.token))
        except BadToken:
            self._notes.forget(upload.key)
            return None

    async def _item(self, upload: Upload, cargo: Cargo, token: str) -> Record:
        thing = Waiting(upload.key, token, upload.name, cargo.mark, cargo.size, cargo.certain)
        return await self._batches.join(thing)

    def _uploaded(self, record: Record) -> Uploaded:
        """The item; shown if the answer tells of all that its version is known by."""
        seen = photo_seen(record, self._place.tools.now_ns(), favorite=None)
        whole = seen is not None and (seen.media is Media.VIDEO or seen.pixels is not None)
        return Uploaded(item_id(record) or "", shown=seen if whole else None)

    async def _cargo(self, upload: Upload) -> Cargo:
        tools = self._place.tools
        return await trio.to_thread.run_sync(load, upload, tools.read_head, tools.stamp_head)
