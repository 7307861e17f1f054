"""PhotoSeen as JSON text, as the observation table keeps it."""

from dataclasses import replace
from typing import Final

import msgspec

from photofs.model.errors import Bug, Corrupt
from photofs.model.observation import PhotoSeen

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(PhotoSeen).decode


def to_json(seen: PhotoSeen) -> str:
    """The facts without their as-of time, so that equal facts are equal text."""
    try:
        text = _encode(seen).decode()
    except (TypeError, ValueError) as error:
        raise Bug(f"what was seen of {seen.remote_id!r} cannot be noted: {error}") from error
    # the first match is the field: within the strings before it, quotes are escaped. A copy of the
    # value with another time takes 20 times as long
    return text.replace(f'"as_of_ns":{seen.as_of_ns}', '"as_of_ns":0', 1)


def from_json(text: str, as_of_ns: int) -> PhotoSeen:
    """What `to_json` noted; Corrupt if the text is something else."""
    try:
        seen = _decode(text)
    except msgspec.DecodeError as error:
        raise Corrupt(
            f"an observation in the catalog cannot be read: {error}",
            safe="photos and originals are not touched",
            remedy="scan the source again",
        ) from error
    return replace(seen, as_of_ns=as_of_ns)
