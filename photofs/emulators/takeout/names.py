"""How Takeout names the files of one folder: cut, counted, cleaned.

Lengths count UTF-16 units. A medium's name is cut to 51 with its extension, its counter is added
after that; a sidecar's name is cut to 46 without its ".json", its counter stands before that.
"""

from dataclasses import dataclass, field, replace

FORBIDDEN = frozenset('/\\:*?"<>|\r\n\t')


def cleaned(title: str) -> str:
    """Without what no file name may hold."""
    return "".join("_" if one in FORBIDDEN else one for one in title)


def first_units(text: str, count: int) -> str:
    """The first `count` UTF-16 units; a character of two that stands across the edge stays."""
    kept, used = [], 0
    for character in text:
        if used >= count:
            break
        kept.append(character)
        used += len(character.encode("utf-16-le")) // 2
    return "".join(kept)


def extension_of(name: str) -> str:
    """With its dot; empty for a name that has none."""
    head, dot, tail = name.rpartition(".")
    return dot + tail if head and len(tail) <= 5 and " " not in tail else ""  # noqa: PLR2004 - ".jpeg", ".MP~2"


@dataclass(frozen=True)
class Named:
    """One medium's name in a folder: stem, counter like "(1)" or nothing, and extension."""

    stem: str
    counter: str
    extension: str

    @property
    def file(self) -> str:
        """The medium's file name."""
        return f"{self.stem}{self.counter}{self.extension}"

    def sidecar(self, *, supplemental: bool, of_title: str | None = None) -> str:
        """The sidecar's; `of_title` is the title if it has no extension, which sidecars keep."""
        supplement = ".supplemental-metadata" if supplemental else ""
        base = first_units((of_title or self.stem + self.extension) + supplement, 46)
        return f"{base}{self.counter}.json"

    def copy(self, suffix: str) -> "Named":
        """An edited copy's name: the suffix may be cut short."""
        return replace(self, stem=first_units(self.stem + suffix, 51 - len(self.extension)))

    def moving(self, extension: str) -> "Named":
        """The moving part's name; Pixel's is the picture's without ".jpg"."""
        pixel = extension.upper().startswith((".MP~", ".MV")) or extension.upper() == ".MP"
        stem = self.stem.removesuffix(extension) if pixel else self.stem
        return replace(self, stem=stem, extension=extension)


@dataclass
class FolderNames:
    """The names given so far in one folder."""

    given: set[str] = field(default_factory=set)

    def name(self, title: str, default_extension: str = ".jpg") -> Named:
        """The next medium of that title."""
        safe = cleaned(title)
        extension = extension_of(safe)
        stem = safe.removesuffix(extension) if extension else safe
        extension = extension or default_extension
        stem = first_units(stem, 51 - len(extension))
        number = 0
        named = Named(stem, "", extension)
        while named.file in self.given:
            number += 1
            named = Named(stem, f"({number})", extension)
        self.given.add(named.file)
        return named

    def copy(self, named: Named, suffix: str) -> str:
        """The name of a medium's copy; counted where the suffix is cut off so that it is taken."""
        own = named.copy(suffix)
        wanted, number = own, 0
        while wanted.file in self.given:
            number += 1
            wanted = replace(own, counter=f"({number})")
        self.given.add(wanted.file)
        return wanted.file
