"""Uploads to Flickr: what is sent, what the service's refusals become, what a ticket is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock as Clock

from photofs.emulators.flickr import Habits
from photofs.emulators.flickr import faults as bad
from photofs.emulators.flickr.state import Perms
from photofs.emulators.hosting import faults as net
from photofs.emulators.pictures import make_jpeg, make_video
from photofs.model.errors import (
    Corrupt,
    Misconfigured,
    PhotofsError,
    Quota,
    Refused,
    Temporary,
    Unauthorised,
)
from photofs.model.photo import Media
from photofs.model.verdict import Verdict
from photofs.providers.port import Uploaded
from tests.support.flickr_library import Emulated, emulated, small_account
from tests.support.flickr_writes import able, own_photos, tags_of, writes_to, written
from tests.support.provider_tools import FreePacer
from tests.support.uploads import Heard, long_upload, picture, upload_of

PICTURE = make_jpeg(1, width=64, height=48)
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def service() -> Iterator[Emulated]:
    """A Pro account that may be written to."""
    with emulated(small_account().account, perms="delete") as service:
        yield service


def last_upload(service: Emulated) -> dict[str, str]:
    """The fields of the last upload."""
    calls = [call for call in service.emulator.ledger.history if call.name == "upload"]
    return calls[-1].arguments


async def test_an_upload_keeps_its_bytes_and_is_private(service: Emulated, tmp_path: Path) -> None:
    """The photo is private, titled by the file's name, tagged by the operation, byte for byte."""
    upload = upload_of(tmp_path, PICTURE, name="Tram 28.jpg")
    async with writes_to(service) as writes:
        uploaded = await able(writes.upload)(upload, Heard())
    photo = own_photos(service)["Tram 28"]
    assert uploaded == Uploaded(photo.id, known=False)
    assert (photo.public, photo.friend, photo.family, photo.hidden) == (False, False, False, True)
    assert tags_of(photo) == [f"photofs:op={KEY}"]
    stored = service.account.vault.get(upload.sha256)
    assert stored.read(0, stored.size) == PICTURE
    assert last_upload(service)["dedup_check"] == "1"
    assert "async" not in last_upload(service)


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        ("private", (False, False, False, True)),
        ("friends", (False, True, False, True)),
        ("family", (False, False, True, True)),
        ("public", (True, False, False, False)),
    ],
)
async def test_who_sees_an_upload(
    visibility: str, expected: tuple[bool, ...], service: Emulated, tmp_path: Path
) -> None:
    """Each visibility is sent in full, so that the account's own default never widens it."""
    upload = upload_of(tmp_path, PICTURE, visibility=visibility, title="Tram")
    async with writes_to(service) as writes:
        await able(writes.upload)(upload, Heard())
    photo = own_photos(service)["Tram"]
    assert (photo.public, photo.friend, photo.family, photo.hidden) == expected


async def test_an_unknown_visibility_sends_nothing(service: Emulated, tmp_path: Path) -> None:
    """A visibility that is none is refused before anything goes out."""
    upload = upload_of(tmp_path, PICTURE, visibility="everybody")
    async with writes_to(service) as writes:
        with pytest.raises(Misconfigured, match="visibility"):
            await able(writes.upload)(upload, Heard())
    assert service.calls("upload") == 0


@pytest.mark.parametrize(
    "title", ['a & b <c> "d"', "äöü 雪 🐘", "a\nb", "100 %", "a+b=c", "x" * 900, "\udcff"]
)
async def test_odd_titles(title: str, service: Emulated, tmp_path: Path) -> None:
    """Titles of every kind are signed, sent and kept as they are."""
    async with writes_to(service) as writes:
        await able(writes.upload)(upload_of(tmp_path, PICTURE, title=title), Heard())
    assert title.encode("utf-8", "replace").decode() in own_photos(service)


async def test_progress_is_told(service: Emulated, tmp_path: Path) -> None:
    """The bytes that went out are told in growing numbers, up to all."""
    data, heard = picture(1, 3_000_000), Heard()
    async with writes_to(service) as writes:
        await able(writes.upload)(upload_of(tmp_path, data), heard)
    assert heard.words == sorted(heard.words)
    assert heard.words[-1] == len(data)


async def test_the_same_bytes_are_known(service: Emulated, tmp_path: Path) -> None:
    """Bytes that the account has already make no second photo; the one that has them is named."""
    async with writes_to(service) as writes:
        first = await able(writes.upload)(upload_of(tmp_path, PICTURE, key="a" * 32), Heard())
        second = await able(writes.upload)(upload_of(tmp_path, PICTURE, key="b" * 32), Heard())
        again = await able(writes.upload)(upload_of(tmp_path, PICTURE, key="a" * 32), Heard())
    assert second == Uploaded(first.remote_id, known=True)
    assert again == Uploaded(first.remote_id, known=False)


