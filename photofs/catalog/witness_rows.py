"""By what the catalog knows itself again, and the doubt if it does not (docs/decisions/0022)."""

from typing import Final, NamedTuple

from photofs.catalog.part import Part

ANYTHING: Final = "*"
"""Believe whatever stands there: the user has said that it is right."""

DISARM: Final = "UPDATE rule SET seen = '', ran = '', armed = ''"


class Witness(NamedTuple):
    """What was last put to a place, and what is just being put there; None: nothing."""

    token: str | None
    following: str | None
    rolled_ns: int


class WitnessRows(Part):
    """Rows of witness and doubt; those that write are a transaction of their own, or join one."""

    def witness(self, place: str) -> Witness | None:
        """What was noted of a place; None if nothing ever was."""
        row = self.database.one(
            "SELECT token, following, rolled_ns FROM witness WHERE place = ?", (place,)
        )
        return Witness(*row) if row else None

    def begin_witness(self, place: str, following: str, now_ns: int) -> None:
        """A word is about to be put there."""
        with self.database.joined():
            self.database.run(
                "INSERT INTO witness(place, token, following, rolled_ns) VALUES (?1, NULL, ?2, ?3)"
                " ON CONFLICT DO UPDATE SET following = ?2, rolled_ns = ?3",
                (place, following, now_ns),
            )

    def end_witness(self, place: str, token: str) -> None:
        """It stands there."""
        with self.database.joined():
            self.database.run(
                "UPDATE witness SET token = ?, following = NULL WHERE place = ?", (token, place)
            )

    def believe_witness(self, place: str) -> None:
        """Whatever stands there is right."""
        with self.database.joined():
            self.database.run(
                "INSERT OR REPLACE INTO witness VALUES (?, ?, NULL, 0)", (place, ANYTHING)
            )

    def doubt(self) -> str:
        """Why the catalog may not know what happened last, a sentence; "" if it does."""
        row = self.database.one("SELECT why FROM doubt")
        return row[0] if row else ""

    def begin_doubt(self, why: str, now_ns: int) -> None:
        """It may not; all rules are disarmed, and have to be shown and run by hand anew."""
        with self.database.joined():
            self.database.run("INSERT OR IGNORE INTO doubt VALUES (1, ?, ?)", (why, now_ns))
            self.database.run(DISARM)

    def end_doubt(self) -> None:
        """Its user has said that it is to go on."""
        with self.database.joined():
            self.database.run("DELETE FROM doubt")
