"""The agent tells a person what needs one: by their own command, each thing once."""

import json
import os
import time
from pathlib import Path

import pytest

from agent.noticing import find_notices, notice_once
from agent.telling import TIME_LIMIT, as_json, desktop_command, has_desktop, tell
from photofs.assembly import HOME_VARIABLE, House
from photofs.catalog.mirrors import NewMirror
from photofs.catalog.rule_rows import RuleRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.status import find_status
from photofs.credentials import redaction
from photofs.model.mirror import AlbumFolders, CopyState, Role, Stamp, Traits
from photofs.model.notice import DAY_NS, Notice, NoticeKind
from photofs.model.rule import HELD_BACK
from photofs.model.settings import Notify
from tests.support.log_guard import ExpectLog

HOOK = """#!/bin/sh
cat >>"$1"
echo >>"$1"
env >"$1.env"
"""


class Heard:
    """A house whose settings name a command, and what that command was given."""

    def __init__(self, folder: Path) -> None:
        self.told = folder / "told"
        hook = folder / "my hook; rm -rf"
        hook.write_text(HOOK)
        hook.chmod(0o755)
        config = folder / "home" / "config" / "config.toml"
        config.parent.mkdir(parents=True)
        command = json.dumps([str(hook), str(self.told)])
        config.write_text(f"[notify]\ncommand = {command}\n")
        self.house = House(
            {
                **os.environ,
                HOME_VARIABLE: str(folder / "home"),
                "CREDENTIALS_DIRECTORY": "/secret",
                "PHOTOFS_LOGIN": "secret",
            }
        )
        with self.house.catalog() as catalog:
            catalog.add_library("home photos", "takeout", {"path": str(folder)})
            (self.source,) = catalog.sources()

    def trouble(self, words: str) -> None:
        """The source's."""
        with self.house.catalog() as catalog:
            catalog.source_trouble(self.source.source_id, words)

    def login_ends(self, ns: int) -> None:
        """The source's login does so then."""
        with self.house.catalog() as catalog:
            config = {**self.source.config, "login_ends": ns / 1e9}
            catalog.set_config(self.source.source_id, config)

    def events(self) -> list[dict[str, str]]:
        """What the command was told."""
        if not self.told.exists():
            return []
        return [json.loads(line) for line in self.told.read_text().splitlines() if line]

    def environ_of_command(self) -> str:
        """What the command found in its environment."""
        return Path(f"{self.told}.env").read_text()


@pytest.fixture
def heard(tmp_path: Path) -> Heard:
    """It, with a library whose name has a space in it."""
    return Heard(tmp_path)


async def test_a_login_that_ends_is_told_once_and_again_when_it_has_ended(
    heard: Heard, expect_log: ExpectLog
) -> None:
    """The command gets JSON, without a shell, and none of our variables; the log has it, too."""
    expect_log("home photos: the login ends in 1 day; `photofs login takeout` logs in anew")
    expect_log("home photos: the login has ended by itself")
    heard.login_ends(time.time_ns() + 2 * DAY_NS - 10**9)
    await notice_once(heard.house)
    await notice_once(heard.house)
    (event,) = heard.events()
    assert event.pop("at").endswith("+00:00")
    assert event == {
        "event": "begun",
        "kind": "login",
        "library": "home photos",
        "what": "the login ends in 1 day",
        "remedy": "`photofs login takeout` logs in anew",
    }
    environ = heard.environ_of_command()
    assert "CREDENTIALS" not in environ
    assert "PHOTOFS" not in environ
    heard.login_ends(time.time_ns())
    await notice_once(heard.house)
    assert [each["what"] for each in heard.events()][1:] == ["the login has ended by itself"]


async def test_what_is_over_is_told_too(heard: Heard, expect_log: ExpectLog) -> None:
    """With the library's whole name."""
    expect_log("the login has ended")
    heard.login_ends(time.time_ns())
    await notice_once(heard.house)
    heard.login_ends(time.time_ns() + 90 * DAY_NS)
    await notice_once(heard.house)
    last = heard.events()[-1]
    assert (last["event"], last["kind"], last["library"]) == ("over", "login", "home photos")


async def test_a_scan_that_failed_once_is_not_told(heard: Heard) -> None:
    """It is remembered, and told when it has lasted for an hour."""
    heard.trouble("the service cannot be reached")
    await notice_once(heard.house)
    assert heard.events() == []
    assert "cannot be reached" not in (heard.house.paths.state / "notices.json").read_text()


def add_mirror(catalog: Catalog, heard: Heard, made_ns: int) -> int:
    """A mirror of the library, noted only; its number."""
    new = NewMirror(
        heard.source.library_id,
        "/mnt/nas",
        "marker",
        "disk",
        "dates",
        AlbumFolders.LINKS,
        {},
        Traits(),
    )
    return catalog.add_mirror(new, made_ns)


def test_what_grew_old_and_what_waits_is_found(heard: Heard) -> None:
    """A scan of three weeks ago, and a mirror that was never brought up to date in two."""
    now_ns = time.time_ns()
    with heard.house.catalog() as catalog:
        assert list(find_notices(catalog, Notify(), now_ns)) == []
        with catalog.database.transaction():
            catalog.scan_done(heard.source.source_id, None, now_ns - 21 * DAY_NS, full=True)
        mirror = add_mirror(catalog, heard, now_ns - 15 * DAY_NS)
        catalog.set_mirror_trouble(mirror, "the disk is not there")
        found = {notice.kind: notice.what for notice in find_notices(catalog, Notify(), now_ns)}
        assert found == {
            NoticeKind.STALE: "takeout: scanned not for 3 weeks",
            NoticeKind.MIRROR: "the mirror /mnt/nas: brought up to date never yet;"
            " the disk is not there",
        }
        catalog.note_mirror_run(mirror, now_ns)
        kinds = {notice.kind for notice in find_notices(catalog, Notify(), now_ns)}
        assert kinds == {NoticeKind.STALE}
        patient = Notify(stale_days=30.0)
        assert list(find_notices(catalog, patient, now_ns)) == []


