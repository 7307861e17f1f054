"""`python -m agent`, and the command `photofs-agent`."""

from photofs.model.importing import uncollected


def main() -> None:
    """Run the agent (agent/program.py); exits with the status of model/exit_codes.py."""
    with uncollected():
        from agent import program
    program.main()


if __name__ == "__main__":
    main()
