"""Rules by the real command, against an emulated account and a real mirror."""

import os
from pathlib import Path

import pytest

from photofs.emulators.flickr.emulator import Emulator as Flickr
from photofs.emulators.flickr.faults import login_failed
from photofs.emulators.flickr.state import Tag
from photofs.providers.flickr.machine_tags import FAVORITE
from tests.support.household import Household
from tests.support.ruled import RULE, Kept


@pytest.fixture
def kept(household: Household, flickr: Flickr, tmp_path: Path) -> Kept:
    """The library of an emulated account."""
    root = tmp_path / "nas"
    root.mkdir()
    return Kept(household, flickr, root)


def test_a_rule_is_seen_run_undone_and_armed(kept: Kept) -> None:
    """Nothing before it was seen; then by ordinary wishes, named in the log, undone by one undo."""
    run = kept.household.run
    kept.write()
    assert "was not seen yet" in run("rules", "run", "tokyo", code=15)
    assert "was not seen yet" in run("rules", "arm", "tokyo", code=15)
    told = kept.check()
    assert told["number"] == len(told["photos"]) > 2
    assert "never run by hand" in run("rules", "arm", "tokyo", code=15)
    assert kept.in_trash() == []
    ran = run("rules", "run", "tokyo")
    assert len(kept.in_trash()) == told["number"]
    (action,) = kept.household.ask("log")
    assert f"`photofs undo {action['action']}` takes it back" in ran
    assert action["program"] == "photofs rule tokyo"
    again = kept.check()
    assert again["number"] == 0
    assert "it lies in Trash" in again["left"]
    run("rules", "arm", "tokyo")
    (status,) = kept.household.ask("rules", "status")
    assert status["armed"] == "yes"
    assert status["told"] == f"{told['number']} photos: trash", "arming it is no run"
    run("undo", str(action["action"]))
    assert kept.in_trash() == []
    undone = kept.check()
    assert undone["number"] == 0, "what its user took out again is left alone"
    kept.write(more=', media = "picture"')
    (status,) = kept.household.ask("rules", "status")
    assert status["armed"] == "changed since"
    run("rules", "disarm", "tokyo")
    run("check")


def test_p8_no_rule_takes_what_is_not_proven_now(kept: Kept) -> None:
    """P8: a mirror that is away, a damaged copy, a copy of the Cache alone: nothing is trashed."""
    kept.write()
    sure = kept.check()["number"]
    aside = kept.root.rename(kept.root.with_name("aside"))
    away = kept.check()
    assert (away["number"], away["left"]["the disk of its mirror is not there"]) == (0, sure)
    kept.root.mkdir()
    assert kept.check()["number"] == 0
    kept.root.rmdir()
    aside.rename(kept.root)
    assert kept.check()["number"] == sure
    paths = [Path(str(each)).name for each in kept.check()["photos"]]
    (victim,) = [path for path in kept.root.rglob(paths[0]) if not path.is_symlink()]
    data = bytearray(victim.read_bytes())
    data[100] ^= 1
    victim.chmod(0o600)
    times = victim.stat()
    victim.write_bytes(data)
    os.utime(victim, ns=(times.st_atime_ns, times.st_mtime_ns))
    told = kept.household.run("rules", "run", "tokyo", code=6)
    assert "is not what it was" in told
    assert len(kept.in_trash()) == sure - 1
    assert paths[0] not in kept.in_trash()


def test_other_deeds_are_ordinary_wishes_too(kept: Kept) -> None:
    """A rule tags, marks and pins; what is so already is left."""
    kept.write("tag", text=RULE + 'tags = ["japan"]\n')
    number = kept.check()["number"]
    kept.household.run("rules", "run", "tokyo")
    (action,) = kept.household.ask("log")
    assert [each["verb"] for each in action["operations"]] == ["tag"]
    assert action["operations"][0]["number"] == number
    kept.write("pin")
    assert kept.check()["number"] == number
    kept.household.run("rules", "run", "tokyo")
    assert kept.check()["left"]["it is pinned already"] == number
    kept.household.run("check")


def test_a_wrong_rule_stops_all_of_them_by_name(kept: Kept) -> None:
    """One line names the file, the rule and the key."""
    kept.write(more=", archive = true")
    told = kept.household.run("rules", "check", code=None)
    assert "rules.toml" in told
    assert 'rule "tokyo": when.archive is not known' in told


def test_a_rule_of_an_unknown_library_is_named_and_the_others_are_looked_at(kept: Kept) -> None:
    """The file and the rule; of the others it is shown what they would do, and 6."""
    lost = '[[rule]]\nname = "lost"\nlibrary = "nolib"\nwhen = {{ album = "x" }}\ndo = "pin"\n'
    kept.write(text=lost + RULE)
    told = kept.household.run("rules", "check", code=6)
    assert "tokyo: would trash" in told
    assert 'rules.toml: rule "lost": there is no library "nolib"' in told
    shown = kept.household.ask("rules", "check", code=6)
    assert [(each["rule"], "error" in each) for each in shown] == [("tokyo", False), ("lost", True)]
    kept.household.run("rules", "check", "lost", code=4)
    assert 'rule "lost"' in kept.household.run("rules", "run", "lost", code=4)
    kept.household.run("rules", "run", "tokyo")


def test_a_photo_is_looked_at_once_more_at_its_service(kept: Kept, flickr: Flickr) -> None:
    """A favorite set a minute ago, an edit, and other bytes hold it back; no word does, too."""
    kept.write()
    told = kept.check()
    names = {Path(str(each)).stem for each in told["photos"]}
    (album,) = [each for each in flickr.account.state.albums if "Tokyo" in each.title]
    photos = [flickr.account.state.photos[each] for each in album.photos]
    marked, edited, changed = [each for each in photos if each.title in names][:3]
    marked.tags.append(Tag(id="f1", author=marked.owner, raw=FAVORITE))
    edited.description = "the day on which it rained"
    changed.original_secret = "0123456789"
    flickr.faults.add(login_failed(), "flickr.photos.getInfo", times=None)
    out = kept.household.ask("rules", "run", "tokyo", code=6)
    assert out["wished"] == 0
    assert all(why.startswith("its service could not be asked") for why in out["left"])
    assert kept.in_trash() == []
    flickr.faults.clear()
    assert kept.check()["number"] == told["number"], "the last scan knows of none of it"
    out = kept.household.ask("rules", "run", "tokyo", code=6)
    assert out["wished"] == told["number"] - 3
    assert sorted(out["left"]) == [
        "its service has other bytes of it by now",
        "its service tells its description otherwise by now: the next scan takes it in",
        "its service tells its favorite otherwise by now: the next scan takes it in",
    ]
    trashed = {Path(each).stem for each in kept.in_trash()}
    assert not {marked.title, edited.title, changed.title} & trashed


def test_a_run_says_what_of_it_is_held(kept: Kept) -> None:
    """More than are done at once without a person: they are wished, and nothing happens yet."""
    with (kept.household.home / "config" / "config.toml").open("a", encoding="utf-8") as config:
        config.write("\n[writing]\nheld_after = 2\n")
    kept.write()
    number = kept.check()["number"]
    told = kept.household.run("rules", "run", "tokyo")
    assert f"tokyo: {number} photos: trash; {number} of them held, for they are so many" in told
    assert "photofs held release" in told
