"""`python -m photofs`, and the command `photofs`."""

from photofs.model.importing import uncollected


def main() -> None:
    """Run the command line (cli/main.py); every way out is an exit status."""
    with uncollected():
        from photofs.cli.main import main as command
    command()


if __name__ == "__main__":
    main()
