"""The user's own OAuth client, as the Google Cloud console gives it for download."""

import json
from collections.abc import Mapping
from pathlib import Path

from photofs.model.errors import Misconfigured
from photofs.providers.google.oauth import Client

LARGEST = 64 * 1024
CLIENTS_PAGE = "https://console.cloud.google.com/auth/clients"
MAKE_ONE = f"make one of the type Desktop app at {CLIENTS_PAGE}, and download its JSON file"


def client_in(path: Path) -> Client:
    """The client in a client_secret*.json; Misconfigured if there is none of the right type."""
    try:
        with path.open("rb") as file:
            content: object = json.loads(file.read(LARGEST))
    except (OSError, ValueError, RecursionError):
        # no cause is kept: a decoder's message quotes the text
        raise Misconfigured(f"{path} cannot be read as an OAuth client", remedy=MAKE_ONE) from None
    if isinstance(content, Mapping) and "web" in content:
        raise Misconfigured(
            f"{path} is an OAuth client of the type Web application", remedy=MAKE_ONE
        )
    told = content.get("installed") if isinstance(content, Mapping) else None
    client_id = told.get("client_id") if isinstance(told, Mapping) else None
    secret = told.get("client_secret") if isinstance(told, Mapping) else None
    if not (isinstance(client_id, str) and isinstance(secret, str) and client_id and secret):
        raise Misconfigured(f"{path} holds no OAuth client", remedy=MAKE_ONE)
    return Client(client_id, secret)
