"""The `photofs` command: finds the verb, runs it, and turns our errors into sentences.

Each verb's module is imported only when it is wanted: `photofs --help` and shell completion answer
in some 70 ms that way, against 300 with everything imported.
"""

import importlib
import logging
import os
import sys
import warnings
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Never

import click

from photofs import __version__
from photofs.assembly import HOME_VARIABLE
from photofs.cli.output import safe_text
from photofs.model.errors import Bug, NotFound, PhotofsError, found_in
from photofs.model.exit_codes import INTERRUPTED, OTHER, service_exit_code
from photofs.model.importing import uncollected

COMMANDS: Mapping[str, tuple[str, str]] = {
    "agent": ("photofs.cli.agent", "Scan and send in the foreground."),
    "cache": ("photofs.cli.cache", "Show, warm or clear the cache of originals."),
    "check": ("photofs.cli.check", "Verify the catalog's invariants and, if asked, all bytes."),
    "completion": ("photofs.cli.completion", "Print the shell's completion script."),
    "date": ("photofs.cli.date", "Set or reset when photos were taken."),
    "desktop": ("photofs.cli.desktop", "Install emblems and menu entries for file managers."),
    "free": ("photofs.cli.pin", "Remove the cached bytes of photos from this disk."),
    "guard": ("photofs.cli.guard", "Say which programs may fetch as many originals as they open."),
    "hand": ("photofs.cli.hand", "Do by hand what Google lets no program do."),
    "held": ("photofs.cli.held", "List, release or drop changes that are very many."),
    "info": ("photofs.cli.info", "Tell all that is known of a file or folder."),
    "library": ("photofs.cli.library", "Add, list, remove libraries; report on their archives."),
    "log": ("photofs.cli.log", "List what was changed, sent and answered."),
    "login": ("photofs.cli.login", "Log in to a service with your own key."),
    "logout": ("photofs.cli.login", "Forget a login."),
    "mirror": ("photofs.cli.mirror", "Keep whole copies of libraries on disks of your own."),
    "mount": ("photofs.cli.mount", "Show the libraries as folders."),
    "pick": ("photofs.cli.pick", "Take in photos that you pick on a service's own page."),
    "pin": ("photofs.cli.pin", "Fetch photos and keep them on this disk."),
    "queue": ("photofs.cli.queue", "List what is open, and try it again."),
    "restore": ("photofs.cli.restore", "Upload what a mirror holds to a library."),
    "rules": ("photofs.cli.rules", "Trash, pin, mark or tag photos by rule."),
    "scan": ("photofs.cli.scan", "Bring the catalog up to what the sources say."),
    "service": ("photofs.cli.service", "Have systemd run the agent and mounts."),
    "status": ("photofs.cli.status", "Show libraries, mounts, cache, and what is wrong."),
    "thumbnails": ("photofs.cli.thumbnails", "Show, fill or clear the desktop's thumbnails."),
    "trash": ("photofs.cli.trash", "List, restore, or delete for good what is in Trash."),
    "umount": ("photofs.cli.umount", "Take a mount away."),
    "undo": ("photofs.cli.undo", "Take back what was done at one go."),
    "unpin": ("photofs.cli.pin", "Let pinned photos be evicted again."),
    "version": ("photofs.cli.version", "Print versions of photofs and of what it stands on."),
    "wait": ("photofs.cli.wait", "Wait until what was accepted is done."),
}
"""Each verb: the module that has it (under the verb's own name), and its line in the help."""


HABITS: Mapping[str, str] = {
    "add": "library add",
    "fsck": "check",
    "help": "--help",
    "list": "library list",
    "ls": "library list",
    "remove": "library remove",
    "report": "library report",
    "sync": "scan",
    "unmount": "umount",
}
"""Words that other programs have, each with ours for it."""

SETTINGS = {"auto_envvar_prefix": "PHOTOFS", "help_option_names": ["-h", "--help"]}
"""For click, handed down to every command."""


