"""Whose OAuth client `photofs login google` uses: the user's own, given, known, or asked for."""

import sys
from pathlib import Path

import click

from photofs.cli.given_secret import secret_in
from photofs.model.errors import Misconfigured
from photofs.providers.google.client_file import CLIENTS_PAGE, client_in
from photofs.providers.google.oauth import Client

CONSOLE = "https://console.cloud.google.com"
WIZARD = f"""\
Google lets photofs in by an OAuth client of your own: ten minutes, once, and nothing to pay.
Stay in the same project all the time; its name stands at the top of each page.

  1. Make a project:        {CONSOLE}/projectcreate
  2. Enable two APIs:       {CONSOLE}/apis/library/photoslibrary.googleapis.com
                            {CONSOLE}/apis/library/photospicker.googleapis.com
  3. The consent screen:    {CONSOLE}/auth/overview
                            Get started; any name ("photofs"), your own address, audience External.
  4. In production:         {CONSOLE}/auth/audience
                            Publish app. Left "in testing", every login ends after seven days.
                            Google need not verify it: its page will warn you of an unverified app,
                            which is yours; go on by "Advanced".
  5. The client:            {CLIENTS_PAGE}
                            Create client, type Desktop app, then Download JSON.

What photofs uploads belongs to this client for good: Google shows it to no other. Keep the project.
"""


def find_client(
    client_file: Path | None, client_id: str | None, secret_file: Path | None, known: Client | None
) -> Client:
    """The client to log in by. Raises Misconfigured where nobody can be asked for it."""
    if client_file is not None:
        return client_in(client_file)
    if client_id is not None and secret_file is not None:
        return Client(client_id, secret_in(secret_file))
    if known is not None and client_id in {None, known.client_id}:
        return known
    if not sys.stdin.isatty():
        raise Misconfigured(
            "an OAuth client of your own is needed",
            remedy="run this on a terminal, which shows how to come by one in ten minutes, or give"
            " --client-file, the JSON that the Google Cloud console then gives for download",
        )
    print(WIZARD, file=sys.stderr)
    return client_in(
        _typed_path(click.prompt("The downloaded file (client_secret_....json)", err=True))
    )


def _typed_path(typed: str) -> Path:
    """A path as it is typed, or dropped into a terminal with quotes around it."""
    path = Path(typed.strip().strip("'\""))
    try:
        return path.expanduser()
    except RuntimeError:  # "~name" of nobody
        return path
