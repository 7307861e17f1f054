"""The emulated service as a process, and its accounts."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from photofs.emulators.flickr import (
    API_KEY,
    Account,
    demo_account,
    flickr_in_thread,
    serve_flickr,
    synthetic_account,
)
from photofs.emulators.flickr.__main__ import open_account
from photofs.emulators.flickr.state import State
from photofs.emulators.hosting.originals import Painted, paint
from photofs.emulators.hosting.vault import load_state
from tests.support.flickr_raw import oauth, signed


def start(*arguments: str) -> tuple[subprocess.Popen[bytes], dict[str, str]]:
    """The process and the facts that it prints first."""
    command = [sys.executable, "-m", "photofs.emulators.flickr", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    return process, json.loads(process.stdout.readline())


def call(facts: dict[str, str], method: str, **arguments: str) -> dict[str, object]:
    """A signed call with the token that the process printed."""
    url = facts["url"] + "/services/rest/"
    plain = {"method": method, "format": "json", "nojsoncallback": "1", **arguments}
    pairs = signed(
        "POST", url, {**plain, **oauth(facts["oauth_token"])}, facts["oauth_token_secret"]
    )
    answer: dict[str, object] = httpx2.post(url, data=pairs, trust_env=False, timeout=30).json()
    return answer


def test_process_keeps_its_account_when_killed(tmp_path: Path) -> None:
    """What was changed before kill -9 is there after the next start, the login too."""
    process, facts = start("--state", str(tmp_path), "--photos", "3")
    with process:
        page = call(facts, "flickr.people.getPhotos", user_id="me")
        photo = page["photos"]["photo"][0]["id"]  # type: ignore[index] # JSON
        assert call(facts, "flickr.photos.setMeta", photo_id=photo, title="kept")["stat"] == "ok"
        process.kill()
    process, again = start("--state", str(tmp_path), "--until-eof")
    with process:
        facts["url"] = again["url"]
        page = call(facts, "flickr.people.getPhotos", user_id="me")
        process.communicate(timeout=60)
    assert page["photos"]["photo"][0]["title"] == "kept"  # type: ignore[index] # JSON
    assert again["oauth_token"] == facts["oauth_token"]
    assert process.returncode == 0


def test_a_call_is_written_down_whole_or_not_at_all(tmp_path: Path) -> None:
    """A photo is not there for a moment without the tag by which its sender knows it."""
    with flickr_in_thread(Account(folder=tmp_path)) as emulator:
        seen: list[list[str]] = []
        with emulator.account.at_one_go():
            photo = emulator.account.add_photo(Painted("jpg", 1, 64, 48))
            state = load_state(tmp_path, State)
            seen.append([] if state is None else list(state.photos))
            emulator.account.tag(photo, "x")
    saved = load_state(tmp_path, State)
    assert saved is not None
    assert seen == [[]]
    assert [tag.raw for tag in saved.photos[photo.id].tags] == ["x"]


def test_process_ends_on_sigterm() -> None:
    """SIGTERM ends it cleanly."""
    process, facts = start("--photos", "1")
    with process:
        assert facts["url"].startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_uploads_survive_a_restart(tmp_path: Path) -> None:
    """An uploaded original lies in the state folder under its hash."""
    account = open_account(tmp_path, 1, 0, 1)
    original, digest = account.store(b"bytes")
    photo = account.add_photo(original, taken="2020-01-01 00:00:00")
    state = load_state(tmp_path, State)
    assert state is not None
    assert state.photos[photo.id].original == original
    assert Account(state, folder=tmp_path).vault.get(digest).read(0, 5) == b"bytes"


def test_in_a_thread() -> None:
    """A caller without an event loop has the service in a thread."""
    with flickr_in_thread(synthetic_account(2)) as emulator:
        url = emulator.url + "/services/rest/"
        given = {"method": "flickr.test.echo", "api_key": API_KEY}
        answer = httpx2.get(url, params=given, trust_env=False, timeout=30)
        port = int(emulator.url.rpartition(":")[2])
        with (
            pytest.raises(OSError, match="could not listen"),
            flickr_in_thread(synthetic_account(1), port=port),
        ):
            pass
    assert answer.status_code == 200


async def test_error_in_the_block_is_raised_as_it_is() -> None:
    """An exception of the caller's comes out of `serve_flickr` bare."""
    with pytest.raises(ValueError, match="mine"):
        async with serve_flickr(synthetic_account(1)):
            raise ValueError("mine")


def test_demo_account_has_what_makes_a_library_hard() -> None:
    """Clashing titles, emoji, zones, an undated photo, a video, a PNG, private ones, favourites."""
    account = demo_account()
    own = account.stream()
    titles = Counter(photo.title for photo in own)
    assert len(account.state.photos) in range(35, 46)
    assert titles["Tram 28 🚋"] == 2
    assert any(photo.taken_unknown for photo in own)
    assert {"jpg", "png", "mp4"} == {photo.format for photo in own}
    assert any(not photo.public for photo in own)
    assert {a.title for a in account.state.albums} >= {"Japan / Tokyo", "Lisbon 🇵🇹"}
    assert len(account.state.favorites) == 3
    assert account.state.collections[0].collections


def test_demo_pictures_can_be_made() -> None:
    """Every original of the demo is real bytes, each its own."""
    specs = [photo.original for photo in demo_account().state.photos.values()]
    assert all(isinstance(spec, Painted) for spec in specs)
    made = {paint(spec) for spec in specs[:9] if isinstance(spec, Painted)}
    assert len(made) == 9


def test_synthetic_account_follows_its_seed() -> None:
    """The same seed gives the same account; sizes are as asked."""
    account = synthetic_account(50, 5, 9, favorites=3, videos=2)
    assert account.state == synthetic_account(50, 5, 9, favorites=3, videos=2).state
    assert account.state != synthetic_account(50, 5, 8, favorites=3, videos=2).state
    assert len(account.stream()) == 50
    assert sum(p.media == "video" for p in account.stream()) == 2
    assert (len(account.state.albums), len(account.state.favorites)) == (5, 3)
    assert set(account.in_albums()) < {p.id for p in account.stream()}
