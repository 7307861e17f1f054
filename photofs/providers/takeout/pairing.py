"""Which medium of a folder belongs to which sidecar; pure, by names and titles alone.

The rule of sidecar_name.py comes first; each later step takes only what is left, and says why.
A step where several media want one sidecar gives it to the one whose name the sidecar's title
fits, pictures before videos, then by name.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from photofs.model.photo import Media
from photofs.providers.takeout import sidecar_name
from photofs.providers.takeout.variants import Role, edited_from, is_raw, media_of, movie_stems

_SHORTEST_PREFIX = 8
"""Characters that a sidecar's name must share with a medium's before a beginning is a sign."""
_SAME_MOMENT = 2
"""Seconds between a picture and its moving part, where each has a sidecar of its own."""


class SidecarName(NamedTuple):
    """A sidecar of the folder: its name without .json, and what it says of title and time."""

    name: str
    title: str
    taken: int | None


class Pair(NamedTuple):
    """What a medium was paired with: indexes of its sidecar and of its main medium, and why.

    `of` is set for variants (edited, motion, raw) of another medium of the folder. `own` tells
    whether the sidecar is the medium's alone. `why` is empty where the rule itself decided.
    """

    sidecar: int | None = None
    role: Role = Role.MAIN
    of: int | None = None
    own: bool = True
    why: str = ""


class _Step(NamedTuple):
    names: Callable[[str], Iterable[str]]
    why: str


_STEPS = (
    _Step(sidecar_name.by_rule, ""),
    _Step(sidecar_name.verbatim, ""),
)
_GUESSES = (
    _Step(sidecar_name.by_stem, "the sidecar's name is the medium's without its extension"),
    _Step(sidecar_name.without_last, "the sidecar's name lacks the last character"),
)


class Pairing:
    """The pairing of one folder; `pairs[i]` is of `media[i]`. Names are NFC."""

    def __init__(self, media: Sequence[str], sidecars: Sequence[SidecarName]) -> None:
        """Pair at once."""
        self._media = media
        self._sidecars = sidecars
        self._found: dict[int, Pair] = {}
        self._free = set(range(len(sidecars)))
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for index, sidecar in enumerate(sidecars):
            self._by_name[sidecar.name].append(index)
        self._by_stem = self._index_stems()
        for step in _STEPS:
            self._take(step)
        self._pair_variants()
        for step in _GUESSES:
            self._take(step)
        self._take_by_beginning()
        self._take_by_title()
        self._share()
        self._link_sets()
        self.pairs = [self._found.get(index, Pair()) for index in range(len(media))]

    @property
    def left(self) -> list[int]:
        """The sidecars that no medium took."""
        used = {pair.sidecar for pair in self._found.values()}
        return [index for index in range(len(self._sidecars)) if index not in used]

    def _index_stems(self) -> dict[str, list[int]]:
        stems: dict[str, list[int]] = defaultdict(list)
        for index, name in enumerate(self._media):
            parts = sidecar_name.take_apart(name)
            stems[parts.stem + parts.counter].append(index)
        return stems

    def _waiting(self) -> list[int]:
        return [index for index in range(len(self._media)) if index not in self._found]

    def _take(self, step: _Step) -> None:
        """Each medium still waiting takes the first free sidecar among the step's names."""
        wishes: dict[str, list[int]] = defaultdict(list)
        for index in self._waiting():
            for name in step.names(self._media[index]):
                if any(one in self._free for one in self._by_name.get(name, ())):
                    wishes[name].append(index)
                    break
        for name, wishing in wishes.items():
            self._share_out(name, wishing, step.why)

    def _share_out(self, name: str, wishing: list[int], why: str) -> None:
        free = [one for one in self._by_name[name] if one in self._free]
        if len(wishing) > 1:
            wishing.sort(key=lambda index: self._claim(index, free))
        for index in wishing:
            if not free:
                return
            fitting = [one for one in free if self._fits(index, one)] if len(free) > 1 else free
            chosen = (fitting or free)[0]
            free.remove(chosen)
            self._pair(index, chosen, why)

    def _claim(self, index: int, sidecars: list[int]) -> tuple[bool, bool, str]:
        """How good a medium's claim is: the lowest is the best."""
        name = self._media[index]
        fits = any(self._fits(index, one) for one in sidecars)
        return not fits, media_of(name) is Media.VIDEO, name

    def _fits(self, index: int, sidecar: int) -> bool:
        return sidecar_name.title_fits(self._media[index], self._sidecars[sidecar].title)

    def _pair(self, index: int, sidecar: int, why: str) -> None:
        self._free.discard(sidecar)
        self._found[index] = Pair(sidecar, why=why)

    def _pair_variants(self) -> None:
        """Edited copies and moving parts share the sidecar of the medium that they belong to."""
        for index in self._waiting():
            self._found.update(self._as_motion(index) or self._as_edited(index))

    def _as_motion(self, index: int) -> dict[int, Pair]:
        picture = self._picture_of(index)
        if picture is None:
            return {}
        return {index: Pair(self._sidecar_of(picture), Role.MOTION, picture, own=False)}

    def _picture_of(self, index: int) -> int | None:
        """The picture whose moving part this video is by its name."""
        if media_of(self._media[index]) is not Media.VIDEO:
            return None
        for stem in movie_stems(self._media[index]):
            for other in self._by_stem.get(stem, ()):
                if media_of(self._media[other]) is Media.PICTURE:
                    return other
        return None

    def _as_edited(self, index: int) -> dict[int, Pair]:
        name = self._media[index]
        extension = sidecar_name.take_apart(name).extension
        for stem, _suffix in edited_from(name):
            others = [other for other in self._by_stem.get(stem, ()) if other != index]
            others.sort(key=lambda other: not self._media[other].endswith(extension))
            for other in others:
                return {index: Pair(self._sidecar_of(other), Role.EDITED, other, own=False)}
            for wanted in sidecar_name.by_rule(stem + extension):
                for sidecar in self._by_name.get(wanted, ()):
                    self._free.discard(sidecar)
                    return {index: Pair(sidecar, Role.EDITED, own=False)}
        return {}

    def _sidecar_of(self, index: int) -> int | None:
        return self._found.get(index, Pair()).sidecar

    def _take_by_beginning(self) -> None:
        """A free sidecar whose name is the beginning of just one waiting medium's name."""
        if not self._free:
            return
        waiting = self._waiting()
        for sidecar in sorted(self._free):
            begin = self._sidecars[sidecar].name.removesuffix(sidecar_name.SUPPLEMENT)
            if len(begin) < _SHORTEST_PREFIX:
                continue
            fitting = [index for index in waiting if self._media[index].startswith(begin)]
            if len(fitting) == 1 and fitting[0] not in self._found:
                self._pair(fitting[0], sidecar, "only this medium's name begins like the sidecar's")

    def _take_by_title(self) -> None:
        """A free sidecar whose title is just one waiting medium's name."""
        if not self._free:
            return
        titles: dict[str, list[int]] = defaultdict(list)
        for sidecar in sorted(self._free):
            titles[sidecar_name.sanitised(self._sidecars[sidecar].title)].append(sidecar)
        for index in self._waiting():
            fitting = titles.get(self._media[index], [])
            if len(fitting) == 1 and fitting[0] in self._free:
                self._pair(index, fitting[0], "the sidecar's title is the medium's name")

    def _share(self) -> None:
        """A forgotten duplicate: by the rule its sidecar is one that another medium has."""
        for index in self._waiting():
            name = self._media[index]
            for wanted in (*sidecar_name.verbatim(name), *sidecar_name.by_rule(name)):
                if found := self._by_name.get(wanted):
                    why = "a duplicate that shares its sidecar with another medium"
                    self._found[index] = Pair(found[0], own=False, why=why)
                    break
        self._renew_variants()

    def _renew_variants(self) -> None:
        """Variants whose main medium found its sidecar by a later step take it over."""
        for index, pair in self._found.items():
            if pair.of is not None and pair.sidecar is None:
                self._found[index] = pair._replace(sidecar=self._sidecar_of(pair.of))

    def _link_sets(self) -> None:
        """Moving parts and raw files with a sidecar of their own join the picture's set."""
        for index, name in enumerate(self._media):
            pair = self._found.get(index, Pair())
            if pair.role is not Role.MAIN:
                continue
            if media_of(name) is Media.VIDEO:
                self._link_movie(index, pair)
            elif is_raw(name):
                self._link_raw(index, pair)

    def _link_movie(self, index: int, pair: Pair) -> None:
        picture = self._picture_of(index)
        if picture is not None and self._same_moment(index, picture):
            self._found[index] = pair._replace(role=Role.MOTION, of=picture)

    def _link_raw(self, index: int, pair: Pair) -> None:
        parts = sidecar_name.take_apart(self._media[index])
        for other in self._by_stem[parts.stem + parts.counter]:
            name = self._media[other]
            if media_of(name) is Media.PICTURE and not is_raw(name):
                sidecar = self._sidecar_of(other) if pair.sidecar is None else pair.sidecar
                own = pair.own and pair.sidecar is not None
                self._found[index] = pair._replace(
                    role=Role.RAW, of=other, sidecar=sidecar, own=own
                )
                return

    def _same_moment(self, one: int, other: int) -> bool:
        times = [
            self._sidecars[sidecar].taken
            for sidecar in (self._sidecar_of(one), self._sidecar_of(other))
            if sidecar is not None
        ]
        first, last = (times[0], times[-1]) if times else (None, None)
        return first is None or last is None or abs(first - last) <= _SAME_MOMENT
