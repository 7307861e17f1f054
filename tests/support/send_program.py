"""A program that judges and sends all that a home has: `python -m tests.support.send_program HOME`.

As the agent does, but that it ends once nothing more can be sent now. `--later SECONDS` sets its
clock ahead, so that what waits is due. Says "sent" when it ends.
"""

import argparse
import os
import time

import trio

from agent.doubles import Doubles
from agent.judging import Judge
from agent.outbox import Outbox
from agent.sending import Sender
from photofs.assembly import HOME_VARIABLE, House
from photofs.catalog.under_way import UnderWay


async def send(house: House, later_s: int) -> None:
    """One round of judging, and one sender a source."""

    def now_ns() -> int:
        return time.time_ns() + later_s * 10**9

    with house.catalog() as catalog:
        wishing = house.wishing(catalog)
        lost = Doubles(catalog.sources, house.open_provider).lost
        judge = Judge(catalog, wishing, house.store(), quiet_s=0.0, now_ns=now_ns, lost=lost)
        await judge.round()
        for source in catalog.sources():
            async with house.open_provider(source) as provider:
                if provider.abilities.writes is None:  # an archive beside the account
                    continue
                box = Outbox(
                    catalog=catalog,
                    wishing=wishing,
                    store=house.store(),
                    source=source,
                    provider=provider,
                    writes=provider.abilities.writes,
                    under_way=UnderWay(house.paths.under_way),
                    now_ns=now_ns,
                )
                await Sender(box).run()


def main() -> None:
    """Read the arguments and send."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home")
    parser.add_argument("--later", type=int, default=0)
    arguments = parser.parse_args()
    house = House({**os.environ, HOME_VARIABLE: arguments.home})
    trio.run(send, house, arguments.later)
    print("sent", flush=True)


if __name__ == "__main__":
    main()
