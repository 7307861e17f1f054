"""`photofs login` and `photofs logout`: one command below them for each service."""

import click

from photofs.cli import login_flickr, login_google


@click.group
def login() -> None:
    """Log in to a service with your own key, and add its library."""


@click.group
def logout() -> None:
    """Forget a login on this machine."""


login.add_command(login_flickr.log_in)
login.add_command(login_google.log_in)
logout.add_command(login_flickr.log_out)
logout.add_command(login_google.log_out)
