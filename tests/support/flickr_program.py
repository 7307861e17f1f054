"""The emulated Flickr, ignoring dedup_check: `python -m tests.support.flickr_program STATE PORT`.

Says its address once it answers.
"""

import sys
from pathlib import Path

import trio

from photofs.emulators.flickr import Account, Habits
from photofs.emulators.flickr.serving import serve_flickr
from photofs.emulators.flickr.state import State
from photofs.emulators.hosting.vault import load_state


async def serve(folder: Path, port: int) -> None:
    """Until it is killed."""
    account = Account(load_state(folder, State), folder=folder)
    async with serve_flickr(account, port=port, habits=Habits(dedup=False)) as emulator:
        print(emulator.url, flush=True)
        await trio.sleep_forever()


if __name__ == "__main__":
    trio.run(serve, Path(sys.argv[1]), int(sys.argv[2]))
