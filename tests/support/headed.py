"""A stock of real pictures, some of which tell no date, and the agent's look at their heads."""

from pathlib import Path

from agent.heads import Heads
from photofs.emulators.pictures import make_jpeg, make_png
from photofs.metadata.stamping import stamp_head
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.splice import Stamp
from tests.support.fake_source import open_fake_source
from tests.support.stocked import TAKEN, Stock, stock

BARE = make_jpeg(1, width=900, height=700)
DATED = make_jpeg(2, taken=TAKEN.replace(tzinfo=None))
ORIGINALS = {"bare.jpg": BARE, "dated.jpg": DATED, "other.png": make_png(3)}


def shown(data: bytes) -> bytes:
    """What a mount with --embed shows of a picture of the stock, whose clocks all show UTC."""
    local = TAKEN.replace(tzinfo=None)
    fact = TakenFact(by=TakenBy.SERVICE, local=local, offset=TAKEN.utcoffset())
    splice = stamp_head(data, Stamp(fact))
    return splice.head + data[splice.skip :]


def headed(root: Path, *, sizes_told: bool = True, can: tuple[str, ...] = ()) -> Stock:
    """The stock; nobody has looked at its heads yet."""
    return stock(root, ORIGINALS, sizes_told=sizes_told, can=can)


async def look(made: Stock, most: int = 200) -> int:
    """One round of the agent's; how many heads it learnt."""
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        return await Heads(catalog, made.store(), open_fake_source, most).take(source)
