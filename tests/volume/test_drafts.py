"""Files that programs have open for writing, and what becomes of them meanwhile."""

from photofs.volume.drafts import Draft, Drafts


def test_a_file_that_took_a_place_which_was_moved_since_is_found_there() -> None:
    """Who opened it first is led on to where its bytes stand now, and writes that file."""
    drafts, draft = Drafts(), Draft(1, "1-0")
    drafts.add(draft)
    drafts.moved(1, 2)
    drafts.moved(2, 3)
    assert [drafts.real(ino) for ino in (1, 2, 3, 4)] == [3, 3, 3, 4]
    assert drafts.get(3) is draft
    assert draft.ino == 3
