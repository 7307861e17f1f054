"""`python -m photofs.emulators.google`: the emulated Google as a process of its own.

Its first line on stdout is one JSON object: url, email, client_id, client_secret, a refresh token
with all scopes, and, with `--demo`, the Picker's session in which something was picked. With
`--state` whatever is done to the account is there again at the next start.
"""

import argparse
import json
import signal
import sys
from pathlib import Path

import trio

from photofs.emulators.google.account import CLIENT_ID, CLIENT_SECRET, Account
from photofs.emulators.google.demo import demo_account, picked_session
from photofs.emulators.google.emulator import Emulator
from photofs.emulators.google.serving import serve_google
from photofs.emulators.google.state import APPEND, EDIT, PICK, READ, State
from photofs.emulators.hosting.serving import deserted
from photofs.emulators.hosting.vault import load_state


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m photofs.emulators.google", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="folder that keeps the account")
    parser.add_argument("--until-eof", action="store_true", help="end when stdin is closed")
    parser.add_argument("--demo", action="store_true", help="a new account holds the demo's photos")
    asked = parser.parse_args(arguments)
    account = open_account(asked.state, demo=asked.demo)
    if not account.state.grants:
        account.grant([APPEND, READ, EDIT, PICK])
    trio.run(_serve, account, asked.port, asked.until_eof)
    return 0


def open_account(folder: Path | None, *, demo: bool) -> Account:
    """The account kept in `folder`, or a new one: empty, or the demo's."""
    state = load_state(folder, State) if folder else None
    account = Account(state)
    if state is None and demo:
        demo_account(account)
    return Account(account.state, folder=folder) if folder else account


async def _serve(account: Account, port: int, until_eof: bool) -> None:  # noqa: FBT001 - trio.run
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with serve_google(account, port=port) as emulator, trio.open_nursery() as nursery:
            print(json.dumps(facts_of(emulator)), flush=True)  # noqa: T201 - the caller waits
            if until_eof:
                nursery.start_soon(deserted, nursery.cancel_scope)
            async for _ in signals:
                nursery.cancel_scope.cancel()


def facts_of(emulator: Emulator) -> dict[str, str]:
    """What a client needs to begin: where, which app, and a login that may do all."""
    account = emulator.account
    grant = next(iter(account.state.grants.values()))
    return {
        "url": emulator.url,
        "email": account.state.email,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": grant.refresh,
        "picked_session": picked_session(account),
    }


if __name__ == "__main__":
    sys.exit(main())
