"""Whose photos a mirror holds: that of one library must never become that of another."""

from pathlib import Path

from photofs.catalog.port import LibraryRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.output import safe_text, shell_word
from photofs.mirrors.marker import account_mark
from photofs.mirrors.port import Marker
from photofs.model.errors import Refused


def accounts_of(catalog: Catalog, library: LibraryRow) -> tuple[str, ...]:
    """The library's accounts as a marker has them; none of one that shows exports alone."""
    sources = catalog.sources(library.library_id)
    return tuple(sorted({account_mark(s.provider, s.account) for s in sources if s.account}))


def check_owner(
    root: Path, marker: Marker | None, name: str, accounts: tuple[str, ...], was: str | None
) -> None:
    """Refused if the mirror at `root` may be another library's than that of this name.

    `was` is the library's name in the marker, given by whoever says that it is the same one.
    """
    place = safe_text(str(root))
    if marker is None:
        if was is not None:
            raise Refused(
                f"{place} is no mirror: there is nothing to take over",
                safe="nothing was changed",
                remedy="name the mirror's folder; for a new mirror leave --was out",
            )
        return
    if was == marker.library or (was is None and _is_of(marker, name, accounts)):
        return
    words = [name, str(root), "--was", marker.library]
    command = " ".join(["photofs mirror add", *map(shell_word, words)])
    account = " of another account" if name == marker.library else ""
    raise Refused(
        f"{place} is the mirror of another library: {safe_text(marker.library)}{account}",
        safe="nothing was changed",
        remedy=f"name an empty folder; only if {safe_text(name)} holds the same photos:"
        f" `{command}` takes it over",
    )


def _is_of(marker: Marker, name: str, accounts: tuple[str, ...]) -> bool:
    """By an account of both where both tell one, else by the name."""
    if marker.accounts and accounts:
        return not set(marker.accounts).isdisjoint(accounts)
    return marker.library == name
