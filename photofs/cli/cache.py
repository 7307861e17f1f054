"""`photofs cache`: the room for originals that the services still have."""

import sys

import click
import trio

from photofs.assembly import House
from photofs.cli.house import find_house
from photofs.cli.output import confirm, counted, human_size, json_option, print_json
from photofs.cli.place import find_place, photos_at
from photofs.cli.suggestions import places
from photofs.cli.warm import fetch_all
from photofs.model.errors import NotFound
from photofs.model.exit_codes import SOME_FAILED


@click.group
def cache() -> None:
    """Show, warm or clear the cache of originals. Everything in it can be fetched again."""


@cache.command
@json_option
def status(*, as_json: bool) -> None:
    """Show how much lies where."""
    house = find_house()
    usage = house.store().usage()
    if as_json:
        print_json({**usage._asdict(), "folder": str(house.paths.originals)})
        return
    print(f"cache   {human_size(usage.cache)} of {human_size(usage.cache_limit)}")
    print(f"drafts  {human_size(usage.drafts)} (fetched in part)")
    print(f"kept    {human_size(usage.kept)} (never evicted)")
    print(f"free    {human_size(usage.disk_free)} on the disk of {house.paths.originals}")


@cache.command
@click.argument("paths", nargs=-1, required=True, shell_complete=places)
@json_option
def warm(paths: tuple[str, ...], *, as_json: bool) -> None:
    """Fetch the photos at PATHS now, as far as the cache has room."""
    outcomes = []
    for path in paths:
        with find_place(path, read_only=False) as place:
            fetched = trio.run(fetch_all, place.house, place.catalog, photos_at(place))
        outcomes.append({"path": path, **fetched._asdict()})
        if not as_json:
            print(f"{path}: {counted(fetched.whole, 'photo')} here, {fetched.failed:,} not")
    if as_json:
        print_json(outcomes)
    sys.exit(SOME_FAILED if any(outcome["failed"] for outcome in outcomes) else 0)


@cache.command(short_help="Remove everything from the cache, pinned photos too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def clear(*, yes: bool, as_json: bool) -> None:
    """Remove everything from the cache, drafts and pinned photos too; kept originals stay.

    So do the originals of photos in Trash that no service has any more.
    """
    house = find_house()
    store = house.store()
    usage = store.usage()
    if not yes:
        size = human_size(usage.cache + usage.drafts)
        confirm(f"Remove {size}, pinned photos too? It can all be fetched again.")
    removed = store.clear(_only_here(house))
    if as_json:
        print_json({"removed": removed})
    else:
        print(f"{human_size(removed)} removed")


def _only_here(house: House) -> frozenset[str]:
    """The hashes of what cannot be fetched again."""
    try:
        with house.catalog(read_only=True) as catalog:
            return catalog.only_here()
    except NotFound:  # there is no catalog yet
        return frozenset()
