"""Taking one source away from a library that has others: what is asked before, and told after."""

from typing import NamedTuple

from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.catalog.withdrawals import Holding
from photofs.cli.output import confirm, counted, human_size, print_json, safe_text, shell_word
from photofs.cli.sent_copies import Loose, bring_back, loose_copies, loose_words
from photofs.model.errors import NotFound, Refused
from photofs.originals.port import Room


class Kept(NamedTuple):
    """Originals in Kept of photos that go: how many, and their bytes."""

    files: int
    bytes: int


def remove_source(house: House, library: str, source: str, *, yes: bool, as_json: bool) -> None:
    """Take a source away, after a question; NotFound, or Refused if it is the only one."""
    with house.catalog() as catalog:
        row = _named(catalog, library, source)
        holding = catalog.holding(row.source_id)
        sent = catalog.sent_to(row.source_id)
        leaving = holding.alone - sum(alone for _, alone in sent)
        hidden = catalog.hashes_alone(row.source_id) - {sha256 for sha256, _ in sent}
        kept = _kept(house, hidden)
        loose = loose_copies(house, catalog, row.library_id, row.source_id)
        if not yes:
            leaves = holding._replace(alone=leaving)
            question = _question(library, row, leaves, kept)
            confirm(question + _staying(len(sent)) + _warning(loose))
        loose = bring_back(house, catalog, row.library_id, row.source_id)
        house.filing(catalog).withdraw(row.source_id)
    house.forget_small_state(row.source_id)
    stay = holding.photos - holding.alone
    if as_json:
        told = {"removed": source_words(row), "gone": leaving, "stay": stay, "trash": len(sent)}
        print_json({**told, "kept": kept._asdict(), "nowhere_else": loose._asdict()})
        return
    print(
        f"{source_words(row)} is no source of {library} any more:"
        f" {counted(leaving, 'photo')} left the tree, {stay:,} stay by other sources"
    )
    if sent:
        print(f"in Trash now:{_staying(len(sent))}")
    if kept.files:
        print(f"{_kept_words(kept)} stay on this disk, in {safe_text(str(house.paths.kept))}")
    if loose.files:
        print(f"{loose_words(loose)} that were sent are in it alone now: do not delete it")
    print(f"to have it back: {_way_back(library, row)}")


def source_words(row: SourceRow) -> str:
    """A source for people: its provider, and whose account or which folder it is."""
    where = row.account or row.config.get("path") or ""
    return safe_text(f"{row.provider} {where}".strip())


def _named(catalog: Catalog, library: str, named: str) -> SourceRow:
    """A library's source by its place in `photofs library list`, or by its provider's name."""
    rows = catalog.sources(catalog.library(library).library_id)
    if named.isdecimal():
        found = [row for place, row in enumerate(rows, 1) if place == int(named)]
    else:
        found = [row for row in rows if row.provider.replace("_", "-") == named.replace("_", "-")]
    if len(found) != 1:
        numbered = "; ".join(f"{place}: {source_words(row)}" for place, row in enumerate(rows, 1))
        which = "is none of" if not found else "fits more than one of"
        raise NotFound(
            f'"{safe_text(named)}" {which} the sources of {library}',
            safe="nothing was changed",
            remedy=f"give the number of one of these: {numbered}",
        )
    if len(rows) == 1:
        raise Refused(
            f"{library} has no other source",
            safe="nothing was changed",
            remedy=f"`photofs library remove {shell_word(library)}` forgets the library",
        )
    return found[0]


def _kept(house: House, hashes: frozenset[str]) -> Kept:
    """What lies in Kept of these."""
    store = house.store()
    sizes = []
    for sha256 in hashes:
        status = store.sealed_status(sha256)
        if status is not None and store.has_sealed(sha256) is Room.KEPT:
            sizes.append(status.st_size)
    return Kept(len(sizes), sum(sizes))


def _kept_words(kept: Kept) -> str:
    return f"{counted(kept.files, 'original')} ({human_size(kept.bytes)}) of photos that go"


def _question(library: str, row: SourceRow, holding: Holding, kept: Kept) -> str:
    """What is about to be done."""
    stay = holding.photos - holding.alone
    question = (
        f"Take {source_words(row)} away from {library}? {counted(holding.alone, 'photo')} that only"
        f" it has leave the tree; {stay:,} that others have, too, stay. Nothing at the source, and"
        " no file on this disk, is touched."
    )
    return f"{question} {_kept_words(kept)} stay in Kept." if kept.files else question


def _staying(sent: int) -> str:
    """What was sent there and lies here alone: it stands in Trash."""
    if not sent:
        return ""
    return (
        f" {counted(sent, 'original')} that went there from this disk, and that nothing else has,"
        " stay on it, in Trash."
    )


def _warning(loose: Loose) -> str:
    """What of the uploads is safe by this source alone; what the Cache has is put into Kept."""
    if not loose.files:
        return ""
    return (
        f" {loose_words(loose)} that were sent to a service that gives other bytes back left Kept,"
        " for this source has them: they return to it from the cache, as far as they are there;"
        " of the others this source has the only copy."
    )


def _way_back(library: str, row: SourceRow) -> str:
    """The command that adds it again."""
    match row.provider:
        case "google":
            return f"photofs login google --name {shell_word(library)}"
        case "picker":
            return f"photofs pick google --name {shell_word(library)}"
        case provider:
            path, kind = shell_word(str(row.config.get("path"))), provider.replace("_", "-")
            return f"photofs library add {kind} {path} --to {shell_word(library)}"
