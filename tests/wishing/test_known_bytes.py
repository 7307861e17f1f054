"""A service that names a photo that it has for bytes that were sent, and gives others back."""

from photofs.model.node import row_id
from photofs.model.operation import Event
from photofs.model.photo import Fidelity
from photofs.model.wish import WishVerb
from tests.support.filed import photo
from tests.support.wished import Wished, whole

LOSSY = {"fidelity": Fidelity.RECOMPRESSED}


def hash_of(word: str) -> str:
    """As `whole` makes it of a word."""
    return word.ljust(64, "0")


def sent(wished: Wished, name: str, word: str, remote_id: str) -> int:
    """A file is copied in, and sent; the photo that shows it then."""
    wished.write(f"Albums/Trip/{name}.jpg")
    wished.judge(whole(word), f"Albums/Trip/{name}.jpg")
    return answered(wished, word, remote_id)


def answered(wished: Wished, word: str, remote_id: str) -> int:
    """The service names that id for what is to be uploaded."""
    (upload,) = (
        row
        for row in wished.catalog.open_operations()
        if row.wish.verb == WishVerb.UPLOAD and row.wish.details["sha256"] == hash_of(word)
    )
    return wished.uploaded(upload, remote_id, content_key="n", **LOSSY)


def kept_aside(wished: Wished) -> set[str | None]:
    """The hashes of what stands in Trash/Replaced."""
    paths = [path for path in wished.files() if path.startswith("Trash/Replaced/")]
    return {wished.catalog.photo(row_id(wished.filed.ino(path))).sha256 for path in paths}


def test_of_two_files_for_one_photo_the_latter_is_shown(wished: Wished) -> None:
    """The former one stands in Trash/Replaced, and what was sent is the latter."""
    number = sent(wished, "n", "a1", "n")
    assert sent(wished, "m", "c3", "n") == number
    assert wished.catalog.photo(number).sha256 == hash_of("c3")
    assert wished.catalog.sent_and_shown(number) == hash_of("c3")
    assert kept_aside(wished) == {hash_of("a1")}


def test_what_waits_for_the_photo_goes_on_being_shown(wished: Wished) -> None:
    """Other bytes were written for it: the file that came since is what its source has."""
    number = sent(wished, "n", "a1", "n")
    wished.write("Albums/Trip/n.jpg")
    wished.judge(whole("b2"), "Albums/Trip/n.jpg")
    assert sent(wished, "m", "c3", "n") == number
    assert wished.catalog.photo(number).sha256 == hash_of("b2")
    assert wished.catalog.told_original(number) == hash_of("c3")
    assert wished.catalog.sent_and_shown(number) == hash_of("c3")
    assert kept_aside(wished) == {hash_of("a1")}


def test_a_file_that_was_written_again_hides_nothing(wished: Wished) -> None:
    """The photo that it was sent as shows what it did, and that is still known as sent."""
    number = sent(wished, "n", "a1", "n")
    wished.write("Albums/Trip/m.jpg")
    wished.judge(whole("c3"), "Albums/Trip/m.jpg")
    upload = next(row for row in wished.catalog.open_operations() if row.wish.verb == "upload")
    with wished.wishing.change():
        for event in (Event.CLAIM, Event.SEND):
            wished.catalog.happen(upload.operation_id, event, wished.filed.now_ns)
    wished.write("Albums/Trip/m.jpg")
    seen = photo("n", file_name=None, extension="jpg", content_key="n", **LOSSY)
    with wished.wishing.change():
        wished.wishing.outcomes(upload.wish.library).uploaded(upload, "n", seen)
    assert wished.catalog.photo(number).sha256 == hash_of("a1")
    assert wished.catalog.sent_and_shown(number) == hash_of("a1")
    assert kept_aside(wished) == set()
