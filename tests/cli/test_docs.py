"""docs/COMMANDS.md lists every command, flag, setting and exit code that there is."""

import re
from pathlib import Path

import click
import msgspec
import pytest

from photofs.cli.main import COMMANDS, cli
from photofs.model import exit_codes
from photofs.model.settings import Settings

DOCS = Path(__file__).parents[2] / "docs" / "COMMANDS.md"
README = Path(__file__).parents[2] / "README.md"


def commands() -> list[tuple[str, click.Command]]:
    """Every command by its words, those of groups below them."""
    context = click.Context(cli)
    found = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found += [(f"{name} {below}", each) for below, each in command.commands.items()]
        else:
            found.append((name, command))
    return found


@pytest.mark.parametrize(("words", "command"), commands())
def test_every_command_and_flag_is_documented(words: str, command: click.Command) -> None:
    """A command without a row, or a flag that its row does not name, fails here."""
    rows = [row for row in DOCS.read_text().splitlines() if row.startswith(f"| `photofs {words}")]
    assert rows, f"photofs {words} is not in docs/COMMANDS.md"
    flags = [flag for option in command.params for flag in option.opts if flag.startswith("--")]
    missing = [flag for flag in flags if flag != "--json" and not any(flag in row for row in rows)]
    assert not missing


@pytest.mark.parametrize(("words", "command"), commands())
def test_every_command_says_what_it_does(words: str, command: click.Command) -> None:
    """The help of each command is a sentence, and each flag has one of its own."""
    assert (command.help or "").strip(), words
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert option.help, f"{words} {option.opts}"


def test_every_command_prints_json_if_asked_to() -> None:
    """All but the two that docs/COMMANDS.md names."""
    without = {words for words, command in commands() if not _takes_json(command)}
    assert without == {"mount", "completion"}


def _takes_json(command: click.Command) -> bool:
    return any("--json" in option.opts for option in command.params)


def test_the_first_help_lists_all_verbs() -> None:
    """The table of lazily imported verbs is whole, and each module has its verb."""
    context = click.Context(cli)
    assert cli.list_commands(context) == sorted(COMMANDS)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name


def test_the_settings_in_the_docs_are_the_defaults() -> None:
    """The TOML block in the docs decodes to exactly the default settings, with every key named."""
    block = re.search(r"```toml\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert block is not None
    decoded = msgspec.toml.decode(block[1], type=Settings)
    assert decoded == Settings()
    for name, section in msgspec.to_builtins(Settings()).items():
        assert f"[{name}]" in block[1]
        for key in section:
            assert re.search(rf"^{key} = ", block[1], re.MULTILINE), key


def test_the_exit_codes_in_the_docs_are_the_codes() -> None:
    """Each status of model/exit_codes.py has its row."""
    codes = {value for name, value in vars(exit_codes).items() if name.isupper() and name[0] != "_"}
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", DOCS.read_text(), re.MULTILINE)}
    assert codes | {130} == documented


def test_the_readme_names_only_commands_that_there_are() -> None:
    """Each `photofs VERB` in the README is a verb."""
    verbs = set(re.findall(r"`photofs ([a-z-]+)", README.read_text()))
    assert verbs <= set(COMMANDS)
