"""`photofs mount`: show the libraries as folders, until the mount is taken away."""

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from photofs.assembly import HOME_VARIABLE, House
from photofs.cli.daemon import READY_VARIABLE, go_behind, start_daemon, tell_ready
from photofs.cli.house import has_libraries, way_to
from photofs.cli.indexed_folders import indexing_words
from photofs.cli.mounts import (
    end_if_dead,
    forget_mount,
    home_of,
    mount_at,
    mount_of,
    note_mount,
    serves,
)
from photofs.cli.output import own_name, safe_text, shell_word
from photofs.cli.suggestions import folders
from photofs.cli.usual_point import make_usual, usual_point
from photofs.kernel.mount_table import without_links
from photofs.kernel.service_manager import READY, SERVICE_VARIABLE, tell_manager
from photofs.model.errors import Busy, NotFound, Refused
from photofs.model.importing import uncollected

if TYPE_CHECKING:
    from photofs.cli.serving import Serving

log = logging.getLogger(__name__)


@click.command
@click.argument("folder", required=False, type=click.Path(path_type=Path), shell_complete=folders)
@click.option(
    "--daemon/--foreground",
    default=False,
    help="Go on in the background once ready (default: stay in front).",
)
@click.option("--read-only", is_flag=True, help="Refuse every write, whatever a library can do.")
@click.option("--allow-other", is_flag=True, help="Let other users of this machine read it, too.")
@click.option("--exact-sizes", is_flag=True, help="Let stat of a file wait for its exact size.")
@click.option(
    "--embed",
    type=click.Choice(["missing"]),
    help="Show JPEGs that tell no date or place with these in their EXIF.",
)
@click.option("--no-agent", is_flag=True, help="Do not scan or learn sizes in the background.")
@click.option(
    "--mounter", is_flag=True, help="Have photofs-mounter mount, so that this may be confined."
)
@click.option("--demo", is_flag=True, help="Show a made-up library; nothing leaves this machine.")
@click.option(
    "--log-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the background process logs (default: mount.log beside the catalog).",
)
def mount(
    folder: Path | None,
    *,
    daemon: bool,
    demo: bool,
    log_file: Path | None,
    embed: str | None,
    **flags: bool,
) -> None:
    """Show the libraries as folders below FOLDER, which must be empty, until `photofs umount`.

    Without FOLDER it is ~/photos, or what config.toml says, and is made if it is not there.
    """
    given = _named(folder) if folder is not None else _usual(demo=demo)
    point = without_links(given)  # as the kernel's list has it, by which all others find it
    made = folder is None and point == without_links(given.parent) / given.name
    # said by who started this one in the background, or by `photofs service install`
    if not {READY_VARIABLE, SERVICE_VARIABLE} & os.environ.keys():
        _warn_of_indexers(given)
    if daemon:
        command = _arguments(folder, demo=demo, log_file=log_file, embed=embed, flags=flags)
        code = start_daemon(command)
        if code == 0:
            _say_what_to_try(point, demo=demo)
        sys.exit(code)
    with ExitStack() as stack:
        _check_point(point, by_mounter=flags["mounter"], made=made)
        if not demo:
            _refuse_over_another(point)
        if demo:
            from photofs.cli.demo import demo_home

            if not flags["mounter"]:  # which looks for itself, and may see what we do not
                _check_before_the_demo(point)
            os.environ[HOME_VARIABLE] = str(stack.enter_context(demo_home(os.environ)))
        house = House()
        go_behind(log_file or house.paths.state / "mount.log")
        _refuse_if_nothing_to_show(house)
        if made and make_usual(point):
            print(f"made the folder {safe_text(str(point))}", flush=True)
        with uncollected():
            from photofs.cli.serving import Serving

        _serve_until_unmounted(house, point, Serving(embed=bool(embed), **flags))
    log.info("%s is unmounted", point)


def _named(folder: Path) -> Path:
    """The mount point that a folder on the command line is."""
    return Path(os.path.normpath(folder.expanduser().absolute()))


def _usual(*, demo: bool) -> Path:
    """The mount point where none is named; a demo takes nothing of the user's settings."""
    return usual_point("" if demo else House().settings.mount.point, os.environ)


def _check_point(point: Path, *, by_mounter: bool, made: bool) -> None:
    """Refuse a mount point that cannot be one, before anything else is said.

    `made`: where it is not there it is made later, once nothing is in the way. Not where a link
    leads to it: the disk behind that may be away.
    """
    if not by_mounter:  # which has ended it as soon as its process was gone
        end_if_dead(str(point), os.environ)  # before it is asked anything
    try:
        point.stat()
    except FileNotFoundError as error:
        if not made:
            raise NotFound(
                f"there is no folder {safe_text(str(point))}",
                remedy=f"make it first: mkdir -p {shell_word(str(point))}",
            ) from error
    except OSError:
        # a dead mount of ours, which mounting clears; what else is wrong is told there, too
        return
    around = mount_of(point.parent, os.environ)
    if around is not None:
        raise Refused(
            f"{safe_text(str(point))} lies in a mount of photofs", remedy="choose another folder"
        )


