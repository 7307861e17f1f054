"""Facts on their way into a catalog that others write, too."""

from collections.abc import Callable

import trio

from photofs.model.errors import Busy, NotFound

TRIES = 8
"""How often a fact is offered to a busy catalog, with 0.1 s, 0.2 s ... between (12 s in all)."""


async def offer(write: Callable[[], None]) -> bool:
    """Write a fact, waiting for whoever writes now; False if the catalog stayed busy.

    Of a photo that is no longer in the catalog there is nothing to be noted: that is fine.
    """
    for tries in range(TRIES):
        try:
            write()
        except Busy:
            await trio.sleep(0.1 * 2**tries if tries < TRIES - 1 else 0)
        except NotFound:
            return True
        else:
            return True
    return False
