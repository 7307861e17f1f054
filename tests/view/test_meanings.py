"""What verbs mean: the cells that the design names, and that nothing unlisted is ever done."""

import pytest

from photofs.model.folder import FolderKind
from photofs.view.meanings import Meaning, Verb, meaning, meaning_of_move

K = FolderKind
READING = {Verb.LIST, Verb.READ}


@pytest.mark.parametrize(
    ("verb", "kind", "expected"),
    [
        (Verb.CREATE, K.ALBUM, Meaning.UPLOADED_AND_JOINED),
        (Verb.CREATE, K.UNSORTED, Meaning.UPLOADED),
        (Verb.CREATE, K.FAVORITES, Meaning.UPLOADED_AND_MARKED),
        (Verb.CREATE, K.DATE, Meaning.BY_DATE),
        (Verb.CREATE, K.VIDEOS, Meaning.BY_DATE),
        (Verb.CREATE, K.ARCHIVE, Meaning.BY_DATE),
        (Verb.CREATE, K.LIBRARY, Meaning.BY_DATE),
        (Verb.CREATE, K.TRASH, Meaning.NOT_HERE),
        (Verb.OVERWRITE, K.DATE, Meaning.REPLACED),
        (Verb.MKDIR, K.ALBUMS, Meaning.ALBUM_MADE),
        (Verb.MKDIR, K.DATES, Meaning.NOT_HERE),
        (Verb.RMDIR, K.ALBUMS, Meaning.ALBUM_REMOVED),
        (Verb.RENAME, K.ALBUMS, Meaning.ALBUM_RENAMED),
        (Verb.LINK, K.ALBUM, Meaning.JOINED),
        (Verb.REMOVE, K.ALBUM, Meaning.LEFT),
        (Verb.REMOVE, K.FAVORITES, Meaning.UNMARKED),
        (Verb.REMOVE, K.DATE, Meaning.TRASHED),
        (Verb.REMOVE, K.UNSORTED, Meaning.TRASHED),
        (Verb.REMOVE, K.TRASH, Meaning.FOR_GOOD),
        (Verb.REMOVE, K.ARCHIVE, Meaning.UNARCHIVED),
        (Verb.RETITLE, K.DATE, Meaning.RETITLED),
        (Verb.RETITLE, K.TRASH, Meaning.NOT_HERE),
    ],
)
def test_cells_that_the_design_names(verb: Verb, kind: FolderKind, expected: Meaning) -> None:
    """Each main cell of the design's verbs table."""
    assert meaning(kind, verb) is expected


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (K.ALBUM, K.ALBUM, Meaning.MOVED),
        (K.DATE, K.ALBUM, Meaning.JOINED),
        (K.ALBUM, K.FAVORITES, Meaning.MARKED),
        (K.DATE, K.TRASH, Meaning.TRASHED),
        (K.TRASH, K.UNSORTED, Meaning.RESTORED),
        (K.TRASH, K.ALBUM, Meaning.RESTORED),
        (K.ALBUM, K.DATE, Meaning.BY_DATE),
        (K.ALBUM, K.ROOT, Meaning.NOT_HERE),
        (K.TRASH, K.TRASH, Meaning.NOT_HERE),
    ],
)
def test_moves_that_the_design_names(
    source: FolderKind, target: FolderKind, expected: Meaning
) -> None:
    """Each main cell of moving a photo inside its library."""
    assert meaning_of_move(source, target) is expected


@pytest.mark.parametrize("kind", list(FolderKind))
def test_every_folder_can_be_listed(kind: FolderKind) -> None:
    """Reading is never refused by the table."""
    assert meaning(kind, Verb.LIST) is Meaning.SHOWN


def test_reading_verbs_never_write() -> None:
    """No reading verb has a meaning that changes anything, and no writing verb one that reads."""
    reads = {Meaning.SHOWN, Meaning.BYTES, Meaning.NOT_HERE}
    for kind in FolderKind:
        for verb in Verb:
            means = meaning(kind, verb)
            if verb in READING:
                assert means in reads
            else:
                assert means not in {Meaning.SHOWN, Meaning.BYTES}


def test_nothing_in_the_trash_is_deleted_by_a_verb() -> None:
    """Whatever is done in Trash is refused, but for looking, reading and moving out."""
    for verb in set(Verb) - READING:
        assert meaning(K.TRASH, verb).refused


def test_every_refusal_names_a_remedy() -> None:
    """A refusal is a sentence and what to do instead; other meanings need none."""
    refusals = {each for each in Meaning if each.refused}
    assert refusals == {
        *(Meaning.BY_DATE, Meaning.NO_ALBUM, Meaning.NO_FOLDER, Meaning.NO_LIBRARY),
        *(Meaning.FOR_GOOD, Meaning.NOT_HERE),
    }
    assert all(each.sentence for each in Meaning)


def test_every_meaning_is_used() -> None:
    """No meaning stands in the list that no verb has."""
    cells = {meaning(kind, verb) for kind in FolderKind for verb in Verb}
    moves = {meaning_of_move(a, b) for a in FolderKind for b in FolderKind}
    assert cells | moves == set(Meaning)
