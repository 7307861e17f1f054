"""`python -m photofs`, and the command `photofs`."""

import os

from photofs.kernel.own_modules import keep_to_own_modules
from photofs.model.importing import uncollected


def main() -> None:
    """Run the command line (cli/main.py); every way out is an exit status."""
    keep_to_own_modules(os.environ)
    with uncollected():
        from photofs.cli.main import main as command
    command()


if __name__ == "__main__":
    main()
