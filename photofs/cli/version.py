"""`photofs version`: what is installed."""

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

import click

from photofs import __version__
from photofs.cli.output import json_option, print_json

STANDS_ON = ("pyfuse3", "trio", "apsw", "h11", "flickrapi", "google-api-python-client", "pillow")


def _installed(package: str) -> str:
    """A package's version, or that it is missing."""
    try:
        return version_of(package)
    except PackageNotFoundError:
        return "missing"


@click.command
@json_option
def version(*, as_json: bool) -> None:
    """Print versions of photofs and of what it stands on."""
    versions = {"photofs": __version__, "python": platform.python_version()}
    versions |= {package: _installed(package) for package in STANDS_ON}
    versions["kernel"] = platform.release()
    if as_json:
        print_json(versions)
        return
    for name, number in versions.items():
        print(f"{name} {number}")
