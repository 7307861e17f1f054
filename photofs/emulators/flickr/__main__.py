"""`python -m photofs.emulators.flickr`: the emulated service as a process of its own.

Its first line on stdout is one JSON object: url, api_key, api_secret, and a token that may do all.
With `--state` whatever is done to the account is there again at the next start.
"""

import argparse
import json
import signal
import sys
from pathlib import Path

import trio

from photofs.emulators.flickr.account import API_KEY, API_SECRET, Account
from photofs.emulators.flickr.demo import demo_account
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.serving import serve_flickr
from photofs.emulators.flickr.state import State
from photofs.emulators.flickr.synthetic import synthetic_account
from photofs.emulators.hosting.serving import deserted
from photofs.emulators.hosting.vault import load_state


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    asked = _parser().parse_args(arguments)
    account = open_account(asked.state, asked.photos, asked.albums, asked.seed)
    trio.run(_serve, account, asked.port, asked.until_eof)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m photofs.emulators.flickr", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="folder that keeps the account")
    parser.add_argument("--photos", type=int, help="a made-up account with so many photos")
    parser.add_argument("--albums", type=int, default=0, help="and so many albums")
    parser.add_argument("--seed", type=int, default=1, help="which made-up account")
    parser.add_argument("--until-eof", action="store_true", help="end when stdin is closed")
    return parser


def open_account(folder: Path | None, photos: int | None, albums: int, seed: int) -> Account:
    """The account kept in `folder`, or a new one of the size asked for, or the demo's."""
    state = load_state(folder, State) if folder else None
    if state is None:
        made = demo_account() if photos is None else synthetic_account(photos, albums, seed)
        state = made.state
    account = Account(state, folder=folder)
    if not account.state.tokens:
        account.grant("delete")
    return account


async def _serve(account: Account, port: int, until_eof: bool) -> None:  # noqa: FBT001 - trio.run
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with serve_flickr(account, port=port) as emulator, trio.open_nursery() as nursery:
            print(json.dumps(facts_of(emulator)), flush=True)  # noqa: T201 - the caller waits
            if until_eof:
                nursery.start_soon(deserted, nursery.cancel_scope)
            async for _ in signals:
                nursery.cancel_scope.cancel()


def facts_of(emulator: Emulator) -> dict[str, str]:
    """What a client needs to begin: where, who, and a login that may do all."""
    account = emulator.account
    token = next(iter(account.state.tokens.values()))
    return {
        "url": emulator.url,
        "api_key": API_KEY,
        "api_secret": API_SECRET,
        "user": account.nsid,
        "oauth_token": token.token,
        "oauth_token_secret": token.secret,
    }


if __name__ == "__main__":
    sys.exit(main())
