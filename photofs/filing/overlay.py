"""What the tree shows of a photo: the told facts, and on top of them what is wished or marked.

See docs/decisions/0007. Everything that changes a photo's facts goes through `laid_over`.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from photofs.catalog.journal import OperationRow
from photofs.catalog.photo_writes import PhotoFacts
from photofs.catalog.sqlite import Catalog
from photofs.filing.facts import Resolve, dated, name_of
from photofs.model.capture_time import TakenFact
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Media
from photofs.model.wish import Change, Shown, WishVerb, shown


def laid_over(
    catalog: Catalog, photo_id: int, old: PhotoFacts, facts: PhotoFacts, resolve: Resolve
) -> PhotoFacts:
    """The facts that sources tell, as the tree is to show them; `old` is what it shows now."""
    if catalog.incoming(photo_id) is not None:  # its bytes are what a program wrote
        facts = facts._replace(**{each: getattr(old, each) for each in _OF_BYTES})
    wishes = changes(catalog.unsettled_of_photo(photo_id))
    binned_ns, set_mtime_ns = catalog.marks(photo_id)
    if wishes:
        facts = _wished(catalog, photo_id, facts, wishes, resolve)
    if binned_ns is not None:
        facts = facts._replace(trashed=1)
    if set_mtime_ns is not None:
        facts = facts._replace(mtime_ns=set_mtime_ns)
    return facts


_OF_BYTES = ("size", "size_exact", "sha256", "content_key", "media", "mtime_ns")


def changes(rows: Sequence[OperationRow]) -> list[Change]:
    """Operations as what they change."""
    return [Change(WishVerb(row.wish.verb), row.wish.details) for row in rows]


def _wished(
    catalog: Catalog,
    photo_id: int,
    facts: PhotoFacts,
    wishes: Sequence[Change],
    resolve: Resolve,
) -> PhotoFacts:
    told = Shown(
        favorite=facts.favorite == 1,
        archived=facts.archived == 1,
        trashed=facts.trashed == 1,
        title=facts.title,
        name=facts.name,
        description=None,
        tags=(),
        taken=None,
    )
    wished = shown(told, wishes)
    facts = facts._replace(
        favorite=int(wished.favorite),
        archived=int(wished.archived),
        trashed=int(wished.trashed),
        title=wished.title,
        name=wished.name,
    )
    if wished.taken is None:
        return facts
    seen = catalog.told(photo_id) or _only_here(facts)
    return dated(facts, resolve(with_taken(seen, wished.taken)))


def _only_here(facts: PhotoFacts) -> PhotoSeen:
    """A photo that no source has told of yet, as far as its capture time needs it."""
    return PhotoSeen(
        remote_id="", media=Media(facts.media), content_key="", ref="", as_of_ns=0, title=None
    )


def with_taken(seen: PhotoSeen, taken: object) -> PhotoSeen:
    """What was seen, with another capture time; `taken` as a DATE wish has it."""
    return replace(seen, taken=msgspec.convert(taken, TakenFact))


def without(
    catalog: Catalog,
    photo_id: int,
    facts: PhotoFacts,
    taken_back: Sequence[OperationRow],
    resolve: Resolve,
) -> PhotoFacts:
    """The facts as they are once some wishes, already cancelled, are taken away again.

    A source's word counts where it tells; else what the facts were before the first of those
    wishes, which notes it under "before".
    """
    before: dict[str, object] = {}
    for row in reversed(taken_back):
        noted = row.wish.details.get("before")
        before.update(noted if isinstance(noted, dict) else {})
    facts = facts._replace(**{key: value for key, value in before.items() if key in _UNDONE})  # type: ignore[arg-type]
    seen = catalog.told(photo_id)
    if seen is not None:
        facts = _told(facts, seen, resolve, dates="taken" in before)
    return laid_over(catalog, photo_id, facts, facts, resolve)


_UNDONE = frozenset(
    {"favorite", "archived", "title", "name", "mtime_ns", "taken_local", "granularity", "taken_how"}
)


def _told(facts: PhotoFacts, seen: PhotoSeen, resolve: Resolve, *, dates: bool) -> PhotoFacts:
    """The facts that wishes can change, as far as a source tells them."""
    facts = facts._replace(title=seen.title, name=name_of(seen), trashed=int(seen.trashed or False))
    if seen.favorite is not None:
        facts = facts._replace(favorite=int(seen.favorite))
    if seen.archived is not None:
        facts = facts._replace(archived=int(seen.archived))
    return dated(facts, resolve(seen)) if dates else facts