async def test_a_command_that_hangs_is_ended(
    tmp_path: Path, heard: Heard, expect_log: ExpectLog, autojump_clock: object
) -> None:
    """With all that it has started, once its time is up."""
    del autojump_clock
    expect_log("was ended: it took more than")
    pids = tmp_path / "pids"
    command = f'["/bin/sh", "-c", "sleep 1000 & echo $! >{pids}; wait"]'
    heard.house.paths.config_file.write_text(f"[notify]\ncommand = {command}\n")
    house = House(heard.house.environ)
    await tell(house, Notice("k", NoticeKind.HELD, "home", "what", "do"), over=False)
    assert TIME_LIMIT <= 30


async def test_a_command_that_is_not_there_stops_nobody(
    heard: Heard, expect_log: ExpectLog
) -> None:
    """The log says so."""
    expect_log("/no/such/program could not be run")
    heard.house.paths.config_file.write_text('[notify]\ncommand = ["/no/such/program"]\n')
    await tell(House(heard.house.environ), Notice("k", NoticeKind.HELD, "h", "w", "r"), over=False)


def test_no_secret_reaches_a_command() -> None:
    """What the log leaves out is left out here, too."""
    redaction.hide("tok-canary-4711")
    notice = Notice("k", NoticeKind.SOURCE, "home", "refused tok-canary-4711", "x")
    assert b"tok-canary" not in as_json(notice, over=False)
    assert "tok-canary" not in desktop_command("notify-send", notice, over=False)[-1]


def test_a_desktop_gets_no_markup_of_strangers(tmp_path: Path) -> None:
    """Nor an option; and only where a session bus is."""
    notice = Notice("k", NoticeKind.SOURCE, "--help", "<b>&x</b>", "y")
    command = desktop_command("notify-send", notice, over=False)
    assert command[3] == "--"
    assert command[-1] == "&lt;b&gt;&amp;x&lt;/b&gt;; y"
    assert not has_desktop({"XDG_RUNTIME_DIR": str(tmp_path)})
    (tmp_path / "bus").touch()
    assert has_desktop({"XDG_RUNTIME_DIR": str(tmp_path)})


async def test_damage_in_a_mirror_and_rules_held_back_are_told(
    heard: Heard, expect_log: ExpectLog
) -> None:
    """Each once, however much there is of it, and that it is over; so does `photofs status`."""
    expect_log("the mirror /mnt/nas has files that are damaged")
    expect_log("the rule archived is held back: 80 photos are more")
    with heard.house.catalog() as catalog:
        mirror = add_mirror(catalog, heard, time.time_ns())
        found = [(f"2019/{name}.jpg", "0" * 64, Stamp(1, 1, 1, 1)) for name in "ab"]
        with catalog.database.transaction():
            catalog.add_found(mirror, found)
        copies = catalog.copies(mirror, 0, 9)
        with catalog.database.transaction():
            for copy in copies:
                catalog.set_role(copy.copy_id, Role.FORMER, None)
        catalog.note_rule(RuleRow("archived", armed="x", told=f"{HELD_BACK}80 photos are more"))
        catalog.note_rule(RuleRow("fine", armed="x", told="trash: 3"))
        catalog.note_rule(RuleRow("off", told=f"{HELD_BACK}it is not armed"))
    await notice_once(heard.house)
    with heard.house.catalog() as catalog:
        catalog.note_copy_state(copies[0].copy_id, CopyState.DAMAGED, "bits have turned")
    await notice_once(heard.house)
    told = {each["kind"]: each for each in heard.events()}
    assert set(told) == {"damage", "rule"}
    assert len(heard.events()) == 2
    assert "photofs mirror repair" in told["damage"]["remedy"]
    assert told["rule"]["what"] == "the rule archived is held back: 80 photos are more"
    troubles = " ".join(find_status(heard.house, []).troubles)
    assert "the mirror /mnt/nas has files" in troubles
    assert "the rule archived is held back" in troubles
    with heard.house.catalog() as catalog:
        for copy in copies:
            catalog.note_read(copy.copy_id, copy.stamp, time.time_ns())
        catalog.note_rule(RuleRow("archived", armed="x", told="trash: 3"))
    await notice_once(heard.house)
    assert sorted(each["kind"] for each in heard.events() if each["event"] == "over") == [
        "damage",
        "rule",
    ]
    assert find_status(heard.house, []).troubles == []


def test_files_that_a_mirror_had_when_it_was_taken_over_are_no_damage(heard: Heard) -> None:
    """They are to be compared yet; nor is one damaged whose writing has just begun."""
    with heard.house.catalog() as catalog:
        mirror = add_mirror(catalog, heard, time.time_ns())
        with catalog.database.transaction():
            catalog.add_found(mirror, [("2019/a.jpg", "0" * 64, Stamp(1, 1, 1, 1))])
        assert not catalog.is_wrong(mirror)
        (copy,) = catalog.copies(mirror, 0, 9)
        catalog.note_copy_state(copy.copy_id, CopyState.ABSENT, "its writing has begun")
        with catalog.database.transaction():
            catalog.set_role(copy.copy_id, Role.CURRENT, None)
        assert not catalog.is_wrong(mirror)
        catalog.note_copy_state(copy.copy_id, CopyState.ABSENT, "it is not there any more")
        assert catalog.is_wrong(mirror)
