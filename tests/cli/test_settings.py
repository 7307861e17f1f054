"""config.toml: what is wrong with it is told by file and key, and what was expected."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.assembly import find_paths
from photofs.config_file import read_settings
from photofs.model.errors import Misconfigured
from photofs.model.settings import Settings
from photofs.model.size import parse_size


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    """A new user needs no config.toml."""
    assert read_settings(tmp_path / "config.toml") == Settings()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[cache]\nlimit = 5\n", "cache.limit must be a text in quotes"),
        ("[cache]\nlimt = '5 GB'\n", "line 2: [cache] has no setting limt; it has limit"),
        ("[cache]\nlimit = 'plenty'\n", "plenty"),
        ("[network]\nread_timeout = 0\n", "network.read_timeout"),
        ("[network]\nread_timeout = nan\n", "network.read_timeout"),
        ("[network]\nopen_deadline = inf\n", "network.open_deadline"),
        ("[agent]\nscan_every = -1\n", "agent.scan_every"),
        ("[agent]\nscan_every = nan\n", "agent.scan_every"),
        ("[tree]\ndates = '{yeer}'\n", "tree.dates"),
        ("[tree]\ndates = '../{year}'\n", "tree.dates"),
        ("[tree]\ndates = '{year'\n", "tree.dates"),
        ("[tree]\ntimezone = 'Europe/Atlantis'\n", "tree.timezone"),
        ("[tree\n", "line 1"),
        ("[notify]\ncommand = '/bin/tell me'\n", "line 2: notify.command must be a list of texts"),
        ("[notify]\ncommand = [1]\n", "each of notify.command must be a text in quotes"),
        ("[google]\nper_run = 'x'\n", "google.per_run must be a whole number"),
        ("[network]\nbwlimit = 'fast'\n", '"fast" is no speed'),
        ("[network]\nbwlimit = 'fast'\n", "08:00,512k"),
        ("[network]\nbwlimit = '08:00,fast'\n", '"fast" is no speed'),
        ("cache = 3\n", "line 1: cache must be a section"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, told: str) -> None:
    """The message holds the file and the key or line."""
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(Misconfigured) as caught:
        read_settings(file)
    assert str(file) in str(caught.value)
    assert told in str(caught.value)
    assert caught.value.remedy


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 end in a sentence, too."""
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Misconfigured):
        read_settings(file)


@pytest.mark.parametrize(
    ("text", "size"),
    [("20 GB", 20 * 10**9), ("512 MiB", 512 * 2**20), ("1.5TB", 15 * 10**11), ("0", 0)],
)
def test_sizes_are_read(text: str, size: int) -> None:
    """Powers of 1000, or of 1024 with an i."""
    assert parse_size(text) == size


@given(st.text())
def test_any_text_is_a_size_or_refused(text: str) -> None:
    """Nothing else ever happens."""
    with contextlib.suppress(Misconfigured):
        assert parse_size(text) >= 0


def test_one_variable_moves_everything(tmp_path: Path) -> None:
    """PHOTOFS_HOME holds settings, data, state and cache."""
    paths = find_paths({"PHOTOFS_HOME": str(tmp_path)})
    for path in (paths.config_file, paths.kept, paths.catalog, paths.originals):
        assert path.is_relative_to(tmp_path)


def test_a_size_of_too_many_digits_is_refused() -> None:
    """400 of them are no size, instead of a crash."""
    with pytest.raises(Misconfigured, match="not a size"):
        parse_size("9" * 400)
