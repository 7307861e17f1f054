"""HTTP/1.1 on one connection, well-behaved or as badly as a `Line` says."""

import math
import socket
import struct
from collections.abc import Callable
from email.utils import formatdate
from typing import Protocol

import h11
import trio

from photofs.emulators.hosting.faults import Deaf, Line
from photofs.emulators.hosting.request import Request, Response

PIECE = 256 * 1024
LINGER_NONE = struct.pack("ii", 1, 0)


class Service(Protocol):
    """Who speaks at this end."""

    def time(self) -> float:
        """The service's clock, in unix seconds."""
        ...

    def deafness(self, verb: str, path: str) -> Deaf | None:
        """How much of the body of a request that begins is not listened to."""
        ...

    async def answer(self, request: Request) -> tuple[Response, Line]:
        """A request's answer and the line's trouble."""
        ...

    def broke_off(self, request: Request) -> None:
        """The line broke in the middle of a request's body; `request` has what came of it."""
        ...

    def serve(self, path: str, start: int) -> Callable[[int], None]:
        """A body goes out from `start` on; what comes back is told how far it got."""
        ...


class HungUp(Exception):
    """The connection is to end here, by the client's wish or by the plan's."""


class Conversation:
    """One client's connection, request after request."""

    def __init__(self, stream: trio.SocketStream, service: Service) -> None:
        """Speak on `stream` for `service`."""
        self._stream = stream
        self._service = service
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=256 * 1024)
        self._head: h11.Request | None = None
        self._body = bytearray()

    async def run(self) -> None:
        """Until either side ends it; a client that breaks off is no error."""
        try:
            while (request := await self._receive()) is not None:
                response, line = await self._service.answer(request)
                await self._send(request, response, line)
                if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                    return
                self._http.start_next_cycle()
        except (HungUp, trio.BrokenResourceError, trio.ClosedResourceError):
            self._break_off()
        except h11.RemoteProtocolError:
            self._break_off()
            await self._refuse()
        finally:
            self._stream.socket.close()

    async def _refuse(self) -> None:
        refusal = h11.Response(status_code=400, headers=[("Connection", "close")])
        if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            await self._stream.send_all(self._http.send(refusal) or b"")

    def _break_off(self) -> None:
        """Tell of a request of which not all has come."""
        if self._head is not None and self._http.their_state is not h11.DONE:
            self._service.broke_off(_request(self._head, bytes(self._body)))
        self._head = None

    async def _receive(self) -> Request | None:
        self._head, self._body = None, bytearray()
        deaf: Deaf | None = None
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                await self._need_data()
            elif isinstance(event, h11.Request):
                self._head = event
                path = event.target.decode("latin-1").partition("?")[0]
                deaf = self._service.deafness(event.method.decode(), path)
            elif isinstance(event, h11.Data):
                self._body += event.data
                if deaf is not None and len(self._body) > deaf.after:
                    await self._turn_deaf(deaf)
            elif isinstance(event, h11.EndOfMessage) and self._head:
                return _request(self._head, bytes(self._body))
            else:
                return None

    async def _turn_deaf(self, deaf: Deaf) -> None:
        """Read no more, whatever comes; the client has to give up."""
        self._break_off()
        if not deaf.reset:
            await trio.sleep_forever()
        self._end(Line(reset=True))

    async def _need_data(self) -> None:
        if self._http.they_are_waiting_for_100_continue:
            go_on = h11.InformationalResponse(status_code=100, headers=[])
            await self._stream.send_all(self._http.send(go_on) or b"")
        self._http.receive_data(await self._stream.receive_some(PIECE))

    async def _send(self, request: Request, response: Response, line: Line) -> None:
        await self._pause(line.wait)
        if line.cut_after == -1:
            self._end(line)
        length = response.end - response.start
        headers = list(response.headers)
        bodiless = response.status in {204, 304}
        if not response.chunked and not bodiless:
            headers.append(("Content-Length", str(length)))
        head = h11.Response(status_code=response.status, headers=[("Date", self._date()), *headers])
        await self._stream.send_all(self._http.send(head) or b"")
        if request.verb != "HEAD" and not bodiless:
            await self._send_body(request.path, response, line)
        await self._stream.send_all(self._http.send(h11.EndOfMessage()) or b"")

    def _date(self) -> str:
        return formatdate(self._service.time(), usegmt=True)

    async def _send_body(self, path: str, response: Response, line: Line) -> None:
        place, end = response.start, response.end
        cut = math.inf if line.cut_after is None else response.start + line.cut_after
        pause = math.inf if line.stall_after is None else response.start + line.stall_after
        reached = self._service.serve(path, place)
        while place < end:
            if place >= cut:
                self._end(line)
            if place >= pause:
                pause = math.inf
                await self._pause(line.stall)
            stop = int(min(end, cut, pause, place + _piece(line)))
            data = response.body.read(place, stop)
            reached(stop)
            await self._stream.send_all(self._http.send(h11.Data(data=data)) or b"")
            place = stop
            if line.rate:
                await self._pause(len(data) / line.rate)

    async def _pause(self, seconds: float) -> None:
        """Say nothing for so long; ends the conversation if the client goes away meanwhile."""
        if seconds <= 0:
            return
        with trio.move_on_after(seconds):
            while data := await self._stream.receive_some(PIECE):
                self._http.receive_data(data)
            raise HungUp

    def _end(self, line: Line) -> None:
        if line.reset:
            self._stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
        raise HungUp


def _piece(line: Line) -> int:
    """How much to send at once: a slow line gets twenty pieces a second."""
    return max(1, min(PIECE, int(line.rate / 20))) if line.rate else PIECE


def _request(head: h11.Request, body: bytes) -> Request:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    return Request(head.method.decode(), head.target.decode("latin-1"), headers, body)
