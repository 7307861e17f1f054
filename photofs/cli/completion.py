"""`photofs completion`: the shell's completion script."""

import click
from click.shell_completion import get_completion_class

from photofs.model.errors import Bug


@click.command
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of a SHELL; `eval "$(photofs completion bash)"` turns it on."""
    kind = get_completion_class(shell)
    if kind is None:
        raise Bug(f"click knows no completion for {shell}")
    root = context.find_root().command
    print(kind(root, {}, "photofs", "_PHOTOFS_COMPLETE").source())
