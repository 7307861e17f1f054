"""Uploading and replacing files."""

import io
import math
import re
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from photofs.emulators.flickr import Account, Habits, demo_account
from photofs.emulators.flickr.sizes import original_url
from photofs.emulators.flickr.state import State
from photofs.emulators.hosting.multipart import read_multipart
from photofs.emulators.hosting.vault import load_state
from photofs.emulators.pictures import make_jpeg, make_png, make_video
from tests.support.flickr_raw import RawClient, oauth, raw_client, signed

TAKEN = datetime(2019, 6, 14, 9, 12, 31)  # noqa: DTZ001 - wall time, as cameras write it
PICTURE = make_jpeg(1, width=64, height=48, taken=TAKEN, position=(38.7, -9.1))


def error(text: str) -> int:
    """The error code in an XML answer."""
    found = re.search(r'<err code="(\d+)"', text)
    return int(found[1]) if found else 0


async def test_upload_keeps_bytes_date_place_and_fields() -> None:
    """An uploaded original comes back byte by byte; EXIF gives date and place."""
    account = Account()
    async with raw_client(account) as client:
        answer = await client.send_file(
            PICTURE, title="Tram & <co>", tags='a "b c"', is_public="0", is_family="1"
        )
        photo = account.stream()[0]
        file = await client.http.get(original_url(client.emulator.url, photo))
    expected = f'<photoid secret="{photo.secret}" originalsecret="{photo.original_secret}">'
    assert expected + photo.id in answer.text
    assert answer.headers["content-type"].startswith("text/xml")
    assert file.content == PICTURE
    assert (photo.taken, photo.taken_unknown) == ("2019-06-14 09:12:31", False)
    assert (photo.title, photo.public, photo.family) == ("Tram & <co>", False, True)
    assert [tag.raw for tag in photo.tags] == ["a", "b c"]
    assert photo.place is not None
    assert (photo.place.latitude, photo.place.longitude) == (38.7, -9.1)


@pytest.mark.parametrize("path", ["/services/upload", "/services/upload/"])
async def test_upload_answers_xml_whatever_is_asked(path: str) -> None:
    """With and without the last slash, and even if JSON is asked for."""
    async with raw_client(Account()) as client:
        answer = await client.send_file(PICTURE, path=path, format="json")
    assert answer.text.startswith("<?xml")


async def test_upload_signature_covers_the_fields() -> None:
    """A form field that was not signed spoils the signature, multipart or not."""
    async with raw_client(Account()) as client:
        assert client.token
        url = client.emulator.url + "/services/upload/"
        form = signed("POST", url, {"title": "a", **oauth(client.token.token)}, client.token.secret)
        answer = await client.http.post(
            url, data={**form, "title": "b"}, files={"photo": ("x", PICTURE)}
        )
    assert (answer.status_code, answer.text[:31]) == (401, "oauth_problem=signature_invalid")
    assert client.emulator.account.stream() == []


async def test_undated_upload_has_the_moment_in_the_owner_s_zone() -> None:
    """Without EXIF the date is that of the upload, and unknown."""
    account = Account(clock=lambda: 1_120_515_115.0)
    account.state.zone = "Europe/London"
    async with raw_client(account) as client:
        await client.send_file(make_png(1))
    photo = account.stream()[0]
    assert (photo.taken, photo.taken_unknown, photo.format) == ("2005-07-04 23:11:55", True, "png")


@pytest.mark.parametrize(
    ("data", "habits", "expected"),
    [
        (None, Habits(), 2),
        (b"", Habits(), 4),
        (b"not a picture at all", Habits(), 5),
        (b"II*\x00" + bytes(50), Habits(), 5),
        (PICTURE, Habits(max_photo=1000), 8),
        (make_video(1, taken=None), Habits(max_video=1000), 8),
    ],
)
async def test_refused_files(data: bytes | None, habits: Habits, expected: int) -> None:
    """No file, an empty one, an unknown one and too large ones have codes of their own."""
    async with raw_client(Account(), habits=habits) as client:
        answer = await client.send_file(data)
    assert (answer.status_code, error(answer.text)) == (200, expected)
    assert client.emulator.account.stream() == []


async def test_reading_token_may_not_upload() -> None:
    """Uploading needs the permission to write."""
    async with raw_client(Account(), perms="read") as client:
        answer = await client.send_file(PICTURE)
    assert error(answer.text) == 99


