"""A plain HTTP host of originals for the bench, in a process of its own.

    python -m tests.bench.server FOLDER [BYTES_PER_SECOND]

It prints its port. `/static/ANYTHING_SIZE.jpg` (or .mp4) has SIZE bytes, sent by sendfile from one
sparse file; `/static/stuck_...` sends its header and nothing more; `/sent` tells how many bytes of
bodies went out. Calls of Flickr's API are answered with the addresses of the video asked for. All
connections together are held to the rate, if one is given.
"""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

LARGEST = 1 << 31
STEP = 1 << 16
BURST = 0.01
SIZE = re.compile(r"_(\d+)\.(jpg|mp4)$")
RANGE = re.compile(r"bytes=(\d+)-(\d*)")
KINDS = {"jpg": "image/jpeg", "mp4": "video/mp4"}


class Line:
    """The rate that all connections share."""

    def __init__(self, rate: float | None) -> None:
        self.sent = 0
        self._rate = rate
        self._free = 0.0
        self._lock = threading.Lock()

    def pass_through(self, count: int) -> None:
        """Wait until so many bytes may go."""
        with self._lock:
            self.sent += count
            if self._rate is None:
                return
            now = time.monotonic()
            self._free = max(self._free, now - BURST) + count / self._rate
            wait = self._free - now
        if wait > 0:
            time.sleep(wait)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    line: Line
    source: int

    def setup(self) -> None:
        """Small buffers: what is counted as sent is on its way."""
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
        super().setup()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer."""
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
        if address.path == "/sent":
            self._text(str(self.line.sent))
        elif address.path.startswith("/services/"):
            self._text(
                json.dumps(self._sizes(parse_qs(f"{address.query}&{body}"))), "application/json"
            )
        else:
            self._file(address.path)

    do_POST = do_GET  # noqa: N815 - the base class's name

    def _sizes(self, query: dict[str, list[str]]) -> dict[str, object]:
        """photos.getSizes of a video whose id is its length."""
        (number,) = query["photo_id"]
        url = f"http://{self.headers['host']}/static/video_{number}.mp4"
        size = {"label": "1080p", "source": url, "media": "video", "width": 1, "height": 1}
        return {"sizes": {"size": [size]}, "stat": "ok"}

    def _text(self, text: str, kind: str = "text/plain") -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self, path: str) -> None:
        found = SIZE.search(path)
        if found is None:
            self.send_error(404)
            return
        size = int(found[1])
        asked = RANGE.fullmatch(self.headers.get("range", ""))
        start = int(asked[1]) if asked else 0
        stop = min(int(asked[2]) + 1, size) if asked and asked[2] else size
        self.send_response(206 if asked else 200)
        self.send_header("content-type", KINDS[found[2]])
        self.send_header("content-length", str(stop - start))
        self.send_header("accept-ranges", "bytes")
        self.send_header("etag", f'"{path}"')
        if asked:
            self.send_header("content-range", f"bytes {start}-{stop - 1}/{size}")
        self.end_headers()
        if "stuck" in path:
            time.sleep(3600)
        self._send(start, stop)

    def _send(self, start: int, stop: int) -> None:
        self.wfile.flush()
        try:
            while start < stop:
                count = min(STEP, stop - start)
                self.line.pass_through(count)
                start += os.sendfile(self.connection.fileno(), self.source, start, count)
        except OSError:
            self.close_connection = True


def main() -> None:
    """Serve until killed."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "source").open("w+b") as file:
        file.write(b"\xff\xd8\xff\xe1" + os.urandom(1 << 20))
        file.truncate(LARGEST)
        file.flush()
        Handler.source = file.fileno()
        Handler.line = Line(float(sys.argv[2]) if len(sys.argv) > 2 else None)
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        print(server.server_address[1], flush=True)
        server.serve_forever()


@contextmanager
def serving(folder: Path, rate: float | None = None) -> Iterator[str]:
    """The server for the length of a block; its address."""
    more = [] if rate is None else [str(rate)]
    command = [sys.executable, "-m", "tests.bench.server", str(folder), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


if __name__ == "__main__":
    main()
