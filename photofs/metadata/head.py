"""All that a file's first bytes tell, whatever its kind."""

from photofs.metadata.exif import read_exif
from photofs.metadata.kind import sniff
from photofs.metadata.video import VideoFacts, read_video
from photofs.model.head import HEAD_LENGTH, HeadFacts
from photofs.model.photo import Media


def read_head(head: bytes) -> HeadFacts | None:
    """The facts in a file's first HEAD_LENGTH bytes; None for what is no picture or video."""
    kind = sniff(head)
    if kind is None:
        return None
    media, extension = kind
    facts = _read_movie(head) if media is Media.VIDEO else read_exif(head)
    if facts is None:
        return HeadFacts(media, extension, None, None)
    return HeadFacts(media, extension, facts.taken, facts.position)


def _read_movie(head: bytes) -> VideoFacts | None:
    """As far as the movie's header stands in the head."""
    head = head[:HEAD_LENGTH]
    return read_video(lambda at, most: head[at : at + most], len(head))
