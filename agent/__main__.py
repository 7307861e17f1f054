"""`python -m agent`, and the command `photofs-agent`."""

import os

from photofs.kernel.own_modules import keep_to_own_modules
from photofs.model.importing import uncollected


def main() -> None:
    """Run the agent (agent/program.py); exits with the status of model/exit_codes.py."""
    keep_to_own_modules(os.environ)
    with uncollected():
        from agent import program
    program.main()


if __name__ == "__main__":
    main()
