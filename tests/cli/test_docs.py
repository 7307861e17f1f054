"""docs/COMMANDS.md lists every command, flag, setting and exit code that there is."""

import ast
import json
import re
from pathlib import Path

import click
import msgspec
import pytest

from photofs.cli.main import COMMANDS, cli
from photofs.model import exit_codes
from photofs.model.rule import CONDITIONS, KEYS, RuleVerb, read_rules
from photofs.model.settings import Settings
from tests.support.household import Household

ROOT = Path(__file__).parents[2]
DOCS = Path(__file__).parents[2] / "docs" / "COMMANDS.md"
README = Path(__file__).parents[2] / "README.md"


def below(group: click.Group) -> dict[str, click.Command]:
    """A group's commands by name, those that are imported when they are asked for, too."""
    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


def commands() -> list[tuple[str, click.Command]]:
    """Every command by its words, those of groups below them."""
    context = click.Context(cli)
    found = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found += [(f"{name} {verb}", each) for verb, each in below(command).items()]
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
    """All but the three that docs/COMMANDS.md names."""
    without = {words for words, command in commands() if not _takes_json(command)}
    assert without == {"mount", "agent", "completion"}
    assert "All but `mount`, `agent` and `completion` take `--json`" in README.read_text()


def test_no_command_is_told_of_twice() -> None:
    """Each has one row: two that differ leave the reader to guess which one is right."""
    rows = re.findall(r"^\| `(photofs [^`]*)`", DOCS.read_text(), re.MULTILINE)
    assert len(rows) > 40
    assert sorted(set(rows)) == sorted(rows)


@pytest.mark.parametrize("words", ["library_list", "status"])
def test_the_environment_has_every_flag_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """`photofs status --json` is also PHOTOFS_STATUS_JSON=1, as docs/COMMANDS.md says."""
    monkeypatch.setenv(f"PHOTOFS_{words.upper()}_JSON", "1")
    json.loads(Household(tmp_path).run(*words.split("_")))


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
    assert codes == documented


def test_the_readme_names_only_commands_that_there_are() -> None:
    """Each `photofs VERB` in the README is a verb."""
    verbs = set(re.findall(r"`photofs ([a-z-]+)", README.read_text()))
    assert verbs <= set(COMMANDS)


def test_no_remedy_or_page_names_a_command_that_there_is_not() -> None:
    """Each `photofs GROUP VERB` in an error, a comment or a page can be typed."""
    context, groups = click.Context(cli), {}
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        groups[name] = set(below(command)) if isinstance(command, click.Group) else None
    files = [README, *(ROOT / "docs").glob("*.md")]
    files += [file for room in ("photofs", "agent") for file in (ROOT / room).rglob("*.py")]
    wrong = [
        f"{file.name}: photofs {name} {verb}"
        for file in files
        for name, verb in re.findall(r"`photofs ([a-z]+)(?: ([a-z]+))?", file.read_text("utf-8"))
        if name not in groups or (verb and verb not in (groups[name] or {verb}))
    ]
    assert not wrong


def test_no_line_of_a_groups_help_is_cut_short() -> None:
    """Each verb's sentence in `photofs GROUP --help` fits beside it on 80 columns."""
    context = click.Context(cli)
    groups = [cli.get_command(context, name) for name in cli.list_commands(context)]
    cut = [
        f"{group.name} {name}"
        for group in groups
        if isinstance(group, click.Group)
        for name, command in below(group).items()
        if command.get_short_help_str(72 - max(map(len, below(group)))).endswith("...")
    ]
    assert not cut


def test_the_sections_that_comments_cite_are_there() -> None:
    """`(flickr.md 2.1, 3.1)` in a comment leads to headings of docs/reference/flickr.md."""
    cited = {
        (page, number.rstrip("."), file.name)
        for room in ("photofs", "agent", "tests")
        for file in (ROOT / room).rglob("*.py")
        for page, numbers in re.findall(
            r"\((?:[^()]* )?(flickr|google|fuse)\.md ([\d., ]+)", file.read_text(encoding="utf-8")
        )
        for number in numbers.replace(",", " ").split()
    }
    assert len(cited) > 10
    text = {page: (ROOT / "docs" / "reference" / f"{page}.md").read_text() for page, *_ in cited}
    missing = [
        (page, number, file)
        for page, number, file in sorted(cited)
        if not re.search(rf"^#+ {re.escape(number)}\.? ", text[page], re.MULTILINE)
    ]
    assert not missing


def strings_of(path: Path) -> list[str]:
    """All texts in a module but what only its readers see: those that stand alone as statements."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
    ]


def test_regression_no_message_sends_its_reader_to_a_file_that_is_not_installed() -> None:
    """The documents stand beside the source, and no package brings them along."""
    modules = [path for room in ("photofs", "agent") for path in (ROOT / room).rglob("*.py")]
    assert len(modules) > 300
    told = [(path.name, text) for path in modules for text in strings_of(path) if "docs/" in text]
    assert told == []


def test_the_help_of_rules_tells_all_that_a_rule_may_say() -> None:
    """Its example is a rule, and each key of one is named."""
    shown = cli.get_command(context := click.Context(cli), "rules")
    assert shown is not None
    told = shown.get_help(context)
    lines = [line.strip() for line in told.splitlines()]
    first = lines.index("[[rule]]")
    (rule,) = read_rules("\n".join(lines[first : lines.index('do = "trash"') + 1]))
    assert (rule.do, rule.when.archived) == (RuleVerb.TRASH, True)
    keys = {*KEYS, *CONDITIONS, *(each.value for each in RuleVerb)}
    assert {key for key in keys if not re.search(rf"\b{key}\b", told)} == set()
