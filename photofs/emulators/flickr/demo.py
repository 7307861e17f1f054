"""The account that `--demo` shows: small, but with everything that makes a library hard."""

from typing import Literal, NamedTuple

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.state import Collection, Person, Photo, Place
from photofs.emulators.hosting.originals import Painted

BOB = "12345678@N00"
EVE = "87654321@N03"


class Shot(NamedTuple):
    """A row of the table below; `taken` is wall time at the place."""

    title: str
    taken: str | None
    offset: str | None = None
    position: tuple[float, float] | None = None
    kind: Literal["jpg", "png", "mp4"] = "jpg"
    tags: tuple[str, ...] = ()
    public: bool = True


LISBON = (38.7078, -9.1366)
TOKYO = (35.6595, 139.7005)
LIMA = (-12.1211, -77.0297)
KATHMANDU = (27.7172, 85.3240)

SHOTS: dict[str, tuple[Shot, ...]] = {
    "Lisbon 🇵🇹": (
        Shot("Tram 28 🚋", "2019-06-14 09:12:31", "+01:00", LISBON, tags=("tram", "Lisboa")),
        Shot("Tram 28 🚋", "2019-06-14 09:12:33", "+01:00", LISBON, tags=("tram",)),
        Shot("tram 28 🚋", "2019-06-14 09:13:02", "+01:00", LISBON),
        Shot("Pastéis de nata", "2019-06-14 11:40:00", "+01:00", LISBON),
        Shot("Miradouro/Graça", "2019-06-14 20:58:10", "+01:00", LISBON),
        Shot("Tejo", "2019-06-15 07:03:44", None, LISBON),
        Shot("Tram ride", "2019-06-14 08:20:00", None, LISBON, "mp4"),
    ),
    "Japan / Tokyo": (
        Shot("渋谷スクランブル交差点", "2023-04-02 18:31:09", "+09:00", TOKYO),
        Shot("桜", "2023-04-03 08:15:00", "+09:00", TOKYO, tags=("桜", "hanami")),
        Shot("桜", "2023-04-03 08:15:00", "+09:00", TOKYO),
        Shot("Ramen", "2023-04-03 12:44:51", None, TOKYO),
    ),
    "Japan / Kyoto": (
        Shot("IMG_2041", "2023-04-06 10:02:00", "+09:00", (34.9671, 135.7727)),
        Shot("IMG_2042", "2023-04-06 10:02:00", "+09:00", (34.9671, 135.7727)),
        Shot("", "2023-04-06 16:20:12", "+09:00", (35.0394, 135.7292)),
    ),
    "Lima": (
        Shot("Miraflores", "2021-12-31 23:59:58", "-05:00", LIMA),
        Shot("Happy new year! 🎆🎆🎆", "2022-01-01 00:00:07", "-05:00", LIMA),
        Shot("CON", "2022-01-01 09:30:00", "-05:00", LIMA),
    ),
    "Everest base camp": (
        Shot("Monkey temple", "2018-10-20 06:45:00", "+05:45", KATHMANDU),
        Shot("Day 1.", "2018-10-22 12:00:00", None, (27.6869, 86.7298)),
        Shot("Day 2 ", "2018-10-23 12:00:00", None, (27.8069, 86.7140)),
        Shot("Base camp 👩‍👩‍👧‍👦", "2018-10-30 11:11:11", "+05:45", (28.0043, 86.8557)),
    ),
    "Family": (
        Shot("Grandma", "1980-06-01 00:00:00", tags=("scan",), public=False),
        Shot("Birthday", "2020-02-29 15:00:00", "+01:00", public=False),
        Shot("Birthday", "2020-02-29 15:04:00", "+01:00", public=False),
        Shot("First steps", "2020-10-25 02:30:00", "+01:00", public=False),
        Shot(
            "The dog who would not look into the camera, however long we waited, " * 3,
            "2020-10-25 02:30:00",
            "+02:00",
            public=False,
        ),
    ),
}
LOOSE: tuple[Shot, ...] = (
    Shot("Screenshot", "2022-08-08 08:08:08", None, None, "png"),
    Shot("An old scan, nobody knows when", None),
    Shot("IMG_0001", "2015-03-29 01:59:59", "+01:00"),
    Shot("IMG_0001", "2015-03-29 03:00:01", "+02:00"),
    Shot("DSC_0026.JPG", "2012-12-12 12:12:12"),
    Shot("..", "2016-01-01 00:00:00"),
    Shot('What? "Quotes" <& more>', "2016-07-04 21:00:00", "-04:00", (40.7061, -73.9969)),
    Shot("Evening", "2024-09-01 19:30:00", "+02:00", (52.5163, 13.3777)),
    Shot("Auckland", "2024-01-02 06:00:00", "+13:00", (-36.8485, 174.7633)),
)
FAVORITES: tuple[tuple[str, Shot], ...] = (
    (BOB, Shot("Heron", "2017-05-05 05:05:05")),
    (BOB, Shot("Heron", "2017-05-05 05:06:05")),
    (EVE, Shot("Northern lights", "2022-02-26 22:10:00", None, (69.6492, 18.9553))),
)
FIRST_UPLOAD = 1_718_000_000  # 2024-06-10, one a minute from there on


def demo_account() -> Account:
    """About forty photos: clashing titles, emoji, zones, an undated one, a video, private ones."""
    account = Account()
    account.state.zone = "Europe/Lisbon"
    account.state.people[BOB] = Person(nsid=BOB, username="bob", realname="Bob B.")
    account.state.people[EVE] = Person(nsid=EVE, username="eve", path_alias="eve")
    albums: dict[str, str] = {}
    for title, shots in reversed(SHOTS.items()):
        photos = [_add(account, shot).id for shot in shots]
        albums[title] = account.add_album(title, photos, description=f"About {title}").id
    for shot in LOOSE:
        _add(account, shot)
    for owner, shot in FAVORITES:
        photo = _add(account, shot, owner=owner)
        account.state.favorites[photo.id] = photo.uploaded + 3600
    _collect(account, albums)
    return account


def _collect(account: Account, albums: dict[str, str]) -> None:
    asia = Collection(
        id="66926000-72157700000000002",
        title="Asia",
        albums=[albums["Japan / Tokyo"], albums["Japan / Kyoto"], albums["Everest base camp"]],
    )
    travels = Collection(
        id="66926000-72157700000000001",
        title="Travels",
        description="Far away",
        albums=[albums["Lisbon 🇵🇹"], albums["Lima"]],
        collections=[asia],
    )
    account.state.collections.append(travels)
    account.changed()


def _add(account: Account, shot: Shot, **facts: object) -> Photo:
    number = len(account.state.photos)
    width, height = (320, 240) if shot.kind == "mp4" else (1280, 853 + number % 3 * 107)
    original = Painted(shot.kind, number, width, height, shot.taken, shot.offset, shot.position)
    photo = account.add_photo(
        original,
        taken=shot.taken,
        uploaded=FIRST_UPLOAD + number * 60,
        title=shot.title,
        public=shot.public,
        width=width,
        height=height,
        format=shot.kind,
        media="video" if shot.kind == "mp4" else "photo",
        duration=1 if shot.kind == "mp4" else 0,
        place=Place(latitude=shot.position[0], longitude=shot.position[1])
        if shot.position
        else None,
        granularity=4 if shot.title == "Grandma" else 0,
        **facts,
    )
    account.tag(photo, *shot.tags)
    return photo
