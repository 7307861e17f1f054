"""By what a catalog knows itself again, killed at any step, and copied at any moment."""

import shutil
from pathlib import Path

import pytest

from photofs.catalog.rule_rows import RuleRow
from photofs.catalog.sqlite import Catalog, open_catalog
from photofs.model.errors import Refused
from photofs.wishing.recognising import (
    HOME,
    NAME,
    accept,
    check_no_doubt,
    next_word,
    put_home_word,
    recognise_home,
)

HOUR_NS = 3_600 * 10**9


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A catalog's file; its folder is that of the data, too."""
    return tmp_path / "catalog.db"


def is_doubted(path: Path) -> bool:
    """Whether the catalog, opened anew, knows itself no more."""
    with open_catalog(path) as catalog:
        recognise_home(catalog, path.parent, 1)
        return bool(catalog.doubt())


def roll(path: Path, now_ns: int = 1) -> None:
    """Another word."""
    with open_catalog(path) as catalog:
        if word := next_word(catalog, HOME, 0, now_ns):
            put_home_word(path.parent, word)
            catalog.end_witness(HOME, word)


def killed_before_the_file(catalog: Catalog) -> None:
    """The word is noted, and nothing stands there."""
    assert next_word(catalog, HOME, 0, 1)


def killed_after_the_file(catalog: Catalog) -> None:
    """It stands there, and is not noted as such."""
    word = next_word(catalog, HOME, 0, 1)
    (Path(catalog.database.path).parent / NAME).write_text(f"{word}\n")


@pytest.mark.parametrize("first", [killed_before_the_file, killed_after_the_file])
@pytest.mark.parametrize("then", [killed_before_the_file, killed_after_the_file])
@pytest.mark.parametrize("known", [False, True])
def test_no_kill_raises_a_doubt(path: Path, first: object, then: object, *, known: bool) -> None:
    """Twice in a row, at the first word ever or at a later one."""
    if known:
        roll(path)
    for kill in (first, then):
        with open_catalog(path) as catalog:
            assert callable(kill)
            kill(catalog)
        assert not is_doubted(path)
    roll(path)
    assert not is_doubted(path)


def test_a_copy_of_before_the_last_word_is_doubted(path: Path, tmp_path: Path) -> None:
    """Also one of which a word was under way, and a new catalog; the newest is not."""
    roll(path)
    with open_catalog(path) as catalog:
        killed_before_the_file(catalog)
    older, newest = tmp_path / "older.db", tmp_path / "newest.db"
    shutil.copyfile(path, older)
    roll(path)
    roll(path)
    shutil.copyfile(path, newest)
    shutil.copyfile(older, path)
    assert is_doubted(path)
    path.unlink()
    assert is_doubted(path)
    shutil.copyfile(newest, path)
    assert not is_doubted(path)


def test_a_catalog_put_back_where_no_word_stands_is_doubted(path: Path) -> None:
    """Alone on a new disk, whether a word was under way in its backup or not."""
    roll(path)
    (path.parent / NAME).unlink()
    assert is_doubted(path)
    with open_catalog(path) as catalog:
        accept(catalog)
    assert not is_doubted(path)
    roll(path)
    with open_catalog(path) as catalog:
        killed_before_the_file(catalog)
    (path.parent / NAME).unlink()
    assert is_doubted(path)


def test_a_doubt_disarms_and_lasts_until_it_is_ended(path: Path, tmp_path: Path) -> None:
    """Neither another word nor a second look ends it; its user does, and arms no rule with that."""
    with open_catalog(path) as catalog:
        catalog.note_rule(RuleRow("r", seen="a", ran="b", armed="c", told="trash: 1"))
    older = tmp_path / "older.db"
    shutil.copyfile(path, older)
    roll(path)
    shutil.copyfile(older, path)
    assert is_doubted(path)
    roll(path)
    assert is_doubted(path)
    with open_catalog(path) as catalog:
        assert catalog.rule("r") == RuleRow("r", told="trash: 1")
        with pytest.raises(Refused, match="new, or from a backup"):
            check_no_doubt(catalog)
        accept(catalog)
        check_no_doubt(catalog)
        assert catalog.rule("r").armed == ""
    assert not is_doubted(path)
    roll(path)
    assert not is_doubted(path)


def test_words_are_as_old_as_they_may_be(path: Path) -> None:
    """Within the hour none is put there; after it, and after a clock was set back, one is."""
    roll(path, 5 * HOUR_NS)
    with open_catalog(path) as catalog:
        assert next_word(catalog, HOME, HOUR_NS, 6 * HOUR_NS - 1) is None
        word = next_word(catalog, HOME, HOUR_NS, 6 * HOUR_NS)
        assert word is not None
        catalog.end_witness(HOME, word)
        assert next_word(catalog, HOME, HOUR_NS, 5 * HOUR_NS) is not None