async def test_a_duplicate_that_is_no_more(service: Emulated, tmp_path: Path) -> None:
    """Where the service calls a deleted photo a duplicate, the file is sent without the check."""
    told = '<rsp stat="fail"><err code="9" msg="dup" /><duplicate_photo_id>1</duplicate_photo_id>'
    answer = net.Answer(status=200, body=told.encode() + b"</rsp>", kind="text/xml")
    service.emulator.faults.add(answer, "upload")
    async with writes_to(service) as writes:
        uploaded = await able(writes.upload)(upload_of(tmp_path, PICTURE, title="Tram"), Heard())
    assert uploaded == Uploaded(own_photos(service)["Tram"].id)
    assert "dedup_check" not in last_upload(service)


REFUSALS = [
    (2, Refused, "no file"),
    (3, Temporary, "failed"),
    (4, Refused, "without content"),
    (5, Refused, "kind of file.*JPEG"),
    (6, Quota, "full.*1,000"),
    (7, Quota, "no more videos"),
    (8, Refused, "200 MB"),
    (14, Quota, "again in 60 min"),
    (98, Unauthorised, "login"),
    (99, Unauthorised, "login"),
    (100, Unauthorised, "key"),
    (105, Temporary, "not available"),
    (106, Temporary, "not available"),
    (201, Temporary, "not available"),
    (0, Temporary, "not available"),
    (13, Refused, "code 13"),
]


@pytest.mark.parametrize(("code", "kind", "text"), REFUSALS)
async def test_refusals(
    code: int, kind: type[PhotofsError], text: str, service: Emulated, tmp_path: Path
) -> None:
    """Each code of the upload's table becomes the right kind, says what to do, and is sent once."""
    service.emulator.faults.add(bad.Fails(code=code, message="no"), "upload")
    async with writes_to(service) as writes:
        with pytest.raises(kind, match=text) as caught:
            await able(writes.upload)(upload_of(tmp_path, PICTURE), Heard())
    assert type(caught.value) is kind
    assert service.calls("upload") == 1
    assert isinstance(caught.value, Temporary) or caught.value.remedy


async def test_real_refusals(tmp_path: Path) -> None:
    """The service's own limits: no medium, nothing, too large a picture and video, a full account.

    A file without content is refused by its last block at the latest, which is its first.
    """
    film = make_video(1, taken=None)
    async with written(Habits(max_photo=10_000, max_video=1000)) as service:
        async with writes_to(service) as writes:
            send = able(writes.upload)
            with pytest.raises(Refused, match="kind of file"):
                await send(upload_of(tmp_path, b"no picture"), Heard())
            with pytest.raises(Refused, match="without content"):
                await send(upload_of(tmp_path, b""), Heard())
            with pytest.raises(Refused, match="200 MB"):
                await send(upload_of(tmp_path, picture(1, 20_000)), Heard())
            with pytest.raises(Refused, match="1 GB"):
                await send(upload_of(tmp_path, film, media=Media.VIDEO), Heard())
            service.account.state.pro, service.account.state.upload_limit = False, 5
            with pytest.raises(Quota, match="full"):
                await send(upload_of(tmp_path, PICTURE), Heard())
            service.account.state.upload_limit = 1000
            service.emulator.habits.non_pro_closed = True
            with pytest.raises(Quota, match="free accounts"):
                await send(upload_of(tmp_path, PICTURE), Heard())
        assert len(service.account.stream()) == 5


async def test_videos_may_be_disabled(service: Emulated, tmp_path: Path) -> None:
    """Code 0 is the service's trouble, unless it speaks of videos."""
    service.emulator.faults.add(bad.Fails(code=0, message="Video uploads disabled"), "upload")
    upload = upload_of(tmp_path, PICTURE, media=Media.VIDEO)
    async with writes_to(service) as writes:
        with pytest.raises(Refused, match="no videos"):
            await able(writes.upload)(upload, Heard())


async def test_a_revoked_login(service: Emulated, tmp_path: Path) -> None:
    """P22: a login taken back stops with its remedy, before a byte of the file goes out."""
    service.account.revoke(service.token)
    async with writes_to(service) as writes:
        with pytest.raises(Unauthorised, match="photofs login flickr"):
            await able(writes.upload)(upload_of(tmp_path, PICTURE), Heard())
    assert service.calls("upload") == 0


async def test_a_login_revoked_between(service: Emulated, tmp_path: Path) -> None:
    """A login taken back after the first upload ends the second by the service's 401."""
    async with writes_to(service) as writes:
        await able(writes.upload)(upload_of(tmp_path, PICTURE), Heard())
        service.account.revoke(service.token)
        upload = upload_of(tmp_path, picture(1, 5000), key="b" * 32)
        with pytest.raises(Unauthorised, match="photofs login flickr"):
            await able(writes.upload)(upload, Heard())
        restored = service.account.state.tokens.get(service.token)
    assert restored is None
    assert len(own_photos(service)) == 6


