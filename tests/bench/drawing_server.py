"""A host of one small picture, under every address, in a process of its own.

    python -m tests.bench.drawing_server FILE

It prints its port.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    picture: bytes

    def do_GET(self) -> None:
        """The picture."""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {len(self.picture)}"
        self.wfile.write(f"{head}\r\n\r\n".encode() + self.picture)

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


@contextmanager
def picture_host(picture: Path) -> Iterator[str]:
    """Its address while it serves."""
    command = [sys.executable, "-m", "tests.bench.drawing_server", str(picture)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def main() -> None:
    """Serve until killed."""
    Handler.picture = Path(sys.argv[1]).read_bytes()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
