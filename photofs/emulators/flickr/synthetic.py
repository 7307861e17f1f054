"""Accounts of any size, made from a seed: 100,000 photos in about a second, their bytes unmade."""

import random
from datetime import UTC, datetime, timedelta
from typing import Literal

from photofs.emulators.flickr.account import API_KEY, API_SECRET, TAKEN_FORM, Account
from photofs.emulators.flickr.state import ME, Album, Person, Photo, Place, State, Tag
from photofs.emulators.hosting.originals import Painted

FIRST_UPLOAD = 1_104_537_600  # 2005-01-01 00:00:00 UTC
SPREAD = 20 * 365 * 86_400
TAGS = ("summer", "family", "New York", "black and white", "camera:model=X100", "dog")
TITLES = ("IMG_{:04d}", "DSC_{:04d}", "Evening walk", "", "Sea & sky", "Geburtstag №{}")


def synthetic_account(
    n_photos: int, n_albums: int = 0, seed: int = 1, *, favorites: int = 0, videos: int = 0
) -> Account:
    """An account with so many own photos and albums; about a third of the photos in no album.

    The first `videos` of the photos are videos; `favorites` are photos of somebody else's.
    """
    dice = random.Random(seed)  # noqa: S311 - not a secret
    state = State(
        me=Person(nsid=ME, username="ada", realname="Ada L.", path_alias="ada"),
        keys={API_KEY: API_SECRET},
        people={"12345678@N00": Person(nsid="12345678@N00", username="bob")},
    )
    step = max(1, SPREAD // max(1, n_photos))
    for number in range(n_photos):
        photo = _photo(dice, number, FIRST_UPLOAD + number * step, is_video=number < videos)
        state.photos[photo.id] = photo
    own = list(state.photos)
    _add_albums(state, own, n_albums, dice)
    for number in range(favorites):
        photo = _photo(dice, n_photos + number, FIRST_UPLOAD + number, is_video=False)
        photo.owner = "12345678@N00"
        photo.public = True
        state.photos[photo.id] = photo
        state.favorites[photo.id] = FIRST_UPLOAD + number * 60
    state.last_id = 50_000_000_000 + (n_photos + favorites) * 37
    return Account(state)


def _photo(dice: random.Random, number: int, uploaded: int, *, is_video: bool) -> Photo:
    bits = dice.getrandbits(128)
    photo_id = str(50_000_000_000 + number * 37)
    when = datetime.fromtimestamp(uploaded - (bits & 0xFFFFF), tz=UTC)
    taken = when.strftime(TAKEN_FORM)
    upright = bits & 1
    width, height = (960, 1280) if upright else (1280, 960)
    kind: Literal["jpg", "mp4"] = "mp4" if is_video else "jpg"
    original = Painted(kind, number, width, height, taken)
    photo = Photo(
        id=photo_id,
        owner=ME,
        original=original,
        uploaded=uploaded,
        updated=uploaded + (bits >> 20 & 0xFFFF),
        taken=taken,
        secret=f"{bits >> 40 & 0xFFFFFFFFFF:010x}",
        original_secret=f"{bits >> 80 & 0xFFFFFFFFFF:010x}",
        title=TITLES[bits % len(TITLES)].format(number % 10_000),
        width=320 if is_video else width,
        height=240 if is_video else height,
        media="video" if is_video else "photo",
        format=kind,
        duration=1 if is_video else 0,
        public=bits & 0x300 != 0,
        views=bits & 0xFF,
    )
    if bits & 0xC00 == 0:
        position = (bits >> 30) % 120_000 / 1000 - 60
        photo.place = Place(latitude=position, longitude=position * 2)
    if bits & 0x3000 == 0:
        raw = TAGS[bits % len(TAGS)]
        photo.tags = [Tag(id=f"66926000-{photo_id}-{number}", raw=raw, author=ME)]
    return photo


def _add_albums(state: State, own: list[str], n_albums: int, dice: random.Random) -> None:
    placed = own[: len(own) * 2 // 3]
    for number in range(n_albums):
        share = placed[number::n_albums] or own[:1]
        dice.shuffle(share)
        when = FIRST_UPLOAD + number * 86_400
        state.albums.append(
            Album(
                id=f"72157{number:012d}",
                title=f"Album {number}",
                primary=share[0],
                photos=share,
                created=when,
                updated=when + int(timedelta(days=1).total_seconds()),
            )
        )
