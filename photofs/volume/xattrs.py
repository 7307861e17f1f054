"""What a photo tells of itself in extended attributes; a table of names and what each says.

Nothing here touches the network. A value that a photo does not have is not listed, but for the
hash: which names there are must not change because a photo is being read, for programs ask for the
length of the list first, and restic 0.14 gives a file up if the list has grown since.
"""

from collections.abc import Callable
from typing import NamedTuple

from photofs.catalog.port import SENT, OriginRow, PhotoRow, Unsent
from photofs.model.incoming import Stage
from photofs.model.photo import Fidelity, PhotoState

LONGEST = 300
"""Bytes of the longest value of most names; what would be longer ends with an ellipsis. ext4 gives
all attributes of a file one block of 4,096 bytes together: `rsync -X` fails where they need more.
"""

LONGER = {"user.xdg.comment": 1_300, "user.photofs.albums": 600, "user.xdg.tags": 600}
"""Bytes of the longest value of the names that may have more."""

_ELLIPSIS = "…".encode()

EVER_LISTED = "user.photofs.sha256"
"""Empty until the original was once here."""


class Facts(NamedTuple):
    """A photo, its best origin, whether its bytes are on this disk, and what is to be sent.

    `embedded`: it is shown with facts in its EXIF that its file does not have.
    """

    photo: PhotoRow
    origin: OriginRow | None
    here: bool
    unsent: Unsent = SENT
    embedded: bool = False


def attribute_names(facts: Facts) -> list[str]:
    """The names of all that this photo tells."""
    return [name for name, tell in _TABLE.items() if name == EVER_LISTED or tell(facts)]


def attribute_value(facts: Facts, name: str) -> bytes | None:
    """The value under a name; None if the photo does not tell that."""
    tell = _TABLE.get(name)
    text = tell(facts) if tell else ""
    told = text or name == EVER_LISTED
    value = text.encode("utf-8", "surrogateescape") if told else None
    longest = LONGER.get(name, LONGEST)
    if value is not None and len(value) > longest:
        return value[: longest - len(_ELLIPSIS)].decode("utf-8", "ignore").encode() + _ELLIPSIS
    return value


def state_of(facts: Facts) -> str:
    """What keeps it from its service; else where its bytes are. `failed` says why."""
    photo = facts.photo
    return _unsent_state(facts.unsent) or _place_of_bytes(photo, here=facts.here)


def _unsent_state(unsent: Unsent) -> str:
    """What is still to be sent, or stays here; '' if there is nothing like that."""
    if unsent.stage is Stage.FAILED:
        return f"{PhotoState.FAILED}: {unsent.why}"
    if unsent.stage is Stage.LOCAL:
        return PhotoState.LOCAL
    if unsent.held:
        return PhotoState.HELD
    return PhotoState.PENDING if unsent.stage or unsent.wished else ""


def _place_of_bytes(photo: PhotoRow, *, here: bool) -> str:
    """Where the bytes are."""
    if here:
        return PhotoState.PINNED if photo.pinned else PhotoState.CACHED
    if photo.missing:
        return PhotoState.MISSING
    if photo.trouble:
        return f"{PhotoState.FAILED}: {photo.trouble}"
    return PhotoState.REMOTE


def _id(facts: Facts) -> str:
    """The service's own id, else ours."""
    return facts.origin.seen.remote_id if facts.origin else str(facts.photo.photo_id)


def _fidelity(facts: Facts) -> str:
    """How near to the original, and what is missing."""
    photo = facts.photo
    notes = [photo.fidelity_note] if photo.fidelity is not Fidelity.ORIGINAL else []
    notes += ["shown with date or place added to its EXIF"] if facts.embedded else []
    return ": ".join([photo.fidelity, ", ".join(filter(None, notes))]).removesuffix(": ")


def _taken(facts: Facts) -> str:
    """The local capture time, and how it is known."""
    photo = facts.photo
    return "; ".join(part for part in (photo.taken_local, photo.taken_how) if part)


def _set(facts: Facts) -> str:
    """What it is among the files of one shot, then the others, one a line."""
    photo = facts.photo
    if not photo.set_others:
        return ""
    return "\n".join([photo.set_role or "", *(f"{role} {name}" for role, name in photo.set_others)])


_TABLE: dict[str, Callable[[Facts], str]] = {
    "user.photofs.id": _id,
    "user.photofs.url": lambda facts: facts.photo.page_url or "",
    "user.photofs.state": state_of,
    "user.photofs.fidelity": _fidelity,
    "user.photofs.albums": lambda facts: "\n".join(facts.photo.albums),
    "user.photofs.set": _set,
    "user.photofs.sha256": lambda facts: facts.photo.sha256 or "",
    "user.photofs.taken": _taken,
    "user.photofs.size": lambda facts: "exact" if facts.photo.size_exact else "estimate",
    "user.xdg.tags": lambda facts: ",".join(facts.photo.tags),
    "user.xdg.comment": lambda facts: facts.photo.description or "",
    "user.xdg.origin.url": lambda facts: facts.photo.page_url or "",
}
