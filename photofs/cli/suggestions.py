"""What the Tab key offers: libraries, paths in the tree, mount points, folders.

Only reads, and says nothing: where nothing can be known the shell offers files, or nothing.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from photofs.assembly import HOME_VARIABLE
from photofs.cli.house import find_house
from photofs.cli.mounts import list_mounts, mount_of
from photofs.model.errors import PhotofsError
from photofs.model.node import Entry, Node

if TYPE_CHECKING:
    from photofs.catalog.sqlite import Catalog
    from photofs.view.tree import Tree

MOST = 1000
"""Names offered at a time; more cannot be read on a terminal."""

PAGE = 1000
"""Entries read at a time."""

Items = list[CompletionItem]


def libraries(context: click.Context, _parameter: click.Parameter, begun: str) -> Items:
    """The libraries' names."""
    try:
        with _catalog(context) as catalog:
            names = [each.name for each in catalog.libraries()]
    except PhotofsError:
        return []
    return [CompletionItem(name) for name in names if name.startswith(begun)]


def places(context: click.Context, parameter: click.Parameter, begun: str) -> Items:
    """Paths below the mount's root, from the catalog; files where it looks like one of those."""
    if begun.startswith(("/", "~", ".")) or mount_of(Path(begun), os.environ) is not None:
        return files(context, parameter, begun)
    from photofs.view.tree import Tree

    above, slash, tail = begun.rpartition("/")
    try:
        with _catalog(context) as catalog:
            tree = Tree(catalog)
            folder = tree.resolve([part for part in above.split("/") if part])
            fitting = (each for each in _entries(tree, folder) if each.name.startswith(tail))
            found = sorted((each.name, each.folder) for each in islice(fitting, MOST))
    except PhotofsError:
        return []
    return [CompletionItem(above + slash + name + "/" * is_folder) for name, is_folder in found]


def mount_points(context: click.Context, parameter: click.Parameter, begun: str) -> Items:
    """Where something of ours is mounted; else any folder."""
    points = [mount.point for mount in list_mounts(os.environ) if mount.point.startswith(begun)]
    return [CompletionItem(point) for point in points] or folders(context, parameter, begun)


def folders(_context: click.Context, _parameter: click.Parameter, begun: str) -> Items:
    """Any folder: the shell's own work."""
    return [CompletionItem(begun, type="dir")]


def files(_context: click.Context, _parameter: click.Parameter, begun: str) -> Items:
    """Any file or folder: the shell's own work."""
    return [CompletionItem(begun, type="file")]


@contextmanager
def _catalog(context: click.Context) -> "Iterator[Catalog]":
    """The catalog that the command would ask, read-only; NotFound if there is none."""
    home = context.find_root().params.get("home")
    if home:
        os.environ[HOME_VARIABLE] = str(Path(home).expanduser().absolute())
    with find_house().catalog(read_only=True) as catalog:
        yield catalog


def _entries(tree: "Tree", folder: Node) -> Iterator[Entry]:
    """All entries of a folder; none below a photo."""
    after = 0
    while folder.folder and (page := tree.entries(folder.ino, after, PAGE)):
        yield from page
        after = page[-1].cookie
