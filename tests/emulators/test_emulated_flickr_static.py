"""The static hosts: ranges, tags, secrets, previews, videos, and their temper."""

import base64
import hashlib
import io
import json
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from PIL import Image

from photofs.emulators.flickr import Account, Habits, demo_account, synthetic_account
from photofs.emulators.flickr.sizes import original_url
from photofs.emulators.flickr.state import Photo
from photofs.emulators.hosting.blobs import NOISE_BLOCK, Noise
from photofs.emulators.hosting.originals import Painted, Random
from tests.support.flickr_raw import RawClient, raw_client

BIG = 3_000_000


def account_with_noise(size: int = BIG) -> tuple[Account, Photo]:
    """An account with one large photo of which every byte is known."""
    account = Account()
    photo = account.add_photo(Random(7, size, "jpg"), taken="2020-01-01 00:00:00")
    return account, photo


async def fetch(client: RawClient, url: str, **headers: str) -> httpx2.Response:
    """A file, with headers such as `range`, `if_range`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.http.get(url, headers={"accept-encoding": "identity", **named})


def original(client: RawClient, photo: Photo) -> str:
    """The address of a photo's original."""
    return original_url(client.emulator.url, photo)


async def test_original_comes_whole_with_its_length() -> None:
    """An original has a length, a type, an ETag that is no hash of it, and no login."""
    account = demo_account()
    photo = account.stream()[-1]
    async with raw_client(account, perms=None) as client:
        answer = await fetch(client, original(client, photo))
        again = await fetch(client, original(client, photo))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["etag"].endswith('.1"')
    assert hashlib.md5(answer.content).hexdigest() not in answer.headers["etag"]  # noqa: S324 - as above
    assert answer.content == again.content
    assert Image.open(io.BytesIO(answer.content)).size == (photo.width, photo.height)


@pytest.mark.parametrize(
    ("wish", "start", "stop"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=1000-", 1000, BIG),
        ("bytes=-500", BIG - 500, BIG),
        (f"bytes={BIG - 10}-{BIG + 10}", BIG - 10, BIG),
        (f"bytes={NOISE_BLOCK - 5}-{NOISE_BLOCK + 4}", NOISE_BLOCK - 5, NOISE_BLOCK + 5),
    ],
)
async def test_ranges(wish: str, start: int, stop: int) -> None:
    """A range gives 206 with exactly those bytes, and the ledger knows which."""
    account, photo = account_with_noise()
    async with raw_client(account) as client:
        url = original(client, photo)
        whole = await fetch(client, url)
        client.emulator.ledger.clear()
        part = await fetch(client, url, range=wish)
        served = client.emulator.ledger.served[urlsplit(url).path]
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes {start}-{stop - 1}/{BIG}"
    assert part.content == whole.content[start:stop]
    assert served == [(start, stop)]


async def test_unsatisfiable_range() -> None:
    """A range behind the end is 416; what is no range is passed over."""
    account, photo = account_with_noise()
    async with raw_client(account) as client:
        behind = await fetch(client, original(client, photo), range=f"bytes={BIG}-")
        backwards = await fetch(client, original(client, photo), range="bytes=9-2")
    assert (behind.status_code, behind.headers["content-range"]) == (416, f"bytes */{BIG}")
    assert backwards.status_code == 200


async def test_if_range() -> None:
    """With an outdated tag in If-Range the whole file comes."""
    account, photo = account_with_noise()
    async with raw_client(account) as client:
        url = original(client, photo)
        tag = (await fetch(client, url)).headers["etag"]
        good = await fetch(client, url, range="bytes=5-9", if_range=tag)
        bad = await fetch(client, url, range="bytes=5-9", if_range='"other.1"')
        known = await fetch(client, url, if_none_match=tag)
    assert (good.status_code, bad.status_code, known.status_code) == (206, 200, 304)


async def test_a_host_without_ranges() -> None:
    """With ranges off, the whole file comes whatever was wished for."""
    account, photo = account_with_noise()
    async with raw_client(account, habits=Habits(static_ranges=False)) as client:
        answer = await fetch(client, original(client, photo), range="bytes=5-9")
    assert (answer.status_code, len(answer.content)) == (200, BIG)
    assert "accept-ranges" not in answer.headers


async def test_a_host_without_lengths() -> None:
    """With chunked answers no length is told, and the bytes are the same."""
    account, photo = account_with_noise()
    async with raw_client(account, habits=Habits(static_chunked="all")) as client:
        answer = await fetch(client, original(client, photo))
    assert "content-length" not in answer.headers
    assert len(answer.content) == BIG


