"""Sends all wishes but those that carry bytes. Each may be sent again without harm.

Those of one kind for one album go in one request, or as few as the service takes. Albums are made
in making.py.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import trio

from agent.making import Making
from agent.outbox import Outbox, parts_of
from photofs.catalog.journal import OperationRow
from photofs.model.capture_time import TakenFact
from photofs.model.errors import (
    Bug,
    Busy,
    Gone,
    Quota,
    Refused,
    RemoteError,
    StoreError,
    Unauthorised,
)
from photofs.model.wish import WishVerb
from photofs.model.wording import counted
from photofs.wishing.album_wishes import is_new
from photofs.wishing.deleting import Proven, doubt, proof_of

TOGETHER: Final = frozenset({WishVerb.JOIN, WishVerb.LEAVE})
MARKS: Final = frozenset({WishVerb.TRASH, WishVerb.RESTORE})
WAITS_NS: Final = 30 * 60 * 10**9
"""How long photos wait to join an album for one before them to be uploaded: a film takes hours."""

STANDS_STILL_NS: Final = 26 * 3600 * 10**9
"""For how long time does not count while nothing of a source is sent at all: until a day's limit of
requests is over, with some hours to spare. Else the photos after that night overtake those before.
"""

FEW_ALBUMS: Final = 50
LOOKS_NS: Final = 10_000_000
"""Where photos of more albums than a few wait, each is looked at again after so long for each of
them: a look costs 0.7 ms, and thousands of albums (a whole account that is copied) would else keep
the agent at nothing but looking."""

WAITS_TRIES: Final = 6
"""How often an upload is sent or asked for in vain before the next ones wait for it no longer."""

HERE: Final = "nothing: it is marked here alone"
"""What is sent of a wish for Trash, where the service has none."""


class Changing:
    """For one source. Raises RemoteError's kinds, having noted what follows."""

    def __init__(self, box: Outbox) -> None:
        """Nothing is sent yet."""
        self._box = box
        self._writes = box.writes
        self._alone: set[int] = set()
        self._look_again: dict[int, int] = {}
        self.making = Making(box)

    def in_order(self, rows: Sequence[OperationRow]) -> list[OperationRow]:
        """Those to send next: what joins no album, else what may join the first that need not wait.

        Photos stand in an album as they joined it; files that go out side by side do not arrive as
        they were copied, nor are they judged so. So those behind or beside one that is still to
        come wait for it.
        """
        # the others first, each by itself: none of them was held up by a join in front of it
        others = [row for row in rows if row.wish.verb != WishVerb.JOIN]
        if others:
            return others
        joins = {row.operation_id: row for row in rows}
        albums = dict.fromkeys(row.wish.album or 0 for row in rows)
        now_ns = self._box.now_ns()
        moved_ns = self._box.catalog.last_moved_ns(self._box.source.source_id) if rows else 0
        for album in albums:
            if self._look_again.get(album, 0) > now_ns:
                continue
            now = [each for each in self._joining(album, moved_ns) if each in joins]
            if now:
                return [joins[each] for each in now]
            if len(albums) > FEW_ALBUMS:
                self._look_again[album] = now_ns + len(albums) * LOOKS_NS
        return []

    def _joining(self, album: int, moved_ns: int) -> list[int]:
        """Those that may join now, in order: as many as go in one call, or all if none is to come.

        A file that nobody has judged yet has a place, too.
        """
        now_ns = self._box.now_ns()
        since_ns = max(min(now_ns, moved_ns) - WAITS_NS, now_ns - STANDS_STILL_NS)
        wished = self._box.catalog.to_join(album, WAITS_TRIES, since_ns, now_ns)
        awaited = [each.place for each in wished if each.comes]
        coming = self._box.catalog.coming_to(album, now_ns - WAITS_NS)
        awaited += [] if coming is None else [coming]
        ready = [each for each in wished if not each.comes]
        if not awaited:
            return [each.operation_id for each in ready]
        ahead = [each.operation_id for each in ready if each.place < min(awaited)]
        return ahead[: len(ahead) - len(ahead) % self._writes.members_at_once]

    def group(self, rows: Sequence[OperationRow]) -> list[OperationRow]:
        """The first wish, and those that can go with it in one request."""
        first = rows[0]
        self._alone |= {row.operation_id for row in rows if "alone" in row.wish.details}
        if first.wish.verb not in TOGETHER or first.operation_id in self._alone:
            return [first]
        album = self._box.catalog.album_by_id(first.wish.album or 0)
        if is_new(album):
            return [first]
        return [
            row
            for row in rows
            if (row.wish.verb, row.wish.album) == (first.wish.verb, first.wish.album)
            and row.operation_id not in self._alone
        ]

    async def send(self, rows: list[OperationRow]) -> None:
        """Claimed wishes that go together."""
        verb = WishVerb(rows[0].wish.verb)
        if verb in TOGETHER:
            await self._members(rows, verb)
            return
        (row,) = rows
        if row.wish.photo is not None:
            await self._photo(row, verb)
        else:
            await self._album(row, verb)

    async def _members(self, rows: list[OperationRow], verb: WishVerb) -> None:
        """Photos into an album, or out of it."""
        album = self._box.catalog.album_by_id(rows[0].wish.album or 0)
        ids = [origin[0] for row in rows if (origin := self._box.origin(row))]
        if len(ids) < len(rows):
            self._give_up_lost(rows)
            return
        if is_new(album):
            if verb is WishVerb.JOIN:
                await self.making.make(rows[0], album, ids[0])
            else:
                self._box.give_up(rows[0], "the album was not made at the service", "nothing")
            return
        call = self._writes.join if verb is WishVerb.JOIN else self._writes.leave
        if call is None:
            raise Bug("a membership was wished of a source that has none")
        sent = f"{verb.value} album {album.remote_id}: {counted(len(ids), 'photo')}"
        self._box.begin(rows)
        try:
            await call(album.remote_id, ids)
        except (Refused, RemoteError) as error:
            if isinstance(error, Gone) and await self._is_made_anew(rows, album.remote_id):
                return
            if len(rows) > 1 and isinstance(error, Refused | Gone):
                # one of them it will not do, and it does not say which: each by itself
                self._send_alone(rows)
            self._failed(rows, error, sent)
            return
        for some in parts_of(rows):  # what is not noted yet when we are killed is sent once more
            self._confirm(some, sent)
            await trio.lowlevel.checkpoint()

    def _send_alone(self, rows: list[OperationRow]) -> None:
        """From now on each by itself; noted, for the next try may be another sender's."""
        self._alone |= {row.operation_id for row in rows}
        for some in parts_of(rows):
            with self._box.wishing.change():
                for row in some:
                    self._box.catalog.amend(row.operation_id, {**row.wish.details, "alone": True})

    async def _is_made_anew(self, rows: list[OperationRow], album_id: str) -> bool:
        """Whether the album went because it was emptied here: then it is made once more."""
        look = self._writes.look_album
        if look is None or rows[0].wish.verb != WishVerb.JOIN or await look(album_id) is not None:
            return False
        return self._box.make_anew(rows)

    def _give_up_lost(self, rows: list[OperationRow]) -> None:
        """Some of the photos went from the service meanwhile; the others are planned again."""
        for row in rows:
            if self._box.origin(row) is None:
                self._box.give_up(row, "the service does not have the photo any more", "nothing")
            else:
                self._box.unclaim(row, None)

    async def _album(self, row: OperationRow, verb: WishVerb) -> None:
        """What is wished of an album itself."""
        box, writes = self._box, self._writes
        album = box.catalog.album_by_id(row.wish.album or 0)
        if is_new(album) and verb is not WishVerb.MAKE_ALBUM:
            made = self.making.made(album.album_id)
            if made is not None and "made_as" in made.wish.details:
                box.unclaim(row, Busy("the album is being made under its former title"))
                return
            # it will be made under the title that it has by then
            box.begin([row])
            self._confirm([row], "nothing: the album is not made yet")
            return
        if verb is WishVerb.MAKE_ALBUM:
            await self.making.make_empty(row, album)
            return
        sent = f"{verb.value} {album.title!r} ({album.remote_id})"
        box.begin([row])
        try:
            if verb is WishVerb.RENAME_ALBUM and writes.rename_album is not None:
                await writes.rename_album(album.remote_id, str(row.wish.details["title"]))
            elif verb is WishVerb.REMOVE_ALBUM and writes.remove_album is not None:
                await writes.remove_album(album.remote_id)
            else:
                raise Refused(f"this service cannot do that: {verb.value}")  # noqa: TRY301 - one place for every no
        except (Refused, RemoteError) as error:
            if isinstance(error, Gone) and verb is WishVerb.RENAME_ALBUM:
                box.album_gone(row, str(error), sent)
            else:
                self._failed([row], error, sent)
            return
        self._confirm([row], sent)

    async def _photo(self, row: OperationRow, verb: WishVerb) -> None:
        """What is wished of a photo itself."""
        origin = self._box.origin(row)
        if origin is None:
            if verb in MARKS:  # of a photo that is on this disk alone
                self._box.begin([row])
                self._confirm([row], HERE)
                return
            self._box.give_up(row, "the service does not have the photo any more", "nothing")
            return
        sent = f"{verb.value} photo {origin[0]}: {_details(row)}"
        if verb is not WishVerb.DELETE:
            self._box.begin([row])
        elif not await self._begun(row):
            return
        try:
            done = await self._change(row, verb, origin[0])
        except (Refused, RemoteError) as error:
            if isinstance(error, Gone) and self._box.has_new_bytes(row):
                self._box.photo_gone(row, sent)
            else:
                self._failed([row], error, sent)
            return
        self._confirm([row], sent if done else HERE)

    async def _begun(self, row: OperationRow) -> bool:
        """Begin a deletion, if nothing is lost by it; if not, it is given up."""
        try:
            why = await self._objection(row) or self._box.begin_deletion(row)
            over = bool(why) and await self._was_deleted(row)
        except RemoteError as error:
            self._box.unclaim(row, error)
            raise
        except StoreError as error:
            self._box.unclaim(row, error)
            return False
        if over:
            self._box.begin([row])
            self._confirm([row], "asked what became of it")
        elif why:
            self._box.give_up(row, f"not deleted: {why}", "nothing")
        return not why

    async def _was_deleted(self, row: OperationRow) -> bool:
        """Whether an earlier try, whose answer was lost, has deleted what was restored since."""
        proven = msgspec.convert(row.wish.details["proven"], Proven)
        trashed = self._box.catalog.photo_facts(proven.photo).trashed
        if row.tries == 0 or trashed or self._writes.look is None:
            return False
        try:
            if await self._writes.look(proven.remote_id) is not None:
                return False
        except Refused:
            return False
        return not await trio.to_thread.run_sync(doubt, self._box.store, proven.sha256)

    async def _objection(self, row: OperationRow) -> str:
        """Why a DELETE must not be sent, a sentence; empty if all of the proof holds once more.

        The whole original is read, in a thread; the catalog belongs to this one.
        """
        box = self._box
        proof = proof_of(box.catalog, row)
        if isinstance(proof, str):
            return proof
        try:
            why = await trio.to_thread.run_sync(doubt, box.store, proof.sha256)
        except StoreError as error:
            return str(error)
        after = proof_of(box.catalog, row)
        if isinstance(after, str):
            return after
        return why or await self._other_there(row, after)

    async def _other_there(self, row: OperationRow, proven: Proven) -> str:
        """What the service has instead of what was proven, a sentence; empty if it is that still.

        The last scan may be hours old, and whoever gave the photo other bytes since has them only
        there. Asked last, for reading a big original takes long.
        """
        if self._writes.look is None:
            return "the service does not show what it would delete"
        try:
            seen = await self._writes.look(proven.remote_id)
        except Refused as error:
            return str(error)
        if seen is None and row.tries == 0:  # else that is what a lost answer leaves
            return "the service says that it has no such photo (any more)"
        if seen is None or seen.content_key == proven.content_key:
            return ""
        return "the service has another version of it by now; scan, and empty Trash again"

    async def _change(self, row: OperationRow, verb: WishVerb, remote_id: str) -> bool:
        """Have the service do it; False if it has no such thing and the mark here is all."""
        writes, details = self._writes, row.wish.details
        match verb:
            case WishVerb.FAVORITE | WishVerb.UNFAVORITE if writes.favorite is not None:
                owned = details.get("owned") is not False
                await writes.favorite(remote_id, verb is WishVerb.FAVORITE, owned)
            case WishVerb.RETITLE if writes.set_title is not None:
                await writes.set_title(remote_id, str(details["title"] or ""))
            case WishVerb.DESCRIBE if writes.set_description is not None:
                await writes.set_description(remote_id, str(details["description"] or ""))
            case WishVerb.TAG if writes.set_tags is not None:
                await writes.set_tags(remote_id, msgspec.convert(details["tags"], list[str]))
            case WishVerb.DATE if writes.set_taken is not None:
                await writes.set_taken(remote_id, self._taken(row))
            case WishVerb.DELETE if writes.delete is not None:
                await writes.delete(remote_id)
            case WishVerb.TRASH if writes.trash is not None:
                await writes.trash(remote_id)
            case WishVerb.RESTORE if writes.restore is not None:
                await writes.restore(remote_id)
            case WishVerb.TRASH | WishVerb.RESTORE:
                return False
            case _:
                raise Refused(f"this service cannot do that: {verb.value}")
        return True

    def _taken(self, row: OperationRow) -> TakenFact:
        """The date that is wished, with the wall time as the tree shows it."""
        taken = msgspec.convert(row.wish.details["taken"], TakenFact)
        shown = self._box.catalog.photo_facts(row.wish.photo or 0).taken_local
        if taken.local is not None or shown is None:
            return taken
        return msgspec.convert({"by": taken.by.value, "local": shown}, TakenFact)

    def _confirm(self, rows: Sequence[OperationRow], sent: str) -> None:
        with self._box.wishing.change():
            self._box.note(rows, sent, "done")
            for row in rows:
                self._box.outcomes.confirm(row)

    def _failed(self, rows: list[OperationRow], error: Refused | RemoteError, sent: str) -> None:
        """What follows from a no: given up, or once more; what concerns all is raised."""
        if isinstance(error, Refused | Gone) and len(rows) == 1:
            self._box.give_up(rows[0], str(error), sent)
            return
        if isinstance(error, Unauthorised):
            for row in rows:
                self._box.refused(row, error, sent)
            raise error
        self._box.put_back(rows, error, sent)
        if not isinstance(error, Refused | Gone | Quota):
            raise error


_UNSENT: Final = frozenset({"before", "stood", "named", "undoes", "rule"})
"""What is noted with a wish and no service is told."""


def _details(row: OperationRow) -> str:
    """What is wished, for the log."""
    told = {key: value for key, value in row.wish.details.items() if key not in _UNSENT}
    return ", ".join(f"{key} {_word(value)}" for key, value in told.items())


def _word(value: object) -> object:
    """A detail as people write it."""
    match value:
        case {"local": str(moment)} | {"instant": str(moment)}:  # a capture time
            return moment.replace("T", " ")
        case list(words):
            return ", ".join(map(str, words)) or "none"
        case None | "":
            return "none"
    return value
