"""`photofs login google` as its owner does it: the client's file, the page, the pasted address."""

import json
import subprocess
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2

from photofs.emulators.google import CLIENT_ID, CLIENT_SECRET, Emulator
from tests.support.household import PATIENCE, Household


def client_file(folder: Path, client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET) -> Path:
    """The OAuth client, as the console gives it."""
    path = folder / "client_secret_1.json"
    path.write_text(json.dumps({"installed": {"client_id": client_id, "client_secret": secret}}))
    return path


def log_in(
    household: Household, emulator: Emulator, *options: str | Path, pasted: tuple[str, ...] = ()
) -> tuple[int, str]:
    """`photofs login google --no-browser`; its exit status, and all that it printed.

    The owner pastes `pasted` before the right address.
    """
    command = ["login", "google", "--no-browser", "--endpoint", emulator.url, *options]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with household.start(*command, **pipes) as login:
        assert login.stdout is not None
        told = ""
        for line in login.stdout:
            told += line
            if emulator.url in line:
                break
        else:
            return login.wait(PATIENCE), told
        url = told.splitlines()[-1].strip()
        assert dict(parse_qsl(urlsplit(url).query))["code_challenge_method"] == "S256"
        with httpx2.Client(trust_env=False, timeout=60) as browser:
            address = browser.get(f"{url}&agree=yes").headers["location"]
        rest, _ = login.communicate("".join(f"{each}\n" for each in (*pasted, address)), PATIENCE)
    return login.returncode, told + rest
