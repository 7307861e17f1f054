"""What every provider must do, run for each of them: subclass `ProviderContract` and give fixtures.

A subclass gives two fixtures: `provider`, an opened provider of a library with at least three
photos and one album, whose bytes are all there; and `expected`, the right bytes of some or all of
its photos by remote id (at least two of them, at least one longer than 8 bytes).
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import trio

from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.errors import Gone, NotFound, PhotofsError
from photofs.model.observation import (
    AlbumGone,
    AlbumSeen,
    CollectionSeen,
    ContentHash,
    HashKind,
    Inventory,
    Observation,
    PhotoGone,
    PhotoSeen,
    Progress,
    ScanEnd,
)
from photofs.model.photo import Fidelity
from photofs.model.span import Span
from photofs.providers.port import Folders, Provider, Upload, Writes
from tests.support.content_hash import hash_of
from tests.support.uploads import Heard, upload_of

Expected = Mapping[str, bytes]

STRANGE_REFS = (
    "",
    "null",
    "{}",
    "[]",
    "no json at all",
    '{"id": "0"}',
    '{"part": "../../etc/passwd", "name": "/etc/passwd"}',
    '{"part": "takeout-20200101T000000Z-001.zip", "name": "Takeout/x.jpg", "at": -1, "size": 1}',
    '{"id": "4711", "secret": "0000000000", "server": "65535", "url": "nowhere"}',
)


class ProviderContract:
    """The suite; the name of a subclass begins with Test, so that pytest collects it there."""

    @pytest.fixture
    def provider(self) -> Provider:
        """The provider under test; a subclass gives it."""
        raise NotImplementedError

    @pytest.fixture
    def expected(self) -> Expected:
        """The right bytes by remote id; a subclass gives them."""
        raise NotImplementedError

    async def test_a_scan_ends_once_and_last(self, provider: Provider) -> None:
        """ScanEnd comes exactly once, as the last, and the first scan is a full one."""
        seen = await scan(provider)
        ends = [index for index, one in enumerate(seen) if isinstance(one, ScanEnd)]
        assert ends == [len(seen) - 1]
        last = seen[-1]
        assert isinstance(last, ScanEnd)
        assert last.full

    async def test_all_expected_photos_are_told(
        self, provider: Provider, expected: Expected
    ) -> None:
        """Each photo whose bytes are expected is in the listing, and is not missing."""
        told = {photo.remote_id: photo for photo in photos(await scan(provider))}
        assert len(told) >= 3
        assert set(expected) <= set(told)
        assert not any(told[remote_id].missing for remote_id in expected)

    async def test_ids_are_unique(self, provider: Provider) -> None:
        """No two photos and no two albums of a scan share an id."""
        seen = await scan(provider)
        assert_unique([photo.remote_id for photo in photos(seen)])
        assert_unique([album.remote_id for album in albums(seen)])
        collections = [one.remote_id for one in seen if isinstance(one, CollectionSeen)]
        assert_unique(collections)

    async def test_two_scans_tell_the_same(self, provider: Provider) -> None:
        """Ids, content keys, facts and memberships are the same when nothing has changed."""
        first, second = await scan(provider), await scan(provider)
        assert stable_facts(first) == stable_facts(second)
        assert memberships(first) == memberships(second)

    async def test_whole_originals_are_right(self, provider: Provider, expected: Expected) -> None:
        """Reading without a span gives all the bytes from 0 on, in non-empty chunks."""
        for photo in await photos_of(provider, expected):
            start, chunks = await read(provider, photo.ref, None)
            assert start == 0
            assert all(chunks)
            assert b"".join(chunks) == expected[photo.remote_id]

    async def test_spans_are_right(self, provider: Provider, expected: Expected) -> None:
        """A span's bytes are that slice; a host that ignores the wish begins at 0."""
        for photo in await photos_of(provider, expected):
            right = expected[photo.remote_id]
            for span in spans_of(len(right)):
                start, chunks = await read(provider, photo.ref, span)
                assert start in {0, span.start}
                if provider.abilities.supports_ranges:
                    assert start == span.start
                got = b"".join(chunks)
                assert got == right[start : start + len(got)]
                assert start + len(got) >= min(span.stop, len(right))

    async def test_totals_are_right(self, provider: Provider, expected: Expected) -> None:
        """Sizes told by the listing and with the bytes are the true length."""
        for photo in await photos_of(provider, expected):
            length = len(expected[photo.remote_id])
            assert photo.size in {None, length}
            async with provider.open_original(photo.ref, None) as stream:
                assert stream.total in {None, length}

    async def test_hashes_are_right(self, provider: Provider, expected: Expected) -> None:
        """Content hashes told by the listing and with the bytes are true."""
        for photo in await photos_of(provider, expected):
            right = expected[photo.remote_id]
            async with provider.open_original(photo.ref, None) as stream:
                for told in (photo.hash, stream.hash):
                    assert told is None or told == hash_of(right, told.kind)

    async def test_a_validator_stays(self, provider: Provider, expected: Expected) -> None:
        """Two streams of the same unchanged original name the same version."""
        for photo in await photos_of(provider, expected):
            async with provider.open_original(photo.ref, None) as stream:
                first = (stream.validator, stream.total)
            async with provider.open_original(photo.ref, Span(1, 2)) as stream:
                assert (stream.validator, stream.total) == first

    async def test_unknown_refs_are_gone(self, provider: Provider) -> None:
        """A ref that was never given, however strange, is answered by Gone or NotFound."""
        for ref in STRANGE_REFS:
            with pytest.raises((Gone, NotFound)):
                await read(provider, ref, None)

    async def test_small_pictures_of_unknown_refs_are_gone(self, provider: Provider) -> None:
        """So is what is asked for under a ref that was never given."""
        renditions = provider.abilities.renditions
        if renditions is None:
            return
        for ref in STRANGE_REFS:
            with pytest.raises((Gone, NotFound)):
                await renditions.get(ref, 128)

    async def test_an_incremental_scan_takes_nothing_away(self, provider: Provider) -> None:
        """After a complete scan, the next one from its cursor invents no absence."""
        first = await scan(provider)
        end = first[-1]
        assert isinstance(end, ScanEnd)
        second = await scan(provider, end.cursor)
        assert isinstance(second[-1], ScanEnd)
        assert not [one for one in second if isinstance(one, PhotoGone | AlbumGone)]
        before = {photo.remote_id: photo.missing for photo in photos(first)}
        for photo in photos(second):
            assert before.get(photo.remote_id) == photo.missing

    async def test_a_strange_cursor_means_a_full_scan(self, provider: Provider) -> None:
        """A cursor of another version or of nobody is taken as none."""
        full = stable_facts(await scan(provider))
        for cursor in ("", "{}", "[1, 2]", "no cursor of ours", '{"version": 999}'):
            assert stable_facts(await scan(provider, cursor)) == full

    async def test_abilities_are_honest(self, provider: Provider) -> None:
        """What the abilities promise of the listing holds for each photo that is there."""
        abilities = provider.abilities
        seen = await scan(provider)
        present = [photo for photo in photos(seen) if not photo.missing]
        if abilities.reports_size:
            assert all(photo.size is not None for photo in present)
        if abilities.reports_hash:
            assert all(photo.hash is not None for photo in present)
        assert abilities.folders <= frozenset(Folders)
        if Folders.TRASH not in abilities.folders:
            assert not any(photo.trashed for photo in present)
        if Folders.COLLECTIONS not in abilities.folders:
            assert not [one for one in seen if isinstance(one, CollectionSeen)]

    async def test_inventory_only_where_all_is_listed(self, provider: Provider) -> None:
        """Only a provider that lists everything gives an inventory, and it names what was told."""
        seen = await scan(provider)
        inventories = [one for one in seen if isinstance(one, Inventory)]
        if not provider.abilities.lists_everything:
            assert inventories == []
            return
        assert len(inventories) == 1
        own = {photo.remote_id for photo in photos(seen) if photo.owned}
        assert own <= inventories[0].remote_ids

    async def test_albums_name_photos_that_were_told(self, provider: Provider) -> None:
        """There is an album; its members were told as photos, each once; collections likewise."""
        seen = await scan(provider)
        told = {photo.remote_id for photo in photos(seen)}
        album_ids = {album.remote_id for album in albums(seen)}
        assert album_ids
        for album in albums(seen):
            assert set(album.members) <= told
            assert_unique(list(album.members))
        for one in seen:
            if isinstance(one, CollectionSeen):
                assert set(one.albums) <= album_ids

    async def test_facts_are_well_formed(self, provider: Provider) -> None:
        """Times are in nanoseconds and in their zones, positions on earth, keys not empty."""
        for photo in photos(await scan(provider)):
            assert photo.remote_id
            assert photo.content_key
            assert photo.as_of_ns > 10**17
            taken = photo.taken
            if taken is not None:
                assert taken.local is not None or taken.instant is not None
                assert taken.local is None or taken.local.tzinfo is None
                assert taken.instant is None or taken.instant.utcoffset() == timedelta(0)
            if photo.position is not None:
                assert abs(photo.position.latitude) <= 90
                assert abs(photo.position.longitude) <= 180

    async def test_progress_never_passes_its_total(self, provider: Provider) -> None:
        """What is done is never more than the total, where one is told."""
        for one in await scan(provider):
            if isinstance(one, Progress):
                assert one.done >= 0
                assert one.total is None or one.done <= one.total

    async def test_a_stream_may_be_left(self, provider: Provider, expected: Expected) -> None:
        """Leaving or cancelling a stream in the middle leaves the provider usable."""
        wanted = await photos_of(provider, expected)
        for photo in wanted:
            async with provider.open_original(photo.ref, None):
                pass
            with trio.CancelScope() as scope:
                async with provider.open_original(photo.ref, None) as stream:
                    async for _chunk in stream:
                        scope.cancel()
                        await trio.lowlevel.checkpoint()
            _start, chunks = await read(provider, photo.ref, None)
            assert b"".join(chunks) == expected[photo.remote_id]

    async def test_a_scan_may_be_left(self, provider: Provider) -> None:
        """Leaving or cancelling a scan in the middle leaves the provider usable."""
        full = stable_facts(await scan(provider))
        async with begun_scan(provider) as changes:
            async for _one in changes:
                break
        with trio.CancelScope() as scope:
            async with begun_scan(provider) as changes:
                async for _one in changes:
                    scope.cancel()
                    await trio.lowlevel.checkpoint()
        assert stable_facts(await scan(provider)) == full

    async def test_many_streams_at_once(self, provider: Provider, expected: Expected) -> None:
        """Streams side by side, two for each photo, do not disturb each other."""
        results: list[tuple[str, bytes]] = []

        async def fetch(photo: PhotoSeen) -> None:
            _start, chunks = await read(provider, photo.ref, None)
            results.append((photo.remote_id, b"".join(chunks)))

        wanted = await photos_of(provider, expected)
        async with trio.open_nursery() as nursery:
            for photo in (*wanted, *wanted):
                nursery.start_soon(fetch, photo)
        assert len(results) == 2 * len(wanted)
        assert all(data == expected[remote_id] for remote_id, data in results)


