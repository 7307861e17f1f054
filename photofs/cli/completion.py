"""`photofs completion`: the shell's completion script."""

import click
from click.shell_completion import BashComplete, add_completion_class, get_completion_class

from photofs.model.errors import Bug


@add_completion_class
class Bash(BashComplete):
    """Bash's script, for names with blanks and brackets in them and for folders.

    click 8's own one splits a suggestion at blanks, takes brackets for patterns, and puts a blank
    behind a folder, where the path is to go on.
    """

    source_template = """\
%(complete_func)s() {
    local IFS=$'\\n' response line type value
    response=$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \\
%(complete_var)s=bash_complete $1)
    while IFS= read -r line; do
        type=${line%%%%,*} value=${line#*,}
        case $type in
            dir) COMPREPLY=(); compopt -o dirnames ;;
            file) COMPREPLY=(); compopt -o default -o filenames ;;
            plain)
                COMPREPLY+=("$value")
                [[ $value == *[!A-Za-z0-9_=-]* ]] && compopt -o filenames
                [[ $value == */ ]] && compopt -o nospace ;;
        esac
    done <<< "$response"
    return 0
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


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