async def test_another_account_s_login(service: Emulated, tmp_path: Path) -> None:
    """P22: with the login of another account nothing is sent, looked for or changed."""
    service.account.state.me.nsid = "1@N00"
    async with writes_to(service, user="66956608@N06") as writes:
        pass
    stored = service.tools.secrets.get(f"flickr {'66956608@N06'}")
    assert stored is not None
    async with writes_to(service, user="66956608@N06") as writes:
        for call in (
            able(writes.upload)(upload_of(tmp_path, PICTURE), Heard()),
            able(writes.find_upload)(upload_of(tmp_path, PICTURE)),
            able(writes.look)("1"),
            able(writes.lost)(["1"]),
            able(writes.look_album)("1"),
            able(writes.delete)("1"),
        ):
            with pytest.raises(Unauthorised, match="another Flickr account"):
                await call
    assert {name for name in service.emulator.calls if name != "flickr.test.login"} == set()


@pytest.mark.parametrize("perms", ["read", "write", "delete"])
async def test_abilities_follow_the_permission(perms: Perms) -> None:
    """A login that may only read has no writes; one that may write cannot delete."""
    async with written(Habits(), perms) as service, service.provider() as provider:
        writes = provider.abilities.writes
        if perms == "read":
            assert writes is None
            return
        assert writes is not None
        assert writes.upload is not None
        assert (writes.delete is not None) == (perms == "delete")
        assert (writes.trash, writes.restore, writes.empty_albums) == (None, None, False)


async def test_a_file_that_is_not_what_it_was(service: Emulated, tmp_path: Path) -> None:
    """A file that was cut, has grown or vanished is never sent to the end."""
    upload = upload_of(tmp_path, picture(1, 300_000))
    async with writes_to(service) as writes:
        for change in (b"short", picture(1, 300_001), None):
            if change is None:
                upload.path.unlink()
            else:
                upload.path.write_bytes(change)
            with pytest.raises(Corrupt, match="to be sent"):
                await able(writes.upload)(upload, Heard())
            assert await able(writes.find_upload)(upload) is None
    assert len(own_photos(service)) == 5


async def test_a_file_that_changes_meanwhile(service: Emulated, tmp_path: Path) -> None:
    """A file that is written to while it is sent is never sent to the end, whatever its length."""
    upload = long_upload(tmp_path)
    changed: list[int] = []

    def change(sent: int) -> None:
        changed.append(sent)
        with upload.path.open("r+b") as file:
            file.write(b"another")

    async with writes_to(service) as writes:
        with pytest.raises(Corrupt, match="not what it was"):
            await able(writes.upload)(upload, change)
    assert changed
    assert changed[-1] < upload.size
    assert len(own_photos(service)) == 5


async def test_large_files_get_a_ticket(tmp_path: Path, hurry: Clock) -> None:
    """A file of the limit or more goes asynchronously, and its ticket is asked until it is done."""
    del hurry
    check = "flickr.photos.upload.checkTickets"
    async with written(Habits(ticket_delay=25, clock_tolerance=None)) as service:
        service.account.clock = lambda: 1_800_000_000.0 + 10 * service.calls(check)
        async with writes_to(service, later_from=len(PICTURE)) as writes:
            upload = upload_of(tmp_path, PICTURE, title="Tram")
            uploaded = await able(writes.upload)(upload, Heard())
        assert last_upload(service)["async"] == "1"
        assert uploaded.remote_id == own_photos(service)["Tram"].id
        assert service.calls(check) == 4


async def test_a_ticket_that_fails(service: Emulated, tmp_path: Path) -> None:
    """A file of which the service can make nothing is refused for good."""
    async with writes_to(service, later_from=1) as writes:
        upload = upload_of(tmp_path, b"no picture at all")
        with pytest.raises(Refused, match="cannot make"):
            await able(writes.upload)(upload, Heard())


async def test_a_ticket_that_takes_too_long(tmp_path: Path, hurry: Clock) -> None:
    """A ticket that stays pending ends as Temporary, and is found once it is done."""
    del hurry
    now = [1_800_000_000.0]
    async with written(Habits(ticket_delay=5000)) as service:
        service.account.clock = lambda: now[0]
        service.emulator.habits.clock_tolerance = None
        async with writes_to(service, later_from=1, ticket=5) as writes:
            upload = upload_of(tmp_path, PICTURE, title="Tram")
            with pytest.raises(Temporary, match="still working"):
                await able(writes.upload)(upload, Heard())
            with pytest.raises(Temporary, match="still working"):
                await able(writes.find_upload)(upload)
            now[0] += 6000
            found = await able(writes.find_upload)(upload)
        assert found == own_photos(service)["Tram"].id


