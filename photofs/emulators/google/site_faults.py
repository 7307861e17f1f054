"""What the emulated photos.google.com may show in place of a photo; for `Faults.add`."""

import json

from photofs.emulators.google.site_pages import CAPTCHA
from photofs.emulators.hosting.faults import Answer

PHOTO = "/photo/AF1Qip*"
"""Where the viewer's pages are; of `TRASHING` only the deed itself."""

TRASHING = "/photo/AF1Qip*/trash"


def signed_out() -> Answer:
    """The owner is asked to sign in again."""
    return led_to("/signin")


def led_to(path: str) -> Answer:
    """Another page."""
    return Answer(status=302, headers=(("Location", path),))


def captcha() -> Answer:
    """Proof is wanted that nobody is a robot, at the very address that was asked for."""
    return Answer(status=429, body=CAPTCHA.encode())


def said_not_done() -> Answer:
    """The page says that it is done; it is not."""
    body = json.dumps({"said": "Moved to trash", "next": None}).encode()
    return Answer(status=200, body=body, kind="application/json")
