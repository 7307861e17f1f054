"""Uploading and replacing: multipart in, XML out, whatever `format` says."""

import hashlib
from collections.abc import Callable
from xml.sax.saxutils import escape

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.habits import Habits
from photofs.emulators.flickr.methods import RANK
from photofs.emulators.flickr.methods_writes import renew_secrets
from photofs.emulators.flickr.oauth import Caller
from photofs.emulators.flickr.render import ApiError, Model, xml_fail, xml_ok
from photofs.emulators.flickr.sniffing import Sniffed, sniff
from photofs.emulators.flickr.state import Photo, Place, Ticket
from photofs.emulators.flickr.words import split_tags
from photofs.emulators.hosting.request import Request, Response

UPLOAD_WAIT = 3600
NOT_RECOGNISED = 5
Take = Callable[[Request], Photo]


class Refusal(ApiError):
    """An upload is refused, with elements beside the error."""

    def __init__(self, code: int, message: str, beside: str = "") -> None:
        """As an ApiError, and XML beside it."""
        super().__init__(code, message)
        self.beside = beside


class Desk:
    """Takes files in."""

    def __init__(self, account: Account, habits: Habits) -> None:
        """Into the account."""
        self._account = account
        self._habits = habits

    def upload(self, request: Request, caller: Caller) -> Response:
        """A new photo; with `async` a ticket for it."""
        return self._answer(request, caller, self._upload)

    def replace(self, request: Request, caller: Caller) -> Response:
        """Other bytes for a photo: same id, new secrets. Pro accounts only."""
        return self._answer(request, caller, self._replace)

    def settle(self) -> None:
        """Show what was worked on long enough by now."""
        now, state = self._account.clock(), self._account.state
        ready = [one for one in state.tickets.values() if one.held and one.ready <= now]
        for ticket in ready:
            photo, ticket.held = ticket.held, None
            if photo is not None:
                photo.uploaded = photo.updated = int(ticket.ready)
                state.photos[photo.id] = photo
        if ready:
            self._account.changed()

    def tickets(self, asked: list[str]) -> Model:
        """flickr.photos.upload.checkTickets."""
        return {"uploader": {"ticket": [self._ticket(ticket) for ticket in asked]}}

    def _ticket(self, name: str) -> Model:
        ticket = self._account.state.tickets.get(name)
        if ticket is None:
            return {"id": name, "invalid": 1}
        if self._account.clock() < ticket.ready:
            return {"id": name, "complete": 0}
        photo = self._account.state.photos.get(ticket.photo or "")
        if photo is None and ticket.photo and self._habits.lost_tickets:
            lost = str(int(ticket.ready))
            return {"id": name, "complete": 1, "photoid": ticket.photo, "imported": lost}
        if photo is None:
            return {"id": name, "complete": 2}
        imported = str(photo.uploaded)
        return {"id": name, "complete": 1, "photoid": photo.id, "imported": imported}

    def _answer(self, request: Request, caller: Caller, take: Take) -> Response:
        try:
            if RANK[caller.perms] < RANK["write"]:
                granted = caller.perms or "none"
                raise ApiError(  # noqa: TRY301 - one place answers all refusals
                    99,
                    "Insufficient permissions. Method requires write privileges; "
                    f"{granted} granted.",
                )
            return self._told(request, take)
        except Refusal as refusal:
            return xml_fail(refusal, refusal.beside)
        except ApiError as error:
            return xml_fail(error)

    def _told(self, request: Request, take: Take) -> Response:
        with self._account.at_one_go():
            return self._done(request, take)

    def _done(self, request: Request, take: Take) -> Response:
        if request.arguments.get("async") == "1":
            before = frozenset(self._account.state.photos)
            photo = self._later(request, take)
            name = self._new_ticket(photo, fresh=photo is not None and photo.id not in before)
            return xml_ok(f"<ticketid>{name}</ticketid>")
        photo = take(request)
        secrets = f'secret="{photo.secret}" originalsecret="{photo.original_secret}"'
        return xml_ok(f"<photoid {secrets}>{photo.id}</photoid>")

    def _later(self, request: Request, take: Take) -> Photo | None:
        """What a ticket will tell: nothing yet knows whether the file can be read."""
        try:
            return take(request)
        except Refusal as refusal:
            if refusal.code == NOT_RECOGNISED:
                return None
            raise

    def _new_ticket(self, photo: Photo | None, *, fresh: bool) -> str:
        """A ticket; a fresh photo waits in it until it is ready."""
        name = f"78701040-{self._account.next_album_id()}"
        ready = self._account.clock() + self._habits.ticket_delay
        ticket = Ticket(ready=ready, photo=photo.id if photo else None)
        self._account.state.tickets[name] = ticket
        if photo is not None and self._habits.lost_tickets:
            self._account.remove_photo(photo.id)
        elif photo and fresh and self._habits.ticket_delay > 0:
            ticket.held = self._account.state.photos.pop(photo.id)
        self._account.changed()
        return name

    def _file(self, request: Request) -> bytes:
        data = request.multipart.files.get("photo") if request.multipart else None
        if data is None:
            raise Refusal(2, "No photo specified")
        if not data:
            raise Refusal(4, "Filesize was zero")
        return data

    def _sniffed(self, data: bytes) -> Sniffed:
        seen = sniff(data)
        if seen is None:
            raise Refusal(NOT_RECOGNISED, "Filetype was not recognised")
        most = self._habits.max_video if seen.media == "video" else self._habits.max_photo
        if len(data) > most:
            raise Refusal(8, "Filesize was too large")
        return seen

    def _upload(self, request: Request) -> Photo:
        fields = request.arguments
        data = self._file(request)
        digest = hashlib.sha256(data).hexdigest()
        state = self._account.state
        self._refuse_duplicate(fields, digest)
        if not state.pro and len(self._account.stream()) >= state.upload_limit:
            raise Refusal(6, "User exceeded upload limit")
        if not state.pro and self._habits.non_pro_closed:
            wait = f"<non_pro_desktop_upload_wait_time>{UPLOAD_WAIT}"
            raise Refusal(14, "Non-Pro upload", wait + "</non_pro_desktop_upload_wait_time>")
        seen = self._sniffed(data)
        if seen.media == "video":
            self._refuse_video()
        photo = self._new_photo(seen, fields)
        state.hashes[digest] = photo.id
        self._account.changed()
        return photo

    def _refuse_video(self) -> None:
        most = self._habits.max_videos
        held = sum(photo.media == "video" for photo in self._account.stream())
        if most is not None and held >= most:
            raise Refusal(7, "User exceeded video upload limit")

    def _refuse_duplicate(self, fields: dict[str, str], digest: str) -> None:
        known = self._account.state.hashes.get(digest)
        if known not in self._account.state.photos or not self._habits.dedup:
            return
        if known and fields.get("dedup_check") in {"1", "2"}:
            inside = f"<duplicate_photo_id>{escape(known)}</duplicate_photo_id>"
            status = "<duplicate_photo_status>1</duplicate_photo_status>"
            raise Refusal(9, "Duplicate photo", inside + status)

    def _new_photo(self, seen: Sniffed, fields: dict[str, str]) -> Photo:
        stored, _ = self._account.store(seen.data)
        place = (
            Place(latitude=seen.position[0], longitude=seen.position[1]) if seen.position else None
        )
        photo = self._account.add_photo(
            stored,
            taken=seen.taken,
            title=fields.get("title", ""),
            description=fields.get("description", ""),
            public=fields.get("is_public") != "0",
            friend=fields.get("is_friend") == "1",
            family=fields.get("is_family") == "1",
            hidden=fields.get("hidden") == "2",
            media=seen.media,
            format=seen.format,
            width=seen.width,
            height=seen.height,
            place=place,
        )
        self._account.tag(photo, *split_tags(fields.get("tags", "")))
        return photo

    def _replace(self, request: Request) -> Photo:
        if not self._account.state.pro:
            raise Refusal(1, "Not a pro account")
        data = self._file(request)
        photo_id = request.arguments.get("photo_id", "")
        photo = self._account.state.photos.get(photo_id)
        if photo is None or photo.owner != self._account.nsid:
            raise Refusal(3, "General upload failure")
        seen = self._sniffed(data)
        if photo.media == "video" or seen.media == "video":
            raise Refusal(8, "Videos can't be replaced")
        photo.original, _ = self._account.store(seen.data)
        photo.format, photo.width, photo.height = seen.format, seen.width, seen.height
        renew_secrets(photo)
        hashes = self._account.state.hashes
        hashes.update({hashlib.sha256(data).hexdigest(): photo.id})
        self._account.touch(photo)
        return photo