async def test_duplicates_are_told_only_if_asked() -> None:
    """With dedup_check the same bytes are refused and named; without they come twice."""
    account = Account()
    async with raw_client(account) as client:
        await client.send_file(PICTURE)
        first = account.stream()[0].id
        refused = await client.send_file(PICTURE, dedup_check="1")
        taken = await client.send_file(PICTURE)
        account.remove_photo(account.stream()[0].id)
        account.remove_photo(account.stream()[0].id)
        again = await client.send_file(PICTURE, dedup_check="1")
    assert error(refused.text) == 9
    assert f"<duplicate_photo_id>{first}</duplicate_photo_id>" in refused.text
    assert "<photoid" in taken.text
    assert "<photoid" in again.text


async def test_free_account_has_limits() -> None:
    """A free account takes only so many, none at busy times, and replaces nothing."""
    account = demo_account()
    account.state.pro = False
    habits = Habits(non_pro_closed=True)
    async with raw_client(account, habits=habits) as client:
        closed = await client.send_file(PICTURE)
        account.state.upload_limit = 10
        full = await client.send_file(PICTURE)
        photo = account.stream()[0].id
        other = await client.send_file(PICTURE, path="/services/replace/", photo_id=photo)
    assert error(closed.text) == 14
    assert "<non_pro_desktop_upload_wait_time>" in closed.text
    assert (error(full.text), error(other.text)) == (6, 1)


async def test_tickets() -> None:
    """An asynchronous upload gives a ticket, which is done after a while, or failed."""
    now = [1_900_000_000.0]
    account = Account(clock=lambda: now[0])
    async with raw_client(account, habits=Habits(ticket_delay=10)) as client:

        async def ticket(data: bytes) -> str:
            answer = await client.send_file(data, **{"async": "1"})
            return answer.text.partition("<ticketid>")[2].partition("<")[0]

        good, bad = await ticket(PICTURE), await ticket(b"rubbish")

        async def states() -> list[tuple[str, str]]:
            asked = f"{good},{bad},1-2"
            answer = await client.read("flickr.photos.upload.checkTickets", tickets=asked)
            return [
                (str(t.get("complete")), str(t.get("invalid")))
                for t in answer["uploader"]["ticket"]
            ]

        early = await states()
        now[0] += 11
        late = await states()
    assert early == [("0", "None"), ("0", "None"), ("None", "1")]
    assert late == [("1", "None"), ("2", "None"), ("None", "1")]


async def test_a_pending_upload_shows_nowhere() -> None:
    """Behind a ticket no list shows the photo, nor does dedup know it, until it is worked on."""
    now = [1_900_000_000.0]
    account = Account(clock=lambda: now[0])
    habits = Habits(ticket_delay=10, clock_tolerance=None)
    async with raw_client(account, habits=habits) as client:
        await client.send_file(PICTURE, title="late", **{"async": "1"})
        early = await client.read("flickr.people.getPhotos", user_id="me")
        twice = await client.send_file(PICTURE, dedup_check="1", **{"async": "1"})
        now[0] += 11
        late = await client.read("flickr.people.getPhotos", user_id="me", extras="date_upload")
        refused = await client.send_file(PICTURE, dedup_check="1", **{"async": "1"})
    assert int(early["photos"]["total"]) == 0
    assert "<ticketid>" in twice.text
    assert [photo["title"] for photo in late["photos"]["photo"]] == ["", "late"]
    assert late["photos"]["photo"][1]["dateupload"] == str(int(now[0]) - 1)
    assert error(refused.text) == 9


async def test_tickets_outlive_the_process(tmp_path: Path) -> None:
    """What was taken in and not worked on yet is still there after a restart."""
    now = [1_900_000_000.0]
    account = Account(clock=lambda: now[0], folder=tmp_path)
    habits = Habits(ticket_delay=10, clock_tolerance=None)
    async with raw_client(account, habits=habits) as client:
        await client.send_file(PICTURE, title="late", **{"async": "1"})
    state = load_state(tmp_path, State)
    assert state is not None
    again = Account(state, clock=lambda: now[0], folder=tmp_path)
    now[0] += 11
    async with raw_client(again, habits=habits) as client:
        listed = await client.read("flickr.people.getPhotos", user_id="me")
    assert [photo["title"] for photo in listed["photos"]["photo"]] == ["late"]


async def test_dedup_may_be_ignored() -> None:
    """At a service that does not heed dedup_check the same bytes make another photo."""
    account = Account()
    async with raw_client(account, habits=Habits(dedup=False)) as client:
        for _time in range(2):
            await client.send_file(PICTURE, dedup_check="1")
    assert len(account.stream()) == 2


