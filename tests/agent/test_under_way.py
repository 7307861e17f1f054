"""How much of an upload has gone out is told while it goes, and no longer."""

from pathlib import Path

from trio.testing import MockClock

from photofs.catalog.under_way import UnderWay
from photofs.emulators.pictures import make_jpeg
from photofs.providers.port import Sent, Upload, Uploaded
from tests.support.fake_service import FakeService
from tests.support.posted import Posted

TRAM = make_jpeg(1, width=64, height=48)


class Watched(FakeService):
    """Notes what is told of an upload when all of it has come."""

    told: tuple[int, ...] = ()
    notes: UnderWay

    def _upload(self, upload: Upload, sent: Sent) -> Uploaded:
        done = super()._upload(upload, sent)
        self.told = tuple(self.notes.sent().values())
        return done


async def test_bytes_of_an_upload_are_told_while_it_lasts(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """All bytes before the answer, and nothing once it is done."""
    del autojump_clock
    service = Watched()
    service.notes = UnderWay(tmp_path / "under-way")
    posted = Posted(tmp_path, service)
    posted.write("Unsorted/tram.jpg", TRAM)
    await posted.judged()
    await posted.send()
    assert posted.is_over()
    assert service.told == (len(TRAM),)
    assert service.notes.sent() == {}
    posted.catalog.close()