def _refuse_over_another(point: Path) -> None:
    """Busy where the demo, or another home of this user's, is mounted: what is there is not ours.

    A dead mount of another home is cleared as any other.
    """
    there = mount_at(str(point), os.environ)
    if there is not None and serves(there) and there.home != home_of(os.environ):
        raise Busy(
            f"{safe_text(str(point))} is mounted already, and shows another home:"
            f" {safe_text(there.home or 'the usual folders')}",
            safe="nothing was changed",
            remedy=f"`{own_name()} umount {shell_word(str(point))}` first, or name another folder",
        )


def _check_before_the_demo(point: Path) -> None:
    """Refuse what mounting would refuse, before seconds go into making the demo anew."""
    import trio

    from photofs.fuse.mount_point import check_mount_point

    trio.run(check_mount_point, point)


def _warn_of_indexers(point: Path) -> None:
    """Say so where desktops index or import whatever they find; it is mounted all the same."""
    words = indexing_words(point, os.environ)
    if words is not None:
        print(
            f"photofs: {words}\n"
            "  the guard keeps known indexers from fetching (`photofs guard status`), not others"
            "\n  better: photofs mount --daemon, which takes a folder of its own",
            file=sys.stderr,
        )


def _arguments(
    folder: Path | None,
    *,
    demo: bool,
    log_file: Path | None,
    embed: str | None,
    flags: dict[str, bool],
) -> Sequence[str]:
    """The same command line for the process in the background."""
    arguments = [*_loudness(), "mount", "--foreground"]
    arguments += [f"--{flag.replace('_', '-')}" for flag, given in flags.items() if given]
    arguments += ["--demo"] * demo
    arguments += [f"--embed={embed}"] * bool(embed)
    arguments += ["--log-file", str(log_file)] * (log_file is not None)
    return arguments if folder is None else [*arguments, "--", str(_named(folder))]


def _loudness() -> list[str]:
    """-v and -q as they were given before the verb: the log is the background process's."""
    before = click.get_current_context().find_root().params
    return ["-v"] * before.get("verbose", 0) + ["-q"] * before.get("quiet", False)


def _refuse_if_nothing_to_show(house: House) -> None:
    """Never an empty root: a first-time user is told what to do instead."""
    if house.paths.catalog.exists():  # opening it would make one
        with house.catalog() as catalog:
            if catalog.libraries():
                return
    raise Refused(
        "there is no library to show yet",
        remedy="use `photofs library add takeout FOLDER`, `photofs login flickr`, `photofs login"
        " google`, or --demo",
    )


def _serve_until_unmounted(house: House, point: Path, serving: "Serving") -> None:
    """Mount, note who serves it, and answer the kernel until it is over."""
    import trio

    from photofs.cli.serving import serve

    def ready() -> None:
        note_mount(str(point), house.environ)
        tell_manager(os.environ, READY, f"STATUS=mounted at {point}")
        if not tell_ready():
            print(f"mounted at {safe_text(str(point))}; Ctrl-C unmounts it", flush=True)

    try:
        trio.run(serve, house, point, serving, ready)
    finally:
        forget_mount(str(point), house.environ)


def _say_what_to_try(point: Path, *, demo: bool) -> None:
    """The last words of --daemon."""
    shown, photofs = shell_word(str(point)), own_name()
    asking = _demo_asking() if demo else photofs
    print(f"mounted at {safe_text(str(point))}")
    if demo:
        print(
            "a made-up Takeout, and emulated accounts at Google and Flickr; nothing leaves this"
            " machine"
        )
    print("try:")
    print(f"  ls {shown} {shown}/*/Albums")
    print(f"  rsync -aH --exclude '/*/Scratch' {shown}/ /tmp/copy/")
    print("    # then once more: nothing to do")
    print(f"  {asking} status")
    if asking != photofs:
        print("    # so with log, queue and all others: without --home they tell of your own")
    print(f"  {photofs} umount {shown}")


def _demo_asking() -> str:
    """What to type to ask about the demo: with its home, where there are libraries of one's own."""
    from photofs.cli.demo import demo_folder

    if home_of(os.environ) is None and not has_libraries(House()):
        return own_name()
    return way_to(str(demo_folder(os.environ)))