class WritesContract:
    """What every provider with `writes` must do, run like the suite above.

    A subclass gives two fixtures: `provider`, and `pictures`, the bytes of four pictures that its
    library does not have. What a source cannot do is not asked of it.
    """

    @pytest.fixture
    def provider(self) -> Provider:
        """The provider under test; a subclass gives it."""
        raise NotImplementedError

    @pytest.fixture
    def pictures(self) -> list[bytes]:
        """New pictures; a subclass gives them."""
        raise NotImplementedError

    @pytest.fixture
    def files(self, pictures: list[bytes], tmp_path: Path) -> list[Upload]:
        """They as files to be sent."""
        return [
            upload_of(tmp_path, data, key=f"{number:032x}", title=f"Wish {number}")
            for number, data in enumerate(pictures)
        ]

    async def test_an_upload_is_there(self, provider: Provider, files: list[Upload]) -> None:
        """What was sent is found, looks as scans tell it, is nobody else's, and has its bytes."""
        writes = writes_of(provider)
        uploaded = await able(writes.upload)(files[0], Heard())
        assert not uploaded.known
        seen = await able(writes.look)(uploaded.remote_id)
        assert seen is not None
        told = {photo.remote_id: photo for photo in photos(await scan(provider))}
        listed = told[uploaded.remote_id]
        favorite = listed.favorite if seen.favorite is None else seen.favorite
        assert replace(seen, favorite=favorite) == replace(listed, as_of_ns=seen.as_of_ns)
        if uploaded.shown is not None:
            assert replace(uploaded.shown, as_of_ns=seen.as_of_ns) == seen
        assert (seen.title or "Wish 0", seen.owned, seen.tags) == ("Wish 0", True, ())
        if seen.fidelity is Fidelity.ORIGINAL:
            _start, chunks = await read(provider, seen.ref, None)
            assert b"".join(chunks) == files[0].path.read_bytes()

    async def test_an_upload_is_found_again(self, provider: Provider, files: list[Upload]) -> None:
        """Asked for by its key it is found, however often, by another opening as well."""
        writes = writes_of(provider)
        uploaded = await able(writes.upload)(files[0], Heard())
        for _time in range(2):
            assert await able(writes.find_upload)(files[0]) == uploaded.remote_id

    async def test_what_is_not_there(self, provider: Provider) -> None:
        """A photo and an album that never were look like None; changing them is Gone."""
        writes = writes_of(provider)
        assert await able(writes.look)("0") is None
        assert await able(writes.look_album)("0") is None
        if writes.set_title is not None:
            with pytest.raises(Gone):
                await writes.set_title("0", "x")

    async def test_an_album_s_life(self, provider: Provider, files: list[Upload]) -> None:
        """Made, filled twice, renamed, ordered, left twice, removed twice: as a look tells."""
        writes = writes_of(provider)
        look = able(writes.look_album)
        ids = [(await able(writes.upload)(one, Heard())).remote_id for one in files]
        if writes.find_album is not None:
            assert await writes.find_album("Made", ids[0]) is None
        album = await able(writes.make_album)("Made", ids[0])
        if writes.find_album is not None:
            assert await writes.find_album("Made", ids[0]) == album
            assert await writes.find_album("Made", ids[1]) is None
        for _time in range(2):
            await able(writes.join)(album, ids[:3])
        assert _told_of(await look(album)) == ("Made", tuple(ids[:3]))
        if writes.rename_album is not None:
            await writes.rename_album(album, "Named")
            assert _told_of(await look(album)) == ("Named", tuple(ids[:3]))
        if writes.order_album is not None:
            await writes.order_album(album, [ids[2], ids[1], ids[0]])
            assert _told_of(await look(album))[1] == (ids[2], ids[1], ids[0])
        for _time in range(2):
            await able(writes.leave)(album, [ids[0], ids[3]])
        assert set(_told_of(await look(album))[1]) == {ids[1], ids[2]}
        if writes.remove_album is not None:
            for _time in range(2):
                await writes.remove_album(album)
            assert await look(album) is None
        assert all([await able(writes.look)(one) is not None for one in ids])

    async def test_facts_are_set_twice(self, provider: Provider, files: list[Upload]) -> None:
        """Texts, tags, date and favorite hold after being set twice, and disturb no other."""
        writes = writes_of(provider)
        photo = (await able(writes.upload)(files[0], Heard())).remote_id
        local = datetime(2001, 2, 3, 4, 5, 6)  # noqa: DTZ001 - wall time
        taken = TakenFact(by=TakenBy.SERVICE, local=local)
        for _time in range(2):
            if writes.set_title is not None:
                await writes.set_title(photo, "Title")
            if writes.set_description is not None:
                await writes.set_description(photo, "Text")
            if writes.set_tags is not None:
                await writes.set_tags(photo, ["sea", "sky"])
            if writes.set_taken is not None:
                await writes.set_taken(photo, taken)
            if writes.favorite is not None:
                await writes.favorite(photo, True, True)
        seen = await able(writes.look)(photo)
        assert seen is not None
        assert writes.set_title is None or seen.title == "Title"
        assert writes.set_description is None or seen.description == "Text"
        assert writes.set_tags is None or sorted(seen.tags) == ["sea", "sky"]
        assert writes.set_taken is None or seen.taken == taken
        assert writes.favorite is None or seen.favorite
        assert await able(writes.find_upload)(files[0]) == photo

    async def test_a_replaced_photo_stays_itself(
        self, provider: Provider, files: list[Upload]
    ) -> None:
        """Other bytes under the same id, in the same album, with another content key."""
        writes = writes_of(provider)
        if writes.replace is None:
            return
        photo = (await able(writes.upload)(files[0], Heard())).remote_id
        album = await able(writes.make_album)("Made", photo)
        before = await able(writes.look)(photo)
        await writes.replace(photo, files[1]._replace(title="Wish 0"), Heard())
        after = await able(writes.look)(photo)
        assert before is not None
        assert after is not None
        assert (after.remote_id, after.title) == (photo, before.title)
        assert after.content_key != before.content_key
        assert _told_of(await able(writes.look_album)(album))[1] == (photo,)

    async def test_what_leaves_for_good(self, provider: Provider, files: list[Upload]) -> None:
        """Deleted twice is deleted once, and nothing else goes with it."""
        writes = writes_of(provider)
        if writes.delete is None:
            return
        ids = [(await able(writes.upload)(one, Heard())).remote_id for one in files[:2]]
        for _time in range(2):
            await writes.delete(ids[0])
        assert await able(writes.look)(ids[0]) is None
        assert await able(writes.look)(ids[1]) is not None


