"""What file managers put into the trash of the mount, as rows (docs/decisions/0010).

All of it runs inside the caller's transaction, but for the readers. Whether something still lies
there is worked out each time (the view `lying`), so that whatever brings a photo or an album back
need not know of this.
"""

import json
from typing import NamedTuple

from photofs.catalog.part import Part
from photofs.model.discard import Discard, DiscardKind, TrashSpot


class DiscardRow(NamedTuple):
    """A photo or album in the trash of the mount, and all that its way back needs.

    `folder`, `was`: where it stood, and under which name. `held`: of an album its title, its photos
    in order, and the files that stood in it; `anew`: the album that is being made instead of it.
    """

    discard_id: int
    kind: DiscardKind
    library: int
    photo: int | None
    album: int | None
    folder: int
    was: str
    operation: int | None
    held: dict[str, object]


class NewDiscard(NamedTuple):
    """What is put into the trash of the mount."""

    kind: DiscardKind
    library: int
    photo: int | None
    album: int | None
    folder: int
    was: str


_SELECT = "SELECT id, kind, library, photo, album, folder, was, operation, held FROM lying"


class DiscardRows(Part):
    """Rows of discard."""

    def discards(self, owner: int, after: int, limit: int) -> list[Discard]:
        """What lies in the trash of a user, in the order in which it came there.

        At most so many, with numbers above `after`.
        """
        rows = self.database.all(
            "SELECT id, name, photo, at_ns FROM lying WHERE owner = ? AND id > ?"
            " ORDER BY id LIMIT ?",
            (owner, after, limit),
        )
        return [Discard(*row) for row in rows]

    def discard_at(self, spot: TrashSpot) -> Discard | None:
        """What lies there under exactly that name."""
        row = self.database.one(
            "SELECT id, name, photo, at_ns FROM lying WHERE owner = ? AND name = ?", spot
        )
        return Discard(*row) if row else None

    def discarded_album(self, discard_id: int) -> Discard | None:
        """The album of that number, if it still lies in anybody's trash."""
        row = self.database.one(
            "SELECT id, name, photo, at_ns FROM lying WHERE id = ? AND photo IS NULL", (discard_id,)
        )
        return Discard(*row) if row else None

    def discard_row(self, spot: TrashSpot) -> DiscardRow | None:
        """The same with all that its way back needs."""
        row = self.database.one(f"{_SELECT} WHERE owner = ? AND name = ?", spot)
        return _row(row) if row else None

    def discard_of_photo(self, photo_id: int) -> DiscardRow | None:
        """What was put there last of a photo."""
        row = self.database.one(f"{_SELECT} WHERE photo = ? ORDER BY id DESC LIMIT 1", (photo_id,))
        return _row(row) if row else None

    def fallen_out(self, owner: int, limit: int) -> list[tuple[bytes, int]]:
        """What came back by another way, of which `info` still tells; at most so many.

        Each name with the folder that it stood in.
        """
        return self.database.all(
            "SELECT name, folder FROM discard WHERE owner = ?1"
            " AND id NOT IN (SELECT id FROM lying WHERE owner = ?1) ORDER BY id LIMIT ?2",
            (owner, limit),
        )

    def add_discard(self, spot: TrashSpot, new: NewDiscard, now_ns: int) -> int:
        """Note what is put there; its number. What fell out under that name is forgotten."""
        self.forget_discard(spot)
        return self.database.insert(
            "INSERT INTO discard(owner, name, kind, library, photo, album, folder, was, at_ns)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*spot, new.kind.value, *new[1:], now_ns),
        )

    def set_discard_wish(self, discard_id: int, operation_id: int | None) -> None:
        """Note the wish that came of it; without one, a photo has lost a name and nothing else."""
        self.database.run(
            "UPDATE discard SET operation = ?1,"
            " kind = iif(?1 IS NULL AND kind IN ('left', 'unmarked'), 'name', kind) WHERE id = ?2",
            (operation_id, discard_id),
        )

    def discard_held(self, discard_id: int) -> dict[str, object]:
        """What an album held that was put there."""
        row = self.database.one("SELECT held FROM discard WHERE id = ?", (discard_id,))
        held: dict[str, object] = json.loads(row[0]) if row else {}
        return held

    def set_discard_held(self, discard_id: int, held: dict[str, object]) -> None:
        """Note what an album held."""
        words = json.dumps(held, ensure_ascii=False, sort_keys=True)
        self.database.run("UPDATE discard SET held = ? WHERE id = ?", (words, discard_id))

    def rename_discard(self, spot: TrashSpot, name: bytes) -> None:
        """Another name in the same trash."""
        self.forget_discard(TrashSpot(spot.owner, name))
        self.database.run("UPDATE discard SET name = ? WHERE owner = ? AND name = ?", (name, *spot))

    def forget_discard(self, spot: TrashSpot) -> None:
        """It is there no more."""
        self.database.run("DELETE FROM discard WHERE owner = ? AND name = ?", spot)

    def forget_discarded_album(self, album_id: int) -> None:
        """The album was made anew."""
        self.database.run("DELETE FROM discard WHERE album = ? AND kind = 'album'", (album_id,))


def _row(row: tuple[object, ...]) -> DiscardRow:
    number, kind, library, photo, album, folder, was, operation, held = row
    return DiscardRow(
        number,  # type: ignore[arg-type]
        DiscardKind(str(kind)),
        library,  # type: ignore[arg-type]
        photo,  # type: ignore[arg-type]
        album,  # type: ignore[arg-type]
        folder,  # type: ignore[arg-type]
        str(was),
        operation,  # type: ignore[arg-type]
        json.loads(str(held)),
    )
