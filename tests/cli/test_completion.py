"""The Tab key: what the shell is offered, asked the way bash asks."""

import subprocess
import sys
from pathlib import Path

import pytest

from photofs.emulators.takeout import demo_takeout
from tests.support.household import PATIENCE, Household

ASK = """
eval "$(photofs completion bash)"
compopt() { local IFS=" "; echo "option $*"; }
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_photofs_completion photofs
printf 'offer %s\\n' "${COMPREPLY[@]}"
"""


def offered(household: Household, *words: str) -> list[str]:
    """What bash would offer for the last word, and the options that it is told."""
    done = subprocess.run(
        ["bash", "-c", ASK, "bash", "photofs", *words],
        env={**household.environ, "PATH": f"{household.folder}:{household.environ['PATH']}"},
        cwd=household.folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> Household:
    """A user with a library."""
    folder = tmp_path_factory.mktemp("completion")
    household = Household(folder, {"HOME": str(folder)})
    program = household.folder / "photofs"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m photofs "$@"\n')
    program.chmod(0o755)
    demo_takeout(household.folder / "takeout")
    household.run("library", "add", "takeout", household.folder / "takeout", "--name", "my photos")
    return household


@pytest.mark.parametrize("words", [["library", "remove"], ["library", "report"], ["scan"]])
def test_libraries_are_offered_by_name(household: Household, words: list[str]) -> None:
    """A name with a blank stays one word, and bash is told to quote it."""
    assert "offer my photos" in offered(household, *words, "")
    assert "option -o filenames" in offered(household, *words, "my")
    assert "offer my photos" not in offered(household, *words, "your")


@pytest.mark.parametrize("verb", [["info"], ["pin"], ["unpin"], ["free"], ["cache", "warm"]])
def test_paths_are_offered_from_the_catalog(household: Household, verb: list[str]) -> None:
    """Without a mount, folder by folder; behind a folder the path goes on without a blank."""
    assert offered(household, *verb, "")[-1] == "offer my photos/"
    told = offered(household, *verb, "my\\ photos/Al")
    assert told[-1] == "offer my photos/Albums/"
    assert "option -o nospace" in told
    assert any(
        line.startswith("offer my photos/Dates/2")
        for line in offered(household, *verb, "my\\ photos/Dates/")
    )
    assert "my photos" not in "".join(offered(household, *verb, "my\\ photos/Nothing/"))


def test_photos_are_offered_by_name(household: Household) -> None:
    """The last step of a path is a photo, and nothing is offered below it."""
    trash = offered(household, "info", "my\\ photos/Trash/")
    photos = [line.removeprefix("offer ") for line in trash if line.startswith("offer my")]
    assert photos
    assert not any(photo.endswith("/") for photo in photos)
    assert offered(household, "info", photos[0].replace(" ", "\\ ") + "/")[-1] == "offer "


def test_files_are_left_to_the_shell(household: Household) -> None:
    """What begins like a file's path, and an archive's folder, bash completes by itself."""
    for words in (["info", "./"], ["info", "/"], ["library", "add", "takeout", ""]):
        assert "option -o default -o filenames" in offered(household, *words)
    assert "option -o dirnames" in offered(household, "mount", "")
    assert "option -o dirnames" in offered(household, "umount", "nowhere")


def test_providers_and_shells_are_offered(household: Household) -> None:
    """Words of which there are only a few are offered all."""
    assert {"offer takeout", "offer flickr-export"} <= set(offered(household, "library", "add", ""))
    assert "offer zsh" in offered(household, "completion", "z")


def test_another_home_is_asked_where_one_is_named(household: Household, tmp_path: Path) -> None:
    """--home before the command counts for what is offered, too."""
    assert "offer my photos" not in offered(household, "--home", str(tmp_path), "scan", "")


@pytest.mark.parametrize("words", [[], ["mount"], ["library"], ["library", "add"]])
def test_h_is_help(household: Household, words: list[str]) -> None:
    """`-h` says what `--help` says, before and behind a command, and in a group."""
    assert household.run(*words, "-h") == household.run(*words, "--help")
