"""What a PATH argument means: something in a mount, or the same path below the mount's root."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.cli.house import find_house, home_environ
from photofs.cli.mounts import find_inside
from photofs.cli.output import safe_text
from photofs.model.errors import NotFound, Refused
from photofs.model.folder import SCRATCH
from photofs.model.node import Node, row_id
from photofs.view.tree import Tree


class Place(NamedTuple):
    """A node, the house whose library it is of, and that house's open catalog."""

    house: House
    catalog: Catalog
    node: Node
    path: str


@contextmanager
def find_place(text: str, *, read_only: bool = True) -> Iterator[Place]:
    """The place that PATH names, with its catalog open for the length of a block.

    Nothing is asked of the mount, so this works where the mount hangs or is gone. NotFound if there
    is no such thing, Refused for what lies in Scratch.
    """
    inside = find_inside(Path(text), os.environ)
    if inside is None and text.startswith("/"):
        raise NotFound(
            f"{safe_text(text)} is in no mount of photofs",
            remedy="name something in a mount, or a path such as google/Albums",
        )
    if inside is None:
        house, parts = find_house(), [part for part in text.split("/") if part not in {"", "."}]
    else:
        house = House(home_environ(inside.mount.home))
        parts = [] if inside.path == "." else inside.path.split("/")
    if parts[1:2] == [SCRATCH]:
        raise Refused(
            f"{safe_text(text)} is an ordinary file or folder of this disk, and no photo",
            remedy="use any other program on it; it is neither cached nor sent",
        )
    with house.catalog(read_only=read_only) as catalog:
        node = Tree(catalog).resolve(parts)
        yield Place(house, catalog, node, "/".join(parts))


def photos_at(place: Place) -> list[int]:
    """The ids of the photos that a place stands for: one, or all in a folder and below it."""
    if place.node.folder:
        return list(place.catalog.photos_under(row_id(place.node.ino)))
    return [row_id(place.node.ino)]