async def test_a_throttled_upload_slows_down(service: Emulated, tmp_path: Path) -> None:
    """429 is told to the pacer with its time, nothing is sent again, and nothing has come."""
    service.emulator.faults.add(bad.too_many(7), "upload")
    upload = upload_of(tmp_path, PICTURE)
    async with writes_to(service) as writes:
        with pytest.raises(Temporary, match="slow down") as caught:
            await able(writes.upload)(upload, Heard())
        assert caught.value.retry_after == 7
        assert await able(writes.find_upload)(upload) is None
    assert service.calls("upload") == 1
    pacer = service.tools.pacer
    assert isinstance(pacer, FreePacer)
    assert Verdict.THROTTLED in pacer.verdicts


async def test_the_day_s_budget(service: Emulated, tmp_path: Path) -> None:
    """Where the pacer says that the day's budget is used up, nothing goes out."""

    class Spent(FreePacer):
        def reserve(self, key: str, *, person: bool) -> float:
            if self.reserved:
                raise Quota("the day's budget is used up")
            return super().reserve(key, person=person)

    service.tools = replace(service.tools, pacer=Spent())
    async with writes_to(service) as writes:
        with pytest.raises(Quota, match="budget"):
            await able(writes.upload)(upload_of(tmp_path, PICTURE), Heard())
    assert service.calls("upload") == 0


async def test_other_bytes_for_a_photo(service: Emulated, tmp_path: Path) -> None:
    """A replaced photo keeps its id, title, tags, albums and date; its bytes are the new ones."""
    before = own_photos(service)["Sea 2"]
    taken, tags = before.taken, tags_of(before)
    async with writes_to(service) as writes:
        upload = upload_of(tmp_path, PICTURE, title="Sea 2")
        await able(writes.replace)(before.id, upload, Heard())
        await able(writes.replace)(before.id, upload, Heard())
    after = own_photos(service)["Sea 2"]
    assert (after.id, after.taken, tags_of(after)) == (before.id, taken, tags)
    assert after.width == 64
    assert len(own_photos(service)) == 5


async def test_what_cannot_be_replaced(service: Emulated, tmp_path: Path) -> None:
    """Videos, and photos of free accounts, are refused with what to do; nothing is changed."""
    video, picture = own_photos(service)["Waves"], own_photos(service)["Sea 0"]
    film = upload_of(tmp_path, make_video(1, taken=None), media=Media.VIDEO)
    async with writes_to(service) as writes:
        with pytest.raises(Refused, match=r"videos.*new file"):
            await able(writes.replace)(picture.id, film, Heard())
        assert service.calls("replace") == 0
        with pytest.raises(Refused, match=r"videos.*new file"):
            await able(writes.replace)(video.id, upload_of(tmp_path, PICTURE), Heard())
        service.account.state.pro = False
        with pytest.raises(Refused, match=r"Pro members.*new file"):
            await able(writes.replace)(picture.id, upload_of(tmp_path, PICTURE), Heard())
        service.account.state.pro = True
        service.account.remove_photo(picture.id)
        with pytest.raises(Temporary):
            await able(writes.replace)(picture.id, upload_of(tmp_path, PICTURE), Heard())
    assert service.account.state.photos[video.id].media == "video"


async def test_a_large_replacement(tmp_path: Path, hurry: Clock) -> None:
    """Large replacements too are waited for by their ticket."""
    del hurry
    check = "flickr.photos.upload.checkTickets"
    async with written(Habits(ticket_delay=15, clock_tolerance=None)) as service:
        service.account.clock = lambda: 1_800_000_000.0 + 10 * service.calls(check)
        photo = own_photos(service)["Sea 2"]
        async with writes_to(service, later_from=1) as writes:
            await able(writes.replace)(photo.id, upload_of(tmp_path, PICTURE), Heard())
        assert service.account.state.photos[photo.id].width == 64
        assert service.calls(check) >= 2


async def test_uploads_side_by_side(service: Emulated, tmp_path: Path) -> None:
    """Several uploads at once do not disturb each other."""
    files = [upload_of(tmp_path, picture(n, 200_000 + n), key=f"{n:032x}") for n in range(8)]
    done: dict[str, str] = {}
    async with writes_to(service) as writes:

        async def send(number: int) -> None:
            uploaded = await able(writes.upload)(files[number], Heard())
            done[files[number].key] = uploaded.remote_id

        async with trio.open_nursery() as nursery:
            for number in range(len(files)):
                nursery.start_soon(send, number)
    for upload in files:
        photo = service.account.state.photos[done[upload.key]]
        assert tags_of(photo) == [f"photofs:op={upload.key}"]
        assert service.account.state.hashes[upload.sha256] == photo.id