Function = TypeVar("Function", bound=Callable[..., Awaitable[object]])


def able(function: Function | None) -> Function:
    """A function that a source with `writes` must have."""
    assert function is not None
    return function


def writes_of(provider: Provider) -> Writes:
    """What can be changed there."""
    assert provider.abilities.writes is not None
    return provider.abilities.writes


def _told_of(album: AlbumSeen | None) -> tuple[str, tuple[str, ...]]:
    assert album is not None
    return album.title, album.members


@asynccontextmanager
async def begun_scan(provider: Provider) -> AsyncIterator[AsyncIterator[Observation]]:
    """A scan from the beginning that is closed in any case."""
    changes = provider.changes(None)
    try:
        yield changes
    finally:
        if isinstance(changes, AsyncGenerator):
            await changes.aclose()


async def scan(provider: Provider, cursor: str | None = None) -> list[Observation]:
    """All that a scan yields; foreign exceptions are a broken contract."""
    try:
        return [one async for one in provider.changes(cursor)]
    except PhotofsError:
        raise
    except Exception as error:  # noqa: BLE001 - any other exception breaks the contract
        pytest.fail(f"a foreign exception left the provider: {error!r}")


async def read(provider: Provider, ref: str, span: Span | None) -> tuple[int, list[bytes]]:
    """Where the bytes begin, and the chunks; foreign exceptions are a broken contract."""
    try:
        async with provider.open_original(ref, span) as stream:
            return stream.start, [chunk async for chunk in stream]
    except PhotofsError:
        raise
    except Exception as error:  # noqa: BLE001 - any other exception breaks the contract
        pytest.fail(f"a foreign exception left the provider: {error!r}")


