"""The `photofs` command: finds the verb, runs it, and turns our errors into sentences.

Each verb's module is imported only when it is wanted: `photofs --help` and shell completion answer
in some 70 ms that way, against 300 with everything imported.
"""

import importlib
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Never

import click

from photofs import __version__
from photofs.assembly import HOME_VARIABLE
from photofs.model.errors import Bug, PhotofsError
from photofs.model.exit_codes import OTHER, exit_code

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""

COMMANDS: Mapping[str, tuple[str, str]] = {
    "cache": ("photofs.cli.cache", "Show, warm or clear the cache of originals."),
    "check": ("photofs.cli.check", "Verify the catalog's invariants and, if asked, all bytes."),
    "completion": ("photofs.cli.completion", "Print the shell's completion script."),
    "free": ("photofs.cli.pin", "Remove the cached bytes of photos from this disk."),
    "info": ("photofs.cli.info", "Tell all that is known of a file or folder."),
    "library": ("photofs.cli.library", "Add, list, remove libraries; report on their archives."),
    "login": ("photofs.cli.login", "Log in to a service with your own key."),
    "logout": ("photofs.cli.login", "Forget a login."),
    "mount": ("photofs.cli.mount", "Show the libraries as folders."),
    "pin": ("photofs.cli.pin", "Fetch photos and keep them on this disk."),
    "scan": ("photofs.cli.scan", "Bring the catalog up to what the sources say."),
    "status": ("photofs.cli.status", "Show libraries, mounts, cache, and what is wrong."),
    "umount": ("photofs.cli.umount", "Take a mount away."),
    "unpin": ("photofs.cli.pin", "Let pinned photos be evicted again."),
    "version": ("photofs.cli.version", "Print versions of photofs and of what it stands on."),
}
"""Each verb: the module that has it (under the verb's own name), and its line in the help."""


class Verbs(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All verbs, by name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The verb's command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The help's list, without importing the verbs."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in sorted(COMMANDS.items())])


@click.group(cls=Verbs, context_settings={"auto_envvar_prefix": "PHOTOFS"})
@click.option(
    "--home",
    type=click.Path(file_okay=False),
    help="Keep settings, catalog and cache all below this folder (default: the XDG folders).",
)
@click.option("-v", "--verbose", count=True, help="Tell more; twice for all.")
@click.option("-q", "--quiet", is_flag=True, help="Tell errors only.")
@click.version_option(__version__, prog_name="photofs")
def cli(home: str | None, verbose: int, *, quiet: bool) -> None:
    """Flickr and Google Photos libraries as plain folders.

    Start with `photofs mount --demo ~/photos`, or with `photofs library add takeout FOLDER`.
    """
    if home is not None:
        os.environ[HOME_VARIABLE] = str(Path(home).expanduser().absolute())
    _start_log(logging.ERROR if quiet else logging.WARNING - 10 * min(verbose, 2))


def _start_log(level: int) -> None:
    """Log to standard error, secrets taken out."""
    from photofs.credentials import redaction

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=level)
    redaction.install(logging.getLogger())


def fail(error: PhotofsError) -> Never:
    """Print the error for people and end with its status."""
    lines = [f"photofs: {error.what}"]
    lines += [f"  {part}" for part in (error.safe, error.remedy) if part]
    print("\n".join(lines), file=sys.stderr)
    sys.exit(exit_code(error))


def main() -> None:
    """Run the command line; every way out is an exit status of model/exit_codes.py."""
    os.umask(0o077)  # titles and dates are private, and so are all files that hold them
    try:
        cli(prog_name="photofs", standalone_mode=False)
    except PhotofsError as error:
        fail(error)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        print("photofs: stopped", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # whoever read our output has gone; Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OTHER)
    except Exception as error:
        logging.getLogger(__name__).info("where it happened:", exc_info=error)
        what = f"a mistake of photofs's own: {type(error).__name__}: {error}"
        fail(
            Bug(
                what,
                safe="archives and accounts are as they were",
                remedy="run it with -v and report it",
            )
        )


if __name__ == "__main__":
    main()
