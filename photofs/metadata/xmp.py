"""XMP sidecars: one photo's facts as bytes that other programs read, and back. Pure.

Written is what each of these reads, by their own words:

- Immich (docs.immich.app/features/xmp-sidecars): dc:description, xmp:Rating, exif:DateTimeOriginal
  before xmp:CreateDate, exif:GPS*, digiKam:TagsList before lr:hierarchicalSubject
- darktable (darktable-org/darktable src/common/exif.cc): dc:title, dc:description, xmp:Rating,
  lr:hierarchicalSubject or else dc:subject, exif:GPS*, exif:DateTimeOriginal
- digiKam (KDE/digikam core/libs/dmetadata): digiKam:TagsList, lr:hierarchicalSubject, dc:subject,
  dc:title, dc:description, xmp:Rating, photoshop:DateCreated, exif:GPS*
- Lightroom: the same of dc, lr, photoshop and exif, but only within a JPEG or beside a raw file

Albums have no property that programs agree on. They stand among the tags, below "Albums" as people
stand below "People" (digiKam's own place for them), and as a list of ours. XMP's dates may be a
month or a year alone (XMP specification part 1, 8.2.1.1); EXIF's may not, and are then left out.

XML cannot hold every character, nor these properties every fact. What would not come back as it was
stands once more in photofs:exact, with the plain form that it belongs to: where another program has
changed that one since, its change counts.
"""

import json
import math
import re
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from photofs.metadata.xmp_tree import RDF, Unreadable, parse, properties
from photofs.model.capture_time import Granularity
from photofs.model.photo import Position, is_on_earth
from photofs.model.sidecar import LARGEST, DateTold, SidecarFacts