async def photos_of(provider: Provider, expected: Expected) -> list[PhotoSeen]:
    """The told photos whose bytes are expected."""
    told = [photo for photo in photos(await scan(provider)) if photo.remote_id in expected]
    assert len(told) == len(expected) >= 2
    return told


def photos(seen: list[Observation]) -> list[PhotoSeen]:
    """The photos of a scan."""
    return [one for one in seen if isinstance(one, PhotoSeen)]


def albums(seen: list[Observation]) -> list[AlbumSeen]:
    """The albums of a scan."""
    return [one for one in seen if isinstance(one, AlbumSeen)]


def assert_unique(ids: list[str]) -> None:
    """No id stands twice."""
    assert len(ids) == len(set(ids))


def stable_facts(seen: list[Observation]) -> dict[str, tuple[object, ...]]:
    """What of each photo may not differ between two scans of an unchanged source."""
    return {
        photo.remote_id: (
            photo.content_key,
            photo.media,
            photo.file_name,
            photo.title,
            photo.taken,
            photo.size,
            photo.favorite,
            photo.archived,
            photo.trashed,
            photo.missing,
        )
        for photo in photos(seen)
    }


def memberships(seen: list[Observation]) -> dict[str, tuple[str, ...]]:
    """The members of each album, in order."""
    return {album.remote_id: album.members for album in albums(seen)}


def spans_of(length: int) -> list[Span]:
    """The head, the tail, the middle, one byte, and a span that ends beyond the end."""
    middle = length // 2
    return [
        Span(0, min(4, length)),
        Span(middle, length),
        Span(middle // 2, middle + 1),
        Span(length - 1, length),
        Span(middle, length + 100),
    ]


__all__ = ["ContentHash", "Expected", "HashKind", "ProviderContract", "WritesContract", "scan"]
