"""XMP's XML as a tree of plain nodes, and its properties as texts; safe against hostile files.

Only expat, and of that only elements, attributes and text: a document type, which may define
entities and which XMP never has, ends the reading, as do too many elements and too great a depth.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_LANG: Final = f"{_XML} lang"
_LISTS: Final = frozenset({f"{RDF} Bag", f"{RDF} Seq", f"{RDF} Alt"})
_ITEM: Final = f"{RDF} li"
_DESCRIPTION: Final = f"{RDF} Description"
_VALUE: Final = f"{RDF} value"

DEEPEST: Final = 40
"""Elements within one another; face regions, the deepest that programs write, have twelve."""

MOST: Final = 20_000
"""Elements of one file; darktable's longest histories have some thousands."""


class Unreadable(Exception):
    """The bytes are no XMP, or no honest one."""


@dataclass(slots=True)
class Node:
    """An element; names are "namespace local"."""

    name: str
    attributes: dict[str, str]
    children: list["Node"] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text."""
        return "".join(self.texts)


class _Builder:
    """Builds the tree as expat tells of it."""

    def __init__(self) -> None:
        self.top = Node("", {})
        self._open = [self.top]
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST or len(self._open) > DEEPEST:
            raise Unreadable("it has more elements than any sidecar")
        node = Node(name, attributes)
        self._open[-1].children.append(node)
        self._open.append(node)

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        self._open[-1].texts.append(data)


def _refuse(*_args: object) -> None:
    raise Unreadable("it has a document type, which XMP never has")


def parse(data: bytes) -> Node:
    """The tree; Unreadable for what is no XML, or tries to be too much of it."""
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # an encoding that nobody knows
        raise Unreadable(str(error)) from error
    return builder.top


def properties(top: Node) -> dict[str, tuple[str, ...]]:
    """All properties of all descriptions: by name, their texts; of several, the first counts.

    Of a text in several languages the default comes first.
    """
    found: dict[str, tuple[str, ...]] = {}
    for description in _descriptions(top):
        for name, value in description.attributes.items():
            if not name.startswith((f"{RDF} ", f"{_XML} ")):
                found.setdefault(name, (value,))
        for child in description.children:
            values = tuple(_values(child))
            if values:
                found.setdefault(child.name, values)
    return found


def _descriptions(top: Node) -> Iterator[Node]:
    """The descriptions directly below rdf:RDF, wherever that stands."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if node.name == f"{RDF} RDF":
            yield from (child for child in node.children if child.name == _DESCRIPTION)
        else:
            waiting.extend(reversed(node.children))


def _values(node: Node) -> Iterator[str]:
    """The texts of one property: of a list its items, else its own."""
    lists = [child for child in node.children if child.name in _LISTS]
    if lists:
        items = [child for child in lists[0].children if child.name == _ITEM]
        items.sort(key=lambda item: item.attributes.get(_LANG, "x-default") != "x-default")
        yield from map(_plain, items)
    elif node.children:
        inner = [child for child in node.children if child.name in {_VALUE, _DESCRIPTION}]
        yield from (_plain(child) for child in inner if child.name == _VALUE)
    else:
        yield node.text


def _plain(item: Node) -> str:
    """An item's text; of one with qualifiers, its value."""
    value = next((child for child in item.children if child.name == _VALUE), None)
    return value.text if value else item.text