async def test_a_ticket_may_never_be_done_or_its_photo_be_nowhere() -> None:
    """Stuck: still being worked on after years. Lost: said to be done, by an id that is unknown."""
    now = [1_900_000_000.0]
    account = Account(clock=lambda: now[0])
    for habits, complete in ((Habits(ticket_delay=math.inf), 0), (Habits(lost_tickets=True), 1)):
        async with raw_client(account, habits=habits) as client:
            answer = await client.send_file(PICTURE, **{"async": "1"})
            name = answer.text.partition("<ticketid>")[2].partition("<")[0]
            now[0] += 10**8
            told = await client.read("flickr.photos.upload.checkTickets", tickets=name)
            (ticket,) = told["uploader"]["ticket"]
            assert str(ticket["complete"]) == str(complete)
    async with raw_client(account) as client:
        info = await client.read("flickr.photos.getInfo", photo_id=ticket["photoid"])
    assert (info["stat"], str(info["code"])) == ("fail", "1")


async def test_an_account_may_be_full_of_videos() -> None:
    """Pictures are still taken."""
    film = make_video(1, taken=None)
    async with raw_client(Account(), habits=Habits(max_videos=1)) as client:
        first, second = await client.send_file(film), await client.send_file(film)
        picture = await client.send_file(PICTURE)
    assert [error(answer.text) for answer in (first, second, picture)] == [0, 7, 0]


async def test_replace_keeps_the_id_and_changes_the_secrets() -> None:
    """Other bytes come under the same id; the old address leads nowhere."""
    account = Account()
    async with raw_client(account) as client:
        await client.send_file(PICTURE)
        photo = account.stream()[0]
        old = original_url(client.emulator.url, photo)
        bigger = make_jpeg(2, width=128, height=96)
        answer = await client.send_file(bigger, path="/services/replace/", photo_id=photo.id)
        gone = await client.http.get(old)
        file = await client.http.get(original_url(client.emulator.url, photo))
        film = make_video(1, taken=None)
        video = await client.send_file(film, path="/services/replace", photo_id=photo.id)
    assert f">{photo.id}</photoid>" in answer.text
    assert (gone.status_code, file.content) == (404, bigger)
    assert (photo.width, error(video.text)) == (128, 8)


async def test_other_picture_formats_are_converted() -> None:
    """A TIFF is taken and becomes a JPEG; a video stays what it is."""
    written = io.BytesIO()
    Image.new("RGB", (32, 24), "teal").save(written, "TIFF")
    account = Account()
    async with raw_client(account) as client:
        await client.send_file(written.getvalue())
        await client.send_file(make_video(1, taken=None))
        converted = next(p for p in account.stream() if p.media == "photo")
        file = await client.http.get(original_url(client.emulator.url, converted))
    assert {(p.media, p.format) for p in account.stream()} == {("photo", "jpg"), ("video", "mp4")}
    assert Image.open(io.BytesIO(file.content)).format == "JPEG"


async def _big_upload(client: RawClient) -> int:
    data = PICTURE + bytes(3_000_000)
    await client.send_file(data)
    photo = client.emulator.account.stream()[0]
    file = await client.http.get(original_url(client.emulator.url, photo))
    return len(file.content) - len(data)


async def test_large_upload_arrives_whole() -> None:
    """Megabytes with boundaries-to-be in them arrive as they were sent."""
    async with raw_client(
        Account(State(me=Account().state.me, keys=Account().state.keys))
    ) as client:
        assert await _big_upload(client) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b\r\n",
        b'--b\r\ncontent-disposition: form-data; name="photo"\r\n\r\nhalf',
        b"--b\r\nno disposition\r\n\r\nx\r\n--b--\r\n",
        b"--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--\r\n",
    ],
)
def test_broken_multipart_is_none(body: bytes) -> None:
    """A body that is broken off or nameless is refused as a whole."""
    assert read_multipart("multipart/form-data; boundary=b", body) is None
    assert read_multipart("text/plain", body) is None
    assert read_multipart("multipart/form-data", body) is None


async def test_a_delayed_ticket_can_be_lost_too() -> None:
    """A ticket that takes its time and is lost tells a photo at last that no list ever shows."""
    now = [1_900_000_000.0]
    account = Account(clock=lambda: now[0])
    habits = Habits(ticket_delay=10, lost_tickets=True, clock_tolerance=None)
    async with raw_client(account, habits=habits) as client:
        answer = await client.send_file(PICTURE, **{"async": "1"})
        assert answer.status_code == 200
        name = answer.text.partition("<ticketid>")[2].partition("<")[0]
        now[0] += 11
        told = await client.read("flickr.photos.upload.checkTickets", tickets=name)
    assert str(told["uploader"]["ticket"][0]["complete"]) == "1"
    assert account.stream() == []
