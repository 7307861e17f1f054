"""docs/SEMANTICS.md says what the code does: each of its tables is read and compared."""

import errno
import re
from datetime import date

import pytest

from photofs.fuse.errnos import TABLE as ERRNOS
from photofs.model.capture_time import Granularity
from photofs.model.dates_template import USUAL_DATES
from photofs.model.folder import FolderKind
from photofs.model.naming import photo_name
from photofs.view.layout import TABLE, date_steps
from photofs.view.meanings import Meaning, Verb, meaning, meaning_of_move
from photofs.volume.xattrs import Facts, attribute_names
from tests.support.doc_tables import TEXT, table
from tests.support.photo_row import photo_row

READING = {Verb.LIST, Verb.READ}


def word(means: Meaning) -> str:
    """How the document names a meaning."""
    return "—" if means is Meaning.NOT_HERE else means.name.lower().replace("_", " ")


def test_the_folders_are_those_of_the_layout() -> None:
    """Every top folder is listed in order, with whether it is always shown."""
    _, *rows = table("folder")
    assert [row[0] for row in rows] == [row.name for row in TABLE]
    always = {row[0] for row in rows if row[1] == "always"}
    assert always == {row.name for row in TABLE if row.asked is None}


def test_the_dates_are_those_of_the_layout() -> None:
    """Every template and granularity leads where the table says."""
    day = date(2019, 7, 12)
    _, *rows = table("template")
    assert rows[0][0] == USUAL_DATES
    for template, second, month, year, unknown in rows:
        for expected, granularity in (
            (second, Granularity.SECOND),
            (month, Granularity.MONTH),
            (year, Granularity.YEAR),
            (year, Granularity.CIRCA),
        ):
            steps = date_steps(day, granularity, template)
            assert "/".join(step.name for step in steps) == expected
        assert [step.name for step in date_steps(None, Granularity.SECOND, template)] == [unknown]


def test_the_names_are_those_of_the_naming() -> None:
    """Every example of a name comes out as the table shows it."""
    _, *rows = table("told")
    for told, medium, shown in rows:
        assert photo_name(told, None, "photo", medium) == shown


def test_the_verbs_are_those_of_the_meanings() -> None:
    """Each folder kind and each writing verb is there, and each cell is the code's."""
    heading, *rows = table("in")
    verbs = [Verb(text) for text in heading[1:]]
    assert set(verbs) == set(Verb) - READING
    assert [row[0] for row in rows] == [kind.value for kind in FolderKind]
    for kind, *words in rows:
        assert words == [word(meaning(FolderKind(kind), verb)) for verb in verbs]


def test_the_moves_are_those_of_the_meanings() -> None:
    """Each cell of the table is the code's, and what is not listed is refused."""
    heading, *rows = table("from \\ to")
    targets = [FolderKind(text) for text in heading[1:]]
    for source, *words in rows:
        assert words == [word(meaning_of_move(FolderKind(source), to)) for to in targets]
    listed = {FolderKind(row[0]) for row in rows}
    for source_kind in FolderKind:
        for target in FolderKind:
            if source_kind not in listed or target not in targets:
                assert meaning_of_move(source_kind, target) is Meaning.NOT_HERE


def test_the_words_are_the_meanings() -> None:
    """Every word that the verbs' tables use is explained with the code's own sentences."""
    _, *rows = table("word")
    reading = {meaning(kind, verb) for kind in FolderKind for verb in READING}
    explained = [each for each in Meaning if each not in reading or each is Meaning.NOT_HERE]
    assert [row[0] for row in rows] == [word(each) for each in explained]
    for row, means in zip(rows, explained, strict=True):
        assert row[1] == means.sentence
        assert row[2] == means.remedy.strip("`")


def test_the_attributes_are_those_of_the_volume() -> None:
    """Every extended attribute that a photo with everything tells of is listed, and no other."""
    _, *rows = table("name")
    assert [row[0] for row in rows] == attribute_names(Facts(photo_row(), None, here=True))


def test_the_errnos_are_those_of_the_door() -> None:
    """Every error of ours is listed in the order in which it is looked up, with its errno."""
    _, *rows = table("what happened")
    named = [(re.findall(r"`(\w+)`?", row[0])[-1], getattr(errno, row[1])) for row in rows]
    assert named == [(kind.__name__, answer.errno) for kind, answer in ERRNOS]


@pytest.mark.parametrize("sentence", ["answered with EROFS", "the file name, else the title"])
def test_what_must_be_said_is_said(sentence: str) -> None:
    """That archives refuse writing, and what a name is made of, stands in the text."""
    assert sentence in TEXT.replace("The file name", "the file name")
