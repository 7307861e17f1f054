"""What fetching notes of a photo, and what it must not move."""

from photofs.catalog.check import check
from photofs.model.photo import Fidelity
from tests.support.filed import Filed, photo

HASH = "ab" * 32


def test_a_sealed_original_is_known_by_its_hash(stocked: Filed) -> None:
    """Size becomes exact, the hash is known, earlier trouble is over, times stay."""
    number = stocked.photo_id("b")
    stocked.catalog.photo_trouble(number, "the host said no")
    assert stocked.catalog.photo(number).trouble == "the host said no"
    before = stocked.catalog.photo(number)
    stocked.catalog.sealed(number, "1", HASH, 77)
    after = stocked.catalog.photo(number)
    assert (after.size, after.size_exact, after.sha256, after.trouble) == (77, True, HASH, "")
    assert (after.mtime_ns, after.ctime_ns) == (before.mtime_ns, before.ctime_ns)
    assert stocked.catalog.counts(1).sealed == 1
    assert list(check(stocked.catalog)) == []


def test_bytes_of_another_version_are_ignored(stocked: Filed) -> None:
    """What belongs to an older content key neither sizes nor hashes the photo."""
    number = stocked.photo_id("b")
    before = stocked.catalog.photo(number)
    stocked.catalog.size_learnt(number, "0", 1)
    stocked.catalog.sealed(number, "0", HASH, 1)
    assert stocked.catalog.photo(number) == before
    assert stocked.catalog.database.all("SELECT * FROM original") == []


def test_what_is_known_already_is_no_change(stocked: Filed) -> None:
    """Telling the same size twice gives the mount nothing to follow."""
    number = stocked.photo_id("b")
    stocked.catalog.size_learnt(number, "1", 5)
    mark = stocked.catalog.last_change()
    stocked.catalog.size_learnt(number, "1", 5)
    assert stocked.catalog.last_change() == mark


def test_pinned_hashes_are_those_of_pinned_photos(stocked: Filed) -> None:
    """Pinned and sealed: its hash must not be evicted."""
    number = stocked.photo_id("b")
    stocked.catalog.set_pinned(number, pinned=True)
    assert stocked.catalog.pinned_hashes() == frozenset()
    stocked.catalog.sealed(number, "1", HASH, 5)
    assert stocked.catalog.pinned_hashes() == {HASH}
    assert stocked.catalog.photo(number).pinned
    stocked.catalog.set_pinned(number, pinned=False)
    assert stocked.catalog.pinned_hashes() == frozenset()


def test_the_best_way_to_the_bytes_comes_first(stocked: Filed) -> None:
    """Present before missing, original before a preview, whatever order they were told in."""
    number = stocked.photo_id("b")
    catalog = stocked.catalog
    facts: list[tuple[str, dict[str, object]]] = [
        ("m", {"missing": True}),
        ("p", {"fidelity": Fidelity.PREVIEW}),
        ("o", {}),
    ]
    stocked.scan(*[photo(key, **given) for key, given in facts])
    with catalog.database.transaction():
        catalog.database.run(
            "UPDATE observation SET photo = ? WHERE remote_id IN ('m', 'p', 'o')", (number,)
        )
        catalog.database.run("UPDATE observation SET gone = 1 WHERE remote_id = 'b'")
    ids = [origin.seen.remote_id for origin in catalog.origins(number)]
    assert ids == ["o", "p", "m"]
