"""Sends files to the emulated Flickr: `python -m tests.bench.writing_sender WAY FROM [FACTS]`.

    agent HOME             all that is wished in a home, by the agent's own sender
    plain FOLDER FACTS     every file of a folder, by signed POSTs over one connection

It prints the seconds from the first request to the last answer; getting ready is not among them.
"""

import http.client
import json
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import trio

from agent.outbox import Outbox
from agent.sending import Sender
from photofs.assembly import HOME_VARIABLE, House
from photofs.catalog.under_way import UnderWay
from tests.support.flickr_raw import header, oauth, signed

SEAM = "0123456789abcdef0123456789abcdef"
BLOCK = 1 << 17
"""Bytes that go out at once, as the product sends them."""


def main() -> None:
    """Send, and say how long it took."""
    way, where, *more = sys.argv[1:]
    if way == "agent":
        print(trio.run(_by_agent, House({**os.environ, HOME_VARIABLE: where})))
    else:
        print(_plainly(Path(where), json.loads(more[0])))


async def _by_agent(house: House) -> float:
    """As agent/posting.py does it, until nothing is left to be sent."""
    with house.catalog() as catalog:
        (source,) = catalog.sources()
        async with house.open_provider(source) as provider:
            assert provider.abilities.writes is not None
            box = Outbox(
                catalog=catalog,
                wishing=house.wishing(catalog),
                store=house.store(),
                source=source,
                provider=provider,
                writes=provider.abilities.writes,
                under_way=UnderWay(house.paths.under_way),
            )
            began = time.perf_counter()
            await Sender(box).run()
            spent = time.perf_counter() - began
        assert catalog.open_operations() == []
    return spent


def _plainly(folder: Path, facts: dict[str, str]) -> float:
    """The same bytes, signed, and nothing else."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection(urlsplit(facts["url"]).netloc, blocksize=BLOCK)
    for path in sorted(folder.iterdir()):
        _post(connection, facts, path)
    connection.close()
    return time.perf_counter() - began


def _post(connection: http.client.HTTPConnection, facts: dict[str, str], path: Path) -> None:
    """One file as a form's only field: the signature covers no more than the address then."""
    words = f'form-data; name="photo"; filename="{path.name}"'
    head = f"--{SEAM}\r\nContent-Disposition: {words}\r\n\r\n"
    tail = f"\r\n--{SEAM}--\r\n"
    connection.putrequest("POST", "/services/upload/")
    url = f"{facts['url']}/services/upload/"
    pairs = signed("POST", url, oauth(facts["oauth_token"]), facts["oauth_token_secret"])
    connection.putheader("Authorization", header(pairs)["Authorization"])
    connection.putheader("Content-Type", f"multipart/form-data; boundary={SEAM}")
    connection.putheader("Content-Length", str(len(head) + path.stat().st_size + len(tail)))
    connection.endheaders(head.encode())
    with path.open("rb") as file:
        connection.send(file)
    connection.send(tail.encode())
    told = connection.getresponse().read()
    assert b'stat="ok"' in told, told


if __name__ == "__main__":
    main()
