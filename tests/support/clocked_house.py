"""A house whose filing goes by a clock of the test's, so that scans may be hours apart."""

from datetime import timedelta

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.filing.filing import Filing
from photofs.model.moment import Moment
from photofs.model.observation import Progress


class ByTheClock(House):
    """A house whose filing goes by a clock of the test's."""

    now = Moment(10**18, "boot", 10**12)

    def filing(self, catalog: Catalog) -> Filing:
        """In UTC, by that clock."""
        return Filing(
            catalog,
            dates_template=self.settings.tree.dates,
            default_zone="UTC",
            zone_of_position=lambda _position: None,
            offset_of_zone=lambda _zone, _moment, _local: timedelta(0),
            now=lambda: self.now,
        )

    def wait(self, ns: int) -> None:
        """Time passes."""
        self.now = Moment(self.now.wall_ns + ns, "boot", self.now.boot_ns + ns)


def tell_nobody(_progress: Progress) -> None:
    """Nobody watches."""


class AtOnce(House):
    """A house for which two scans count as two, however soon the second one comes."""

    def filing(self, catalog: Catalog) -> Filing:
        """In UTC, by the machine's clock."""
        return Filing(
            catalog,
            dates_template=self.settings.tree.dates,
            default_zone="UTC",
            zone_of_position=lambda _position: None,
            offset_of_zone=lambda _zone, _moment, _local: timedelta(0),
            apart_ns=0,
        )
