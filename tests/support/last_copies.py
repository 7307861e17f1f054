"""A home in whose Trash lie photos that their service has no more, with the only bytes in Kept."""

import hashlib
import os
import time
from pathlib import Path

from photofs.assembly import HOME_VARIABLE, House
from photofs.model.node import row_id
from photofs.originals.port import Room
from photofs.wishing.erasing import Erased
from photofs.wishing.letting_go import last_copy, let_go
from tests.support.filed import photo
from tests.support.household import Household
from tests.support.wished import SHELL, Wished

DAY = "Dates/2019/2019-07"


def bytes_of(name: str) -> bytes:
    """Of each photo others, all of them of other lengths."""
    return f"the bytes of {name}".encode() * (ord(name) - 90)


def hash_of(name: str) -> str:
    """As the store names them."""
    return hashlib.sha256(bytes_of(name)).hexdigest()


class LastCopies:
    """The library "L": `gone` were put into Trash and deleted at the service since; "z" is there.

    `catalog` is what `wished` works on.
    """

    def __init__(self, folder: Path, gone: str = "ab", *, opened_anew: bool = False) -> None:
        """`opened_anew`: it was made in that folder before."""
        self.household = Household(folder)
        self.house = House({**os.environ, HOME_VARIABLE: str(self.household.home)})
        self.house.make_folders()
        self.wished = Wished(self.house.paths.catalog)
        self.filed, self.catalog = self.wished.filed, self.wished.catalog
        if not opened_anew:
            self._make(gone)

    def _make(self, gone: str) -> None:
        self.filed.scan(*[photo(name) for name in f"{gone}z"])
        for name in f"{gone}z":
            number = self.filed.photo_id(name)
            self.catalog.sealed(number, "1", hash_of(name), len(bytes_of(name)))
            self.keep(bytes_of(name))
        for name in gone:
            self.wished.unlink(f"{DAY}/{name}.jpg")
        self.wished.send_all()
        for _ in range(2):
            self.filed.scan(inventory=["z"], full=False)

    def keep(self, data: bytes, room: Room = Room.KEPT) -> str:
        """As if these bytes had been sealed; their hash."""
        sha256 = hashlib.sha256(data).hexdigest()
        top = self.house.paths.kept if room is Room.KEPT else self.house.paths.originals
        path = top / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o400)
        return sha256

    def number(self, path: str) -> int:
        """The row of what stands at a path of the library."""
        return row_id(self.filed.ino(path))

    def rooms(self, names: str = "ab") -> list[Room | None]:
        """Where the originals are."""
        return [self.house.store().has_sealed(hash_of(name)) for name in names]

    def why_not(self, name: str) -> str:
        """Why a photo may not be let go; empty if it may."""
        found = last_copy(self.catalog, self.filed.photo_id(name))
        return found if isinstance(found, str) else ""

    def wish(self, *names: str) -> None:
        """Let these go, as far as the journal; their bytes are still here."""
        found = [last_copy(self.catalog, self.filed.photo_id(name)) for name in names]
        copies = [each for each in found if not isinstance(each, str)]
        assert len(copies) == len(names), found
        gone = let_go(self.catalog, self.wished.wishing, copies, SHELL, self.filed.now_ns)
        assert gone == copies
        assert self.filed.problems() == []

    def remove(self) -> Erased:
        """What the agent does in each round."""
        with self.house.erasing(self.catalog) as erasing:
            return erasing.go()

    def let_all_go(self, names: str = "ab") -> Erased:
        """The whole of it, by the house's own clock."""
        numbers = [self.filed.photo_id(name) for name in names]
        found = [last_copy(self.catalog, number) for number in numbers]
        copies = [each for each in found if not isinstance(each, str)]
        let_go(self.catalog, self.house.wishing(self.catalog), copies, SHELL, time.time_ns())
        return self.remove()

    def states(self) -> list[str]:
        """How far each last copy is on its way."""
        rows = self.catalog.database.all(
            "SELECT state FROM operation WHERE verb = 'let go' ORDER BY id"
        )
        return [str(state) for (state,) in rows]
