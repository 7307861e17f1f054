"""Uploads of bytes: raw in one go, or resumable from any byte, by the X-Goog-Upload protocol."""

import secrets

from photofs.emulators.google.account import Account
from photofs.emulators.google.errors import ApiError, invalid
from photofs.emulators.google.habits import Habits
from photofs.emulators.google.oauth import Caller
from photofs.emulators.google.state import Upload, Uploaded
from photofs.emulators.hosting.request import Request, Response, text_response

OCTETS = "application/octet-stream"


class Uploads:
    """The path /v1/uploads."""

    def __init__(self, account: Account, habits: Habits, base: str) -> None:
        """Bytes wait in memory: they become the account's once an upload is whole."""
        self._account = account
        self._habits = habits
        self._base = base
        self._bytes: dict[str, bytearray] = {}
        for upload in account.state.uploads.values():  # a restart loses what had not become whole
            upload.received = upload.size if upload.token else 0

    def answer(self, request: Request, caller: Caller) -> Response:
        """Take bytes in; ApiError 400."""
        protocol = request.headers.get("x-goog-upload-protocol", "")
        commands = _commands(request)
        if "upload_id" in dict(request.query):
            return self._go_on(request, caller, commands)
        if protocol == "raw":
            return self._raw(request, caller)
        if protocol == "resumable" and commands == ["start"]:
            return self._start(request, caller)
        raise invalid("Request must contain a valid upload protocol.")

    def _raw(self, request: Request, caller: Caller) -> Response:
        if request.headers.get("content-type", "").lower() != OCTETS:
            raise invalid("Request must have the content type application/octet-stream.")
        mime = request.headers.get("x-goog-upload-content-type", "")
        return text_response(200, self._take(request.body, mime, caller))

    def _start(self, request: Request, caller: Caller) -> Response:
        size = request.headers.get("x-goog-upload-raw-size", "")
        if request.body or not size.isdecimal():
            raise invalid("Request must have an empty body and tell the size of the upload.")
        if int(size) == 0:
            raise invalid("Payload must not be empty.")
        mime = request.headers.get("x-goog-upload-content-type", "")
        self._check_size(int(size), mime)
        upload = Upload(
            id=secrets.token_urlsafe(32),
            owner=caller.app.client_id,
            size=int(size),
            mime=mime,
            made=self._account.clock(),
        )
        self._account.state.uploads[upload.id] = upload
        self._bytes[upload.id] = bytearray()
        self._account.changed()
        query = f"upload_id={upload.id}&upload_protocol=resumable"
        return self._told(
            "active",
            ("X-Goog-Upload-URL", f"{self._base}/v1/uploads?{query}"),
            ("X-Goog-Upload-Chunk-Granularity", str(self._habits.granularity)),
        )

    def _go_on(self, request: Request, caller: Caller, commands: list[str]) -> Response:
        upload = self._upload(request, caller)
        match commands:
            case ["query"]:
                return self._queried(upload)
            case ["cancel"]:
                upload.cancelled = True
                self._account.changed()
                return self._told("cancelled")
            case ["upload"] | ["upload", "finalize"] | ["finalize"]:
                return self._chunk(upload, request, caller, commands)
        raise invalid("Request must contain a valid upload command.")

    def _upload(self, request: Request, caller: Caller) -> Upload:
        upload = self._account.state.uploads.get(dict(request.query)["upload_id"])
        too_old = self._account.clock() - self._habits.upload_lifetime
        if upload is None or upload.owner != caller.app.client_id or upload.made <= too_old:
            raise ApiError("NOT_FOUND", "Upload session was not found.")
        return upload

    def _queried(self, upload: Upload) -> Response:
        received = ("X-Goog-Upload-Size-Received", str(upload.received))
        if upload.cancelled:
            return self._told("cancelled")
        return self._told("final" if upload.token else "active", received)

    def _chunk(
        self, upload: Upload, request: Request, caller: Caller, commands: list[str]
    ) -> Response:
        if upload.token is not None:
            return self._final(upload.token)
        if upload.cancelled or request.headers.get("x-goog-upload-offset", "") != str(
            upload.received
        ):
            return self._misplaced(upload)
        last = commands[-1] == "finalize"
        if not last and (len(request.body) % self._habits.granularity or not request.body):
            raise invalid("Chunks must be a multiple of the granularity.")
        self._keep(upload, request.body)
        if not last:
            self._account.changed()
            return self._told("active", ("X-Goog-Upload-Size-Received", str(upload.received)))
        if upload.received != upload.size:
            raise invalid("The upload has another size than was announced.")
        upload.token = self._take(bytes(self._bytes.pop(upload.id)), upload.mime, caller)
        self._account.changed()
        return self._final(upload.token)

    def broke_off(self, request: Request) -> None:
        """What came of a chunk before the line broke stays, by whole steps of the granularity."""
        upload = self._account.state.uploads.get(dict(request.query).get("upload_id", ""))
        if upload is None or upload.token is not None or "upload" not in _commands(request):
            return
        if request.headers.get("x-goog-upload-offset", "") == str(upload.received):
            whole = len(request.body) // self._habits.granularity * self._habits.granularity
            self._keep(upload, request.body[:whole])
            self._account.changed()

    def _keep(self, upload: Upload, data: bytes) -> None:
        if upload.received + len(data) > upload.size:
            raise invalid("The upload has another size than was announced.")
        self._bytes.setdefault(upload.id, bytearray()).extend(data)
        upload.received += len(data)

    def _misplaced(self, upload: Upload) -> Response:
        """Another byte is awaited: the client should ask which."""
        answer = self._queried(upload)
        return Response(status=412, headers=answer.headers)

    def _take(self, data: bytes, mime: str, caller: Caller) -> str:
        """An upload token for these bytes."""
        if not data:
            raise invalid("Payload must not be empty.")
        self._check_size(len(data), mime)
        token = f"CAISi{secrets.token_urlsafe(120)}"
        self._account.state.tokens[token] = Uploaded(
            token=token,
            owner=caller.app.client_id,
            sha256=self._account.store(data),
            size=len(data),
            mime=mime,
            made=self._account.clock(),
        )
        self._account.changed()
        return token

    def _check_size(self, size: int, mime: str) -> None:
        is_video = mime.startswith("video/")
        if size > (self._habits.max_video if is_video else self._habits.max_photo):
            raise invalid("The upload is too large.")

    def _final(self, token: str) -> Response:
        status = ("X-Goog-Upload-Status", "final")
        return text_response(200, token, "text/plain; charset=utf-8", status)

    def _told(self, status: str, *more: tuple[str, str]) -> Response:
        return Response(headers=(("X-Goog-Upload-Status", status), *more))


def _commands(request: Request) -> list[str]:
    return [part.strip() for part in request.headers.get("x-goog-upload-command", "").split(",")]
