"""`python -m photofs` is the same as the `photofs` command."""

from photofs.cli.main import main

main()
