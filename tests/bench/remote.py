"""A library whose originals lie on the bench's HTTP host, reached through the Flickr provider."""

import json
import random
from pathlib import Path

from photofs.emulators.flickr import API_KEY, API_SECRET
from photofs.model.photo import Media
from photofs.providers.flickr.account import Stored, keep
from tests.bench.dataset import Piece, with_pieces

USER = "12037949754@N01"


def picture(base: str, name: str, size: int) -> Piece:
    """A picture of so many bytes; its name comes into its address."""
    url = f"{base}/static/{name}_{size}.jpg"
    ref = {"id": name, "size": "o", "url": url, "version": name}
    return Piece(f"{name}.jpg", size, json.dumps(ref))


def video(size: int) -> Piece:
    """A video of so many bytes, whose addresses the API has to be asked for."""
    ref = {"id": str(size), "size": "video", "url": "", "version": "1"}
    return Piece("video.mp4", size, json.dumps(ref), Media.VIDEO)


def remote_library(home: Path, base: str, pieces: list[Piece]) -> None:
    """A logged-in account with these originals."""
    house = with_pieces(home, pieces, "flickr", {"user": USER, "endpoint": base})
    login = Stored(
        key=API_KEY,
        secret=API_SECRET,
        token=f"{random.Random(1).getrandbits(64):x}",
        token_secret=f"{random.Random(2).getrandbits(64):x}",
        permissions="read",
        username="ada",
    )
    keep(house.secrets(), USER, login)