class Verbs(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All verbs, by name."""
        return sorted(COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb asked for; one that there is not is refused with those that it may have been."""
        verb = args[0]
        if verb not in COMMANDS and not ctx.resilient_parsing:
            near = [HABITS[verb]] if verb in HABITS else get_close_matches(verb, COMMANDS)
            meant = ", ".join(f"`photofs {each}`" for each in near)
            hint = f"; did you mean {meant}?" if meant else ""
            raise click.UsageError(f"there is no command {safe_text(verb)}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The verb's command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        with uncollected():
            module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb; what is not there may be in a home that is mounted beside the own one."""
        try:
            return super().invoke(ctx)
        except NotFound as error:
            from photofs.cli.house import elsewhere, house_of_command

            house = house_of_command(ctx)
            ways = elsewhere(house, str(ctx.invoked_subcommand)) if house is not None else []
            error.remedy = "; ".join(filter(None, [error.remedy, *ways]))
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The help's list, without importing the verbs."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in sorted(COMMANDS.items())])


def _after_the_verb(_context: click.Context, _option: click.Parameter, given: object) -> None:
    """Refuse --json before the verb: only the verb's own is heard."""
    if given:
        raise click.UsageError("--json stands after the command, as in `photofs status --json`")


@click.group(cls=Verbs, context_settings=SETTINGS)
@click.option(
    "--home",
    type=click.Path(file_okay=False),
    help="Keep settings, catalog and cache all below this folder (default: the XDG folders).",
)
@click.option("-v", "--verbose", count=True, help="Tell more; twice for all.")
@click.option("-q", "--quiet", is_flag=True, help="Tell errors only.")
@click.option(
    "--json",
    is_flag=True,
    hidden=True,
    expose_value=False,
    allow_from_autoenv=False,
    callback=_after_the_verb,
)
@click.version_option(__version__, prog_name="photofs")
def cli(home: str | None, verbose: int, *, quiet: bool) -> None:
    """Flickr and Google Photos libraries as plain folders.

    Start with `photofs mount --demo`, or with `photofs library add takeout FOLDER`.
    """
    if home is not None:
        os.environ[HOME_VARIABLE] = str(Path(home).expanduser().absolute())
    _start_log(logging.ERROR if quiet else logging.WARNING - 10 * min(verbose, 2))


def _start_log(level: int) -> None:
    """Log to standard error, secrets taken out."""
    from photofs.credentials import redaction

    redaction.start_log(level)


def fail(error: PhotofsError) -> Never:
    """Print the error for people and end with its status."""
    lines = [f"photofs: {error.what}"]
    lines += [f"  {part}" for part in (error.safe, error.remedy) if part]
    print("\n".join(map(safe_text, lines)), file=sys.stderr)
    sys.exit(service_exit_code(error, os.environ))


def main() -> None:
    """Run the command line; every way out is an exit status of model/exit_codes.py."""
    os.umask(0o077)  # titles and dates are private, and so are all files that hold them
    # Ctrl-C may come between the making of a coroutine and its start; of that nobody need hear
    warnings.filterwarnings("ignore", message=".* was never awaited", category=RuntimeWarning)
    try:
        cli(prog_name="photofs", standalone_mode=False)
    except PhotofsError as error:
        fail(error)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _end_as_stopped()
    except BrokenPipeError:
        # whoever read our output has gone; Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OTHER)
    except BaseExceptionGroup as several:
        # what was raised while a trio nursery was open comes wrapped, Ctrl-C too
        if several.subgroup((click.Abort, KeyboardInterrupt)) is not None:
            _end_as_stopped()
        if (found := found_in(several)) is not None:
            fail(found)
        _end_by_own_mistake(several)
    except Exception as error:  # noqa: BLE001 - the last resort, and told
        _end_by_own_mistake(error)


def _end_as_stopped() -> Never:
    """The end of a command that a person stopped."""
    print("photofs: stopped", file=sys.stderr)
    sys.exit(INTERRUPTED)


def _end_by_own_mistake(error: BaseException) -> Never:
    """The end by what nobody thought of."""
    logging.getLogger(__name__).info("where it happened:", exc_info=error)
    what = f"a mistake of photofs's own: {type(error).__name__}: {error}"
    safe, remedy = "archives and accounts are as they were", "run it with -v and report it"
    fail(Bug(what, safe=safe, remedy=remedy))


if __name__ == "__main__":
    main()