_NAMESPACES: Final = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "photofs": "https://photofs.invalid/ns/1.0/",
}
_FAVORITE: Final = 5
"""Stars of a favourite."""

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (section 2.2)."""

# xml.sax.saxutils would do it, and imports urllib.request: 10 ms of every scan's start
_ESCAPED: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})

_DATE: Final = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d+))?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)
_DEGREES: Final = re.compile(
    r"(?P<degrees>\d{1,3}),(?P<minutes>\d{1,2}(?:\.\d+)?)(?:,(?P<seconds>\d{1,2}(?:\.\d+)?))?"
    r"(?P<side>[NSEW])"
)


def write_xmp(facts: SidecarFacts) -> bytes:
    """The sidecar, UTF-8. A position that is not on earth is not written."""
    if facts.position is not None and not is_on_earth(facts.position):
        facts = replace(facts, position=None)
    plain = _bytes(facts, "")
    told = read_xmp(plain)
    if told == facts:
        return plain
    exact = {
        each.name: {
            "plain": _builtin(getattr(told, each.name)) if told else None,
            "exact": _builtin(getattr(facts, each.name)),
        }
        for each in fields(SidecarFacts)
        if told is None or getattr(told, each.name) != getattr(facts, each.name)
    }
    return _bytes(facts, json.dumps(exact))


def is_ours(data: bytes) -> bool:
    """Whether a sidecar was written here, and by no other program since: these name themselves."""
    return b'x:xmptk="photofs"' in data[:400]


def read_xmp(data: bytes) -> SidecarFacts | None:
    """What a sidecar tells, ours or another program's; None for what is no XMP.

    Never raises, whatever the bytes are; more than LARGEST of them are not looked at.
    """
    if len(data) > LARGEST:
        return None
    try:
        told = properties(parse(data))
    except Unreadable:
        return None
    found = {
        f"{prefix}:{name.partition(' ')[2]}": values
        for name, values in told.items()
        for prefix, uri in _NAMESPACES.items()
        if name.startswith(f"{uri} ")
    }
    return _exactly(_facts(found), _first(found, "photofs:exact"))


def _bytes(facts: SidecarFacts, exact: str) -> bytes:
    lines = [
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="photofs">',
        f' <rdf:RDF xmlns:rdf="{RDF}">',
        '  <rdf:Description rdf:about=""',
        *(f'    xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items()),
        "  >",
        *_texts(facts),
        *_dates(facts.taken),
        *_places(facts.position),
        *_lists(facts),
        *_text("photofs:exact", exact),
        "  </rdf:Description>",
        " </rdf:RDF>",
        "</x:xmpmeta>",
        '<?xpacket end="w"?>',
        "",
    ]
    return "\n".join(lines).encode()


def _texts(facts: SidecarFacts) -> list[str]:
    """The single texts."""
    return [
        *_in_language("dc:title", facts.title),
        *_in_language("dc:description", facts.description),
        *_text("dc:source", facts.page_url),
        *_text("dc:identifier", facts.photo_id),
        *_text("xmp:Rating", str(_FAVORITE) if facts.favorite else None),
    ]


def _lists(facts: SidecarFacts) -> list[str]:
    """Tags, people and albums, each in all the places where programs look."""
    below = (("People", facts.people), ("Albums", facts.albums))
    return [
        *_list("dc:subject", "Bag", facts.tags),
        *_list("Iptc4xmpExt:PersonInImage", "Bag", facts.people),
        *_list("photofs:albums", "Seq", facts.albums),
        *(
            line
            for name, kind, slash in (
                ("digiKam:TagsList", "Seq", "/"),
                ("lr:hierarchicalSubject", "Bag", "|"),
            )
            for line in _list(
                name,
                kind,
                (
                    *facts.tags,
                    *(f"{top}{slash}{each}" for top, all_of in below for each in all_of),
                ),
            )
        ),
    ]


def _dates(taken: DateTold | None) -> list[str]:
    if taken is None:
        return []
    local = taken.local
    match taken.granularity:
        case Granularity.SECOND:
            words = local.isoformat() + _zone(taken.offset)
            names = ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate")
            return [line for name in names for line in _text(name, words)]
        case Granularity.MONTH:
            return _text("photoshop:DateCreated", f"{local.year:04}-{local.month:02}")
        case _:
            return _text("photoshop:DateCreated", f"{local.year:04}")


def _zone(offset: timedelta | None) -> str:
    """As ISO 8601 writes it, to the minute."""
    if offset is None:
        return ""
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _places(position: Position | None) -> list[str]:
    if position is None:
        return []
    return [
        *_text("exif:GPSLatitude", _degrees(position.latitude, "NS")),
        *_text("exif:GPSLongitude", _degrees(position.longitude, "EW")),
        *_text("exif:GPSVersionID", "2.3.0.0"),
    ]


def _degrees(value: float, sides: str) -> str:
    """Degrees and minutes, exact to what a float holds (XMP part 2, GPSCoordinate)."""
    degrees = math.floor(abs(value))
    minutes = f"{(abs(value) - degrees) * 60:.15f}".rstrip("0")
    return f"{degrees},{minutes}{'0' if minutes.endswith('.') else ''}{sides[value < 0]}"


def _text(name: str, value: str | None) -> list[str]:
    return [f"   <{name}>{_safe(value)}</{name}>"] if value else []


def _in_language(name: str, value: str | None) -> list[str]:
    if not value:
        return []
    item = f'<rdf:li xml:lang="x-default">{_safe(value)}</rdf:li>'
    return [f"   <{name}><rdf:Alt>{item}</rdf:Alt></{name}>"]


def _list(name: str, kind: str, values: tuple[str, ...]) -> list[str]:
    if not values:
        return []
    items = (f"     <rdf:li>{_safe(value)}</rdf:li>" for value in values)
    return [f"   <{name}><rdf:{kind}>", *items, f"   </rdf:{kind}></{name}>"]


def _safe(value: str) -> str:
    """Text as XML can hold it; a bare carriage return would come back as a line feed."""
    return _FORBIDDEN.sub("\ufffd", value).translate(_ESCAPED)


_Found = dict[str, tuple[str, ...]]


def _facts(found: _Found) -> SidecarFacts:
    tags = found.get("dc:subject", ())
    return SidecarFacts(
        title=_first(found, "dc:title"),
        description=_first(found, "dc:description"),
        tags=tags or _leaves(found),
        people=found.get("Iptc4xmpExt:PersonInImage", ()),
        albums=found.get("photofs:albums", ()),
        taken=_taken(found),
        position=_position(found),
        favorite=_stars(_first(found, "xmp:Rating")) >= _FAVORITE,
        page_url=_first(found, "dc:source"),
        photo_id=_first(found, "dc:identifier"),
    )


def _first(found: _Found, name: str) -> str | None:
    values = found.get(name, ())
    return values[0] if values and values[0] else None


def _leaves(found: _Found) -> tuple[str, ...]:
    """Tags of a file that has them only as paths: the last step of each, but of ours."""
    paths = [(one, "/") for one in found.get("digiKam:TagsList", ())]
    paths = paths or [(one, "|") for one in found.get("lr:hierarchicalSubject", ())]
    mine = ("People", "Albums")
    return tuple(
        one.rpartition(slash)[2] for one, slash in paths if one.partition(slash)[0] not in mine
    )


def _stars(words: str | None) -> float:
    try:
        return float(words or "0")
    except ValueError:
        return 0


def _taken(found: _Found) -> DateTold | None:
    """The first date that is one; a time of day counts more than a bare day."""
    names = ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate")
    told = (_read_date(_first(found, name) or "") for name in names)
    return next((each for each in told if each), None)


def _read_date(words: str) -> DateTold | None:
    match = _DATE.fullmatch(words.strip())
    if match is None:
        return None
    part = match.groupdict()
    hour, minute, second = (int(part[name] or 0) for name in ("hour", "minute", "second"))
    micro = int(f"{part['fraction'] or '':0<6.6}")
    year, month, day = int(part["year"]), int(part["month"] or 1), int(part["day"] or 1)
    try:
        local = datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 - naive
    except ValueError:
        return None
    exact = Granularity.SECOND if part["day"] else Granularity.MONTH
    zone = part["zone"]
    return DateTold(
        local=local,
        offset=_read_zone(zone) if zone else None,
        granularity=exact if part["month"] else Granularity.YEAR,
    )


def _read_zone(zone: str) -> timedelta | None:
    if zone == "Z":
        return timedelta(0)
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:]))
    return -offset if zone[0] == "-" else offset


def _position(found: _Found) -> Position | None:
    latitude = _read_degrees(_first(found, "exif:GPSLatitude") or "", "NS")
    longitude = _read_degrees(_first(found, "exif:GPSLongitude") or "", "EW")
    if latitude is None or longitude is None:
        return None
    position = Position(latitude, longitude)
    return position if is_on_earth(position) else None


def _read_degrees(words: str, sides: str) -> float | None:
    match = _DEGREES.fullmatch(words.strip())
    if match is None or match["side"] not in sides:
        return None
    value = int(match["degrees"]) + float(match["minutes"]) / 60
    value += float(match["seconds"] or 0) / 3600
    return -value if match["side"] == sides[1] else value


def _builtin(value: object) -> Any:  # noqa: ANN401 - JSON
    """As JSON gives it back: lists, not tuples."""
    return json.loads(json.dumps(msgspec.to_builtins(value)))


def _exactly(facts: SidecarFacts, exact: str | None) -> SidecarFacts:
    """The facts with what the plain properties could not hold, where those are as we wrote them."""
    if exact is None:
        return facts
    try:
        noted = json.loads(exact)
        mended = {
            name: both["exact"]
            for name, both in noted.items()
            if _builtin(getattr(facts, name)) == both["plain"]
        }
        exactly = msgspec.convert({**msgspec.to_builtins(facts), **mended}, SidecarFacts)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return facts
    return exactly if _is_sound(exactly) else facts


def _is_sound(facts: SidecarFacts) -> bool:
    """Whether date and place are such as the plain properties can only be."""
    naive = facts.taken is None or facts.taken.local.tzinfo is None
    return naive and (facts.position is None or is_on_earth(facts.position))