async def test_head_has_no_body() -> None:
    """HEAD tells the length and sends nothing."""
    account, photo = account_with_noise()
    async with raw_client(account) as client:
        answer = await client.http.head(original(client, photo))
        served = client.emulator.ledger.bytes_served(urlsplit(original(client, photo)).path)
    assert (answer.headers["content-length"], answer.content, served) == (str(BIG), b"", 0)


async def test_previews_are_smaller_jpegs() -> None:
    """Each preview is a JPEG of the told size, upright, without EXIF, with an IPTC block first."""
    account = demo_account()
    photo = next(p for p in account.stream() if p.title == "Tejo")
    async with raw_client(account) as client:
        sizes = await client.read("flickr.photos.getSizes", photo_id=photo.id)
        seen = {}
        for size in sizes["sizes"]["size"]:
            answer = await fetch(client, size["source"])
            picture = Image.open(io.BytesIO(answer.content))
            assert picture.size == (int(size["width"]), int(size["height"]))
            seen[size["label"]] = (answer, picture)
    answer, picture = seen["Small"]
    assert picture.format == "JPEG"
    assert not picture.getexif()
    assert b"https://flickr.com/e/" in answer.content[:200]
    assert "content-length" not in answer.headers
    assert len(answer.content) < len(seen["Original"][0].content)
    assert seen["Original"][1].getexif()


async def test_download_variant_is_an_attachment() -> None:
    """With `_d` the same file comes as an attachment."""
    account = demo_account()
    photo = account.stream()[-1]
    async with raw_client(account) as client:
        url = original(client, photo)
        plain = await fetch(client, url)
        attached = await fetch(client, url.replace("_o.jpg", "_o_d.jpg"))
    name = f"{photo.id}_{photo.original_secret}_o.jpg"
    assert attached.headers["content-disposition"] == f"attachment; filename={name}"
    assert attached.content == plain.content


@pytest.mark.parametrize("wrong", ["secret", "suffix", "extension", "server", "id"])
async def test_unknown_file_is_an_empty_404(wrong: str) -> None:
    """Anything wrong in the name is 404 with an empty body of HTML."""
    account = demo_account()
    photo = account.stream()[-1]
    secret = photo.original_secret
    changes = {
        "secret": (secret, secret[::-1] + "0"),
        "suffix": ("_o.", "_y."),
        "extension": (".jpg", ".png"),
        "server": ("/65535/", "/65534/"),
        "id": (photo.id, "9" + photo.id),
    }
    async with raw_client(account) as client:
        answer = await fetch(client, original(client, photo).replace(*changes[wrong]))
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["content-type"].startswith("text/html")


async def test_large_sizes_have_secrets_of_their_own() -> None:
    """The address of a 1600 cannot be built from the 1024's."""
    account = Account()
    account.add_photo(Painted("jpg", 1, 2200, 1400), width=2200, height=1400)
    async with raw_client(account) as client:
        page = await client.read("flickr.people.getPhotos", user_id="me", extras="url_l,url_h")
        photo = page["photos"]["photo"][0]
        built = await fetch(client, photo["url_l"].replace("_b.jpg", "_h.jpg"))
        given = await fetch(client, photo["url_h"])
    assert (built.status_code, given.status_code) == (404, 200)
    assert Image.open(io.BytesIO(given.content)).size == (1600, 1018)


async def test_free_account_s_original_is_gone() -> None:
    """Not even somebody who knows the secret gets a free account's original."""
    account = demo_account()
    account.state.pro = False
    async with raw_client(account) as client:
        answer = await fetch(client, original(client, account.stream()[-1]))
        sizes = await client.read("flickr.photos.getSizes", photo_id=account.stream()[-1].id)
    assert answer.status_code == 404
    assert "Original" not in {size["label"] for size in sizes["sizes"]["size"]}


async def _sources(client: RawClient, photo: Photo) -> dict[str, str]:
    answer = await client.read("flickr.photos.getSizes", photo_id=photo.id)
    return {size["label"]: size["source"] for size in answer["sizes"]["size"]}


