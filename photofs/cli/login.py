"""`photofs login` and `photofs logout`: one command below them for each service."""

import importlib
from typing import Any

import click

from photofs.model.importing import uncollected

SERVICES = ("flickr", "google")
"""Each with a module of its own, imported when it is asked for: both take 300 ms."""


class _Services(click.Group):
    """The services' commands for one deed, `log_in` or `log_out`."""

    def __init__(self, *, deed: str, **more: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(**more)
        self._deed = deed

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The services."""
        return list(SERVICES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The service's command, imported now."""
        if cmd_name not in SERVICES:
            return None
        with uncollected():
            module = importlib.import_module(f"photofs.cli.login_{cmd_name}")
        command: click.Command = getattr(module, self._deed)
        return command


@click.group(cls=_Services, deed="log_in")
def login() -> None:
    """Log in to a service with your own key, and add its library."""


@click.group(cls=_Services, deed="log_out")
def logout() -> None:
    """Forget a login on this machine."""
