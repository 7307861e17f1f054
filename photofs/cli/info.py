"""`photofs info`: all that is known of a file or folder, and from where."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import click

from photofs.catalog.port import OriginRow, PhotoRow, SourceRow
from photofs.cli.attached import away_from
from photofs.cli.errand_words import errands_of
from photofs.cli.merged import told_by
from photofs.cli.output import counted, human_size, json_option, print_json, safe_text
from photofs.cli.place import Place, find_place
from photofs.cli.suggestions import places
from photofs.model.node import row_id
from photofs.model.photo import PhotoState
from photofs.volume.xattrs import Facts, state_of

_TOLD_OTHERWISE = frozenset(
    "photo_id library_id media mtime_ns ctime_ns trouble set_role set_others".split()  # noqa: SIM905 - read aloud
)
_TOLD = {
    "file_name": "the original's name",
    "uploaded_ns": "when it was uploaded",
    "changed_ns": "when it was changed",
    "page_url": "its page",
}
_NOT_FOR_PEOPLE = frozenset({"size_exact"})
_WORDS = {
    "file_name": "the original's name",
    "sha256": "SHA-256",
    "taken_local": "taken",
    "taken_how": "how that is known",
    "links": "folders that show it",
    "owned": "yours",
    "fidelity": "bytes",
    "fidelity_note": "why these bytes",
    "page_url": "its page",
    "time": "file time",
    "by_hand": "by hand",
}
"""What people read in place of a key that programs know; other keys are words."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@click.command
@click.argument("path", shell_complete=places)
@json_option
def info(path: str, *, as_json: bool) -> None:
    """Tell all that is known of the file or folder at PATH, and from where."""
    with find_place(path) as place:
        facts = _folder_facts(place) if place.node.folder else _photo_facts(place)
    if as_json:
        print_json(facts)
        return
    for key, value in facts.items():
        if value not in (None, "", [], (), False) and key not in _NOT_FOR_PEOPLE:
            print(f"{_word(key, facts)}: {_for_people(key, value, facts)}")


def _word(key: str, facts: Mapping[str, object]) -> str:
    """What people read in place of a key."""
    if key == "taken_how" and not facts["taken_local"]:
        return "file time by"  # when it was taken nobody knows, so there is no line before this
    return _WORDS.get(key, key)


def _folder_facts(place: Place) -> dict[str, object]:
    """What a folder holds."""
    photos = list(place.catalog.photos_under(row_id(place.node.ino)))
    return {"path": place.path or "/", "kind": "folder", "photos": len(photos)}


def _photo_facts(place: Place) -> dict[str, object]:
    """What is shown of a photo, and what each source says."""
    photo = place.catalog.photo(row_id(place.node.ino))
    origins = place.catalog.origins(photo.photo_id)
    facts: dict[str, object] = {"path": place.path, "kind": str(photo.media)}
    facts |= {key: value for key, value in photo._asdict().items() if key not in _TOLD_OTHERWISE}
    facts["state"] = _state(place, photo, origins[0] if origins else None)
    facts["time"] = instant_text(photo.mtime_ns)
    if origins:
        seen = origins[0].seen
        facts["people"] = seen.people
        if seen.position is not None:
            facts["place"] = f"{seen.position.latitude:.6f}, {seen.position.longitude:.6f}"
    facts["trouble"] = photo.trouble
    if photo.set_others:
        others = [other._asdict() for other in photo.set_others]
        facts["set"] = {"role": photo.set_role, "others": others}
    sources = [_source_facts(place, origin) for origin in origins]
    if len(origins) > 1:
        shown = place.catalog.shown_key(photo.photo_id)
        told = told_by(place.catalog, origins, shown, photo.sha256)
        sources = [source | more for source, more in zip(sources, told, strict=True)]
    facts["sources"] = sources
    facts["by_hand"] = errands_of(place.catalog, photo.photo_id)
    return facts


def _state(place: Place, photo: PhotoRow, origin: OriginRow | None) -> str:
    """Where the bytes are, as `user.photofs.state` tells it."""
    store = place.house.store()
    here = photo.sha256 is not None and store.has_sealed(photo.sha256) is not None
    if origin is not None and not here and (away := away_from(_source_of(place, origin))):
        return f"{PhotoState.FAILED}: {away}"
    return state_of(Facts(photo, origin, here, place.catalog.unsent(photo.photo_id)))


def _source_of(place: Place, origin: OriginRow) -> SourceRow:
    """The source that told of it."""
    return next(each for each in place.catalog.sources() if each.source_id == origin.source_id)


def _source_facts(place: Place, origin: OriginRow) -> dict[str, object]:
    """What one source says, and which one it is."""
    source = _source_of(place, origin)
    return {
        "provider": source.provider,
        "of": source.account or source.config.get("path"),
        "id": origin.seen.remote_id,
        "as_of": instant_text(origin.seen.as_of_ns),
        "missing": origin.seen.missing,
    }


def instant_text(instant_ns: int) -> str:
    """An instant as ISO 8601 text in UTC; far ones (year 10,000 on) as seconds."""
    try:
        return (EPOCH + timedelta(microseconds=instant_ns // 1000)).isoformat()
    except OverflowError:
        return f"{instant_ns // 10**9} s since 1970"


def _for_people(key: str, value: object, facts: Mapping[str, object]) -> str:
    """A fact as a line."""
    if key == "size" and isinstance(value, int):
        exact = counted(value, "byte") if facts.get("size_exact", True) else "an estimate"
        return f"{human_size(value)} ({exact})"
    if key == "sources" and isinstance(value, list):
        several = "\n  " if len(value) > 1 else ""
        return several + several.join(_source_words(facts) for facts in value)
    if key == "by_hand" and isinstance(value, list):
        return safe_text("; ".join(str(each) for each in value))
    if key == "set" and isinstance(value, dict):
        others = ", ".join(f"{other['name']} ({other['role']})" for other in value["others"])
        return safe_text(f"{value['role']}, beside {others}")
    if isinstance(value, list | tuple):
        return ", ".join(safe_text(str(item)) for item in value)
    return "yes" if value is True else safe_text(str(value))


def _source_words(facts: dict[str, object]) -> str:
    """A source for people."""
    missing = ", missing there" if facts["missing"] else ""
    words = f"{facts['provider']} {facts['of']} (id {facts['id']}, as of {facts['as_of']}{missing})"
    if "tells" in facts:
        how = ", shown as it was sent from here" if facts["as_sent"] else ", shown"
        words += f": {facts['fidelity']}{how if facts['shown'] else ''}"
        tells = facts["tells"]
        if isinstance(tells, list) and tells:
            words += f"; tells {', '.join(_TOLD.get(str(each), str(each)) for each in tells)}"
    if "merged_by" in facts:
        words += f"; merged with that of {facts['merged_with']} by {facts['merged_by']}"
    return safe_text(words)