async def test_video_comes_by_a_redirect_that_expires() -> None:
    """A transcode is behind a 302 whose target carries its expiry, and is 403 after it."""
    now = [1_900_000_000.0]
    account = Account(demo_account().state, clock=lambda: now[0])
    video = next(p for p in account.stream() if p.media == "video")
    async with raw_client(account, habits=Habits(link_lifetime=600)) as client:
        sources = await _sources(client, video)
        sent = await fetch(client, sources["360p"])
        target = sent.headers["location"]
        answer = await fetch(client, target)
        part = await fetch(client, target, range="bytes=4-7")
        tampered = await fetch(client, target.replace("360p.mp4", "720p.mp4"))
        now[0] += 601
        late = await fetch(client, target)
    assert (sent.status_code, answer.status_code) == (302, 200)
    assert part.content == b"ftyp"
    assert (tampered.status_code, late.status_code) == (403, 403)
    proof = json.loads(base64.urlsafe_b64decode(parse_qs(urlsplit(target).query)["s"][0]))
    assert (set(proof), proof["i"], proof["e"]) == ({"i", "e", "s", "v"}, int(video.id), 1900000600)
    md5 = hashlib.md5(answer.content, usedforsecurity=False)
    assert answer.headers["etag"] == f'"{md5.hexdigest()}"'
    assert base64.b64decode(answer.headers["content-md5"]) == md5.digest()


async def test_video_original_is_lost_by_default() -> None:
    """play/orig is 404 but for a service told to give it; the transcodes are other bytes."""
    account = demo_account()
    video = next(p for p in account.stream() if p.media == "video")
    for kept, status in ((False, 404), (True, 302)):
        async with raw_client(account, habits=Habits(video_originals=kept)) as client:
            sources = await _sources(client, video)
            sent = await fetch(client, sources["Video Original"])
            assert sent.status_code == status
            if kept:
                original_bytes = (await fetch(client, sent.headers["location"])).content
                sent = await fetch(client, sources["1080p"])
                transcode = (await fetch(client, sent.headers["location"])).content
                poster = (await fetch(client, sources["Original"])).content
    assert b"ftyp" in original_bytes[:12]
    assert b"ftyp" in transcode[:12]
    assert original_bytes != transcode
    assert poster[:2] == b"\xff\xd8"


async def test_bare_video_labels_have_no_size() -> None:
    """1080p and its like have an empty width and height."""
    account = demo_account()
    video = next(p for p in account.stream() if p.media == "video")
    async with raw_client(account) as client:
        answer = await client.read("flickr.photos.getSizes", photo_id=video.id)
        streams = await client.read("flickr.video.getStreamInfo", photo_id=video.id)
    bare = {s["label"]: (s["width"], s["height"]) for s in answer["sizes"]["size"]}
    assert bare["1080p"] == ("", "")
    assert [s["type"] for s in streams["streams"]["stream"]] == ["orig", "1080p", "720p", "360p"]


async def test_static_host_loses_its_temper() -> None:
    """After a burst come 429s of 117 bytes; every try prolongs them; then all is well again."""
    now = [1_900_000_000.0]
    account = Account(synthetic_account(1).state, clock=lambda: now[0])
    habits = Habits(static_burst=3, static_window=10, static_penalty=60)
    async with raw_client(account, habits=habits) as client:
        url = original(client, account.stream()[0])
        burst = [(await fetch(client, url)).status_code for _ in range(4)]
        now[0] += 50
        early = await fetch(client, url)
        now[0] += 50
        prolonged = await fetch(client, url)
        now[0] += 61
        late = await fetch(client, url)
    assert burst == [200, 200, 200, 429]
    assert (early.status_code, prolonged.status_code, late.status_code) == (429, 429, 200)
    assert (len(early.content), early.headers["content-type"][:9]) == (117, "text/html")


async def test_api_has_an_hourly_limit_of_its_own() -> None:
    """Over the key's hour API calls are 429, files are not; an hour later all is well."""
    now = [1_900_000_000.0]
    account = Account(synthetic_account(1).state, clock=lambda: now[0])
    async with raw_client(account, habits=Habits(api_per_hour=2)) as client:
        statuses = [(await client.get("flickr.test.echo")).status_code for _ in range(3)]
        file = await fetch(client, original(client, account.stream()[0]))
        now[0] += 3601
        statuses.append((await client.get("flickr.test.echo")).status_code)
    assert (statuses, file.status_code) == ([200, 200, 429, 200], 200)


def test_noise_reads_the_same_in_any_pieces() -> None:
    """Bytes do not depend on how they are cut, heads included."""
    noise = Noise(3, 3_000_000, b"HEADER")
    whole = noise.read(0, noise.size)
    assert len(whole) == noise.size
    assert whole[:6] == b"HEADER"
    for start, stop in ((0, 3), (3, 9), (NOISE_BLOCK - 1, NOISE_BLOCK + 1), (2_999_999, 9_999_999)):
        assert noise.read(start, stop) == whole[start:stop]
    assert noise.read(5_000_000, 6_000_000) == b""
