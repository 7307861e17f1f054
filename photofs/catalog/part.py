"""What every part of the catalog has: its connection, and the file it is a connection to."""

from photofs.catalog.database import Database


class Part:
    """One subject of the catalog; `Catalog` is all of them on one connection."""

    def __init__(self, database: Database) -> None:
        """`database` is shared with the other parts."""
        self.database = database
