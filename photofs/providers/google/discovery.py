"""The two APIs as google-api-python-client needs them described, from documents of our own.

The client brings none for Google Photos, and would ask the network for one at each start
(google.md 2.7). Ours lie beside this module and hold what is used here.
"""

from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from googleapiclient.discovery import build_from_document
from googleapiclient.http import HttpRequest

from photofs.providers.google.line import Http

Request = HttpRequest


class Service(StrEnum):
    """Which API: each is a file in the folder `discovery`."""

    LIBRARY = "photoslibrary.v1"
    PICKER = "photospicker.v1"


@lru_cache
def _document(service: Service) -> str:
    folder = files("photofs.providers.google").joinpath("discovery")
    return folder.joinpath(f"{service}.json").read_text(encoding="utf-8")


def open_service(service: Service, root: str, http: Http) -> Any:  # noqa: ANN401 - it has no types
    """The client for an API at that root; no network is used."""
    return build_from_document(_document(service), http=http, client_options={"api_endpoint": root})


def request_of(client: Any, method: str, arguments: dict[str, object]) -> HttpRequest:  # noqa: ANN401 - as above
    """A request for a method such as "mediaItems.list"; raises TypeError for wrong arguments."""
    resource, _, verb = method.partition(".")
    return getattr(getattr(client, resource)(), verb)(**arguments)
