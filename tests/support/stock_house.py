"""A house over a stock, whose thumbnails lie in a folder of the test's own."""

import os
from dataclasses import dataclass
from pathlib import Path

from photofs.assembly import HOME_VARIABLE, House, Paths
from tests.support.stocked import Stock


@dataclass(frozen=True)
class StockPaths(Paths):
    """The catalog and the store where the stock has them."""

    @property
    def catalog(self) -> Path:
        """The stock's."""
        return self.data.parent / "catalog.db"

    @property
    def kept(self) -> Path:
        """The stock's Kept room."""
        return self.data.parent / "kept"

    @property
    def originals(self) -> Path:
        """The stock's Cache room."""
        return self.data.parent / "cache"


def stock_house(made: Stock, settings: str = "", **environ: str) -> House:
    """As an agent has it; `settings`: the text of config.toml."""
    config = made.root / "config"
    config.mkdir(exist_ok=True)
    (config / "config.toml").write_text(settings)
    cache = {"XDG_CACHE_HOME": str(made.root / "desktop")}
    house = House({**os.environ, **cache, **environ, HOME_VARIABLE: str(made.root)})
    house.paths = StockPaths(config, made.root / "data", made.root / "state", made.root / "own")
    house.make_folders()
    return house
