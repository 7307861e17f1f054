"""Who is to see what is sent: new files those of the setting, what the service had nobody new."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from trio.testing import MockClock

from agent.outbox import Outbox
from photofs.emulators.pictures import make_jpeg
from photofs.model.photo import Fidelity
from photofs.providers.port import Sent, Upload, Uploaded
from photofs.wishing.bringing_again import BringingAgain
from tests.support.fake_service import FakeService
from tests.support.posted import Posted
from tests.support.wished import SHELL

OLD = make_jpeg(1, width=64, height=48)
NEW = make_jpeg(2, width=64, height=48)
DAY = "Dates/2019/2019-07"


@dataclass
class Watching(FakeService):
    """Notes for whom each upload is."""

    seen_by: list[str] = field(default_factory=list)

    def _upload(self, upload: Upload, sent: Sent) -> Uploaded:
        self.seen_by.append(upload.visibility)
        return super()._upload(upload, sent)


class Publishing(Posted):
    """Its user has new files seen by everybody."""

    @property
    def box(self) -> Outbox:
        """With that setting."""
        box = super().box
        box.visibility = "public"
        return box


@pytest.fixture
def service() -> Watching:
    """It, empty."""
    return Watching()


@pytest.fixture
def posted(tmp_path: Path, service: Watching) -> Publishing:
    """A library of it."""
    return Publishing(tmp_path, service)


def with_old(posted: Posted, **facts: object) -> str:
    """One photo that the service has; its id."""
    remote_id = posted.service.add(OLD, "", file_name="p.jpg", **facts)
    posted.filed.scan(posted.service.photos[remote_id].seen)
    return remote_id


async def sent(posted: Posted) -> None:
    """What was written is judged, its grace over, and all of it sent."""
    await posted.judged()
    posted.filed.now_ns += 40 * 10**9
    await posted.send()


async def test_a_new_file_is_for_whom_the_setting_says(
    posted: Publishing, service: Watching, autojump_clock: MockClock
) -> None:
    """Everybody, if the user wants that."""
    del autojump_clock
    posted.write("Unsorted/new.jpg", NEW)
    await sent(posted)
    assert service.seen_by == ["public"]


async def test_regression_other_bytes_as_a_new_photo_are_private(
    posted: Publishing, service: Watching, autojump_clock: MockClock
) -> None:
    """Nobody here knows who could see the photo before, so nobody new is to see its new bytes."""
    del autojump_clock
    with_old(posted, fidelity=Fidelity.PREVIEW)
    posted.write("Unsorted/p.jpg", NEW)
    await sent(posted)
    assert service.seen_by == ["private"]
    assert "replace p.jpg" in posted.catalog.exchanges(posted.operations()[0].operation_id)[0].sent


async def test_regression_new_bytes_for_a_photo_deleted_there_are_private(
    posted: Publishing, service: Watching, autojump_clock: MockClock
) -> None:
    """The service had it, for whomever."""
    del autojump_clock
    del service.photos[with_old(posted)]
    posted.write("Unsorted/p.jpg", NEW)
    await sent(posted)
    assert posted.states() == ["replace: gave up", "upload: done"]
    assert service.seen_by == ["private"]


async def test_regression_new_bytes_that_nobody_judged_before_the_deletion_are_private(
    posted: Publishing, service: Watching, autojump_clock: MockClock
) -> None:
    """The same if the photo is known to be gone before its new bytes were looked at."""
    del autojump_clock
    with_old(posted)
    posted.write("Unsorted/p.jpg", NEW)
    service.photos.clear()
    for _ in range(2):
        posted.filed.scan(inventory=[], full=False, accept_removals=True)
    await sent(posted)
    assert posted.states() == ["upload: done"]
    assert service.seen_by == ["private"]


async def test_regression_what_is_uploaded_anew_after_a_deletion_is_private(
    posted: Publishing, service: Watching, autojump_clock: MockClock
) -> None:
    """The same of what `photofs trash restore --deleted` copies in again."""
    del autojump_clock
    wishing = posted.wished.wishing
    again = BringingAgain(posted.catalog, wishing, SHELL)
    ino = again.create(posted.wished.spot("Unsorted/p.jpg"), "key", "p.jpg")
    assert ino == posted.write("Unsorted/p.jpg", OLD)
    await sent(posted)
    assert service.seen_by == ["private"]
