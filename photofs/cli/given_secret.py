"""A secret that comes by a file: never by the command line, which all programs here can see."""

from pathlib import Path

from photofs.cli.output import safe_text
from photofs.model.errors import Misconfigured


def secret_in(secret_file: Path) -> str:
    """The secret that a file holds; Misconfigured if it cannot be one."""
    try:
        secret = secret_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        secret = ""
    if not secret:
        # not within the handler: a decoder's message quotes the text
        raise Misconfigured(
            f"the secret cannot be read from {safe_text(str(secret_file))}",
            remedy="it must be text in UTF-8 that you may read, and not be empty",
        )
    return secret
