"""Albums, collections, and what is told of one photo."""

from photofs.emulators.flickr import Account, demo_account, synthetic_account
from tests.support.flickr_raw import raw_client


async def test_albums_come_in_the_owner_s_order() -> None:
    """getList gives all albums at once, in order, with their counts."""
    account = demo_account()
    async with raw_client(account) as client:
        answer = await client.read("flickr.photosets.getList", user_id=account.nsid)
    albums = answer["photosets"]["photoset"]
    assert [a["title"]["_content"] for a in albums][:3] == [
        "Lisbon 🇵🇹",
        "Japan / Tokyo",
        "Japan / Kyoto",
    ]
    assert (int(albums[0]["count_photos"]), int(albums[0]["count_videos"])) == (6, 1)
    assert albums[0]["primary"] == account.state.albums[0].primary
    assert albums[0]["date_update"] == str(account.state.albums[0].updated)
    assert int(answer["photosets"]["total"]) == len(account.state.albums)


async def test_albums_are_paged_if_asked() -> None:
    """With per_page the list of albums comes in pages."""
    async with raw_client(synthetic_account(20, 7)) as client:
        answer = await client.read("flickr.photosets.getList", per_page=3, page=3)
        asked = await client.read("flickr.photosets.getList", primary_photo_extras="url_sq")
    assert [a["title"]["_content"] for a in answer["photosets"]["photoset"]] == ["Album 6"]
    assert answer["photosets"]["pages"] == 3
    assert "url_sq" in asked["photosets"]["photoset"][0]["primary_photo_extras"]


async def test_album_s_photos_come_in_album_order() -> None:
    """getPhotos keeps the album's order, marks the primary photo, names the owner once."""
    account = synthetic_account(30, 2)
    album = account.state.albums[1]
    async with raw_client(account) as client:
        answer = await client.read("flickr.photosets.getPhotos", photoset_id=album.id)
    page = answer["photoset"]
    assert [p["id"] for p in page["photo"]] == album.photos
    assert [p["id"] for p in page["photo"] if p["isprimary"] in {1, "1"}] == [album.primary]
    assert (page["owner"], page["title"]) == (account.nsid, album.title)
    assert all("owner" not in photo for photo in page["photo"])
    assert page["perpage"] == 500


async def test_album_s_page_past_the_last_fails() -> None:
    """Past an album's last page there is an error, as there is for an unknown album."""
    account = synthetic_account(30, 1)
    album = account.state.albums[0].id
    async with raw_client(account) as client:
        past = await client.read("flickr.photosets.getPhotos", photoset_id=album, page=2)
        unknown = await client.read("flickr.photosets.getPhotos", photoset_id="1")
        info = await client.read("flickr.photosets.getInfo", photoset_id=album)
    assert (past["code"], unknown["code"], info["photoset"]["id"]) == (1, 1, album)


async def test_strangers_see_only_an_album_s_public_photos() -> None:
    """Counts and pages leave private photos out for a caller without a token."""
    account = demo_account()
    family = next(a for a in account.state.albums if a.title == "Family")
    async with raw_client(account, perms=None) as client:
        page = await client.read("flickr.photosets.getPhotos", photoset_id=family.id)
        info = await client.read("flickr.photosets.getInfo", photoset_id=family.id)
    assert page["photoset"]["photo"] == []
    assert int(info["photoset"]["count_photos"]) == 0


async def test_collections_nest() -> None:
    """The tree holds collections in collections, with plain titles, and albums in them."""
    async with raw_client(demo_account()) as client:
        answer = await client.read("flickr.collections.getTree")
        inner = answer["collections"]["collection"][0]["collection"][0]
        one = await client.read("flickr.collections.getTree", collection_id=inner["id"])
        bad = await client.read("flickr.collections.getTree", collection_id="1-2")
    outer = answer["collections"]["collection"][0]
    assert outer["title"] == "Travels"
    assert [s["title"] for s in outer["set"]] == ["Lisbon 🇵🇹", "Lima"]
    assert inner["title"] == "Asia"
    assert len(inner["set"]) == 3
    assert one["collections"]["collection"][0]["title"] == "Asia"
    assert bad["code"] == 2


async def test_no_collections_is_a_falsy_object() -> None:
    """Where there is no collection, `collections` is an empty object."""
    async with raw_client(Account()) as client:
        answer = await client.read("flickr.collections.getTree")
    assert answer == {"collections": {}, "stat": "ok"}


async def test_photo_s_info() -> None:
    """getInfo has raw tags, dates, visibility, and the owner's permissions for the owner."""
    account = demo_account()
    photo = next(p for p in account.stream() if p.tags)
    photo.tags[0].raw = "New York"
    seen = {}
    for perms in ("read", None):
        async with raw_client(account, perms=perms) as client:
            seen[perms] = (await client.read("flickr.photos.getInfo", photo_id=photo.id))["photo"]
    info = seen["read"]
    assert (info["tags"]["tag"][0]["raw"], info["tags"]["tag"][0]["_content"]) == (
        "New York",
        "newyork",
    )
    assert info["dates"]["taken"] == photo.taken
    assert info["title"] == {"_content": photo.title}
    assert float(info["location"]["latitude"]) == (photo.place.latitude if photo.place else None)
    assert info["originalsecret"] == photo.original_secret
    assert "permissions" in info
    assert "permissions" not in seen[None]


async def test_contexts_name_a_photo_s_albums() -> None:
    """getAllContexts lists the albums at top level."""
    account = demo_account()
    album = account.state.albums[0]
    async with raw_client(account) as client:
        answer = await client.read("flickr.photos.getAllContexts", photo_id=album.photos[0])
        loose = await client.read("flickr.photos.getAllContexts", photo_id=account.stream()[4].id)
    assert [s["title"] for s in answer["set"]] == [album.title]
    assert "set" not in loose


async def test_exif_has_the_camera_s_tags() -> None:
    """getExif reads the original's EXIF under ExifTool's names."""
    account = demo_account()
    photo = next(p for p in account.stream() if p.title == "Tejo")
    async with raw_client(account) as client:
        answer = await client.read("flickr.photos.getExif", photo_id=photo.id)
    tags = {(e["tagspace"], e["tag"]): e["raw"]["_content"] for e in answer["photo"]["exif"]}
    assert tags["ExifIFD", "DateTimeOriginal"] == "2019:06:15 07:03:44"
    assert ("IFD0", "Make") in tags


async def test_people_s_info_and_upload_status() -> None:
    """A Pro account has no limit, a free one tells its own."""
    account = demo_account()
    async with raw_client(account) as client:
        paid = await client.read("flickr.people.getUploadStatus")
        account.state.pro = False
        free = await client.read("flickr.people.getUploadStatus")
        info = await client.read("flickr.people.getInfo", user_id=account.nsid)
    assert (paid["user"]["ispro"], paid["user"]["upload_limit"]) in {(1, "lots"), ("1", "lots")}
    assert int(free["user"]["upload_limit"]) == 1000
    assert info["person"]["timezone"]["timezone_id"] == "Europe/Lisbon"
    assert int(info["person"]["photos"]["count"]["_content"]) == len(account.stream())
