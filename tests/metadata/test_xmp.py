"""XMP sidecars: what other programs read in ours, what we read in theirs, and what comes back."""

import json
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.metadata.xmp import read_xmp, write_xmp
from photofs.metadata.xmp_tree import DEEPEST, MOST
from photofs.model.capture_time import Granularity, TakenBy
from photofs.model.photo import Position
from photofs.model.sidecar import LARGEST, DateTold, SidecarFacts, date_told

at = datetime.fromisoformat

FACTS = SidecarFacts(
    title="Ramen & <friends>",
    description="Zwei Zeilen\nund ein Ü",
    tags=("food", "night market"),
    people=("Ada Lovelace",),
    albums=("Lima", "Best of 2019"),
    taken=DateTold(local=at("2019-07-12T18:30:05"), offset=timedelta(hours=-5)),
    position=Position(-12.0464, -77.0428),
    favorite=True,
    page_url="https://www.flickr.com/photos/ada/4711/",
    photo_id="4711",
)

NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"'
    ' xmlns:digiKam="http://www.digikam.org/ns/1.0/"'
    ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
    ' xmlns:photofs="https://photofs.invalid/ns/1.0/"'
    ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
)


def sidecar(properties: str, attributes: str = "") -> bytes:
    """A sidecar of another program."""
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {NAMESPACES}>'
        f'<rdf:Description rdf:about="" {attributes}>{properties}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def exiftool(*words: str | Path) -> str:
    """The real program's answer."""
    done = subprocess.run(["exiftool", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_exiftool_reads_each_fact(tmp_path: Path) -> None:
    """The real exiftool finds each fact in the property that galleries look at."""
    path = tmp_path / "IMG_1.jpg.xmp"
    path.write_bytes(write_xmp(FACTS))
    (told,) = json.loads(exiftool("-j", "-G1", "-n", "-a", path))
    assert "ExifTool:Warning" not in told
    date = "2019:07:12 18:30:05-05:00"
    assert {key: told[key] for key in told if key.startswith("XMP-") and "photofs" not in key} == {
        "XMP-x:XMPToolkit": "photofs",
        "XMP-dc:Title": FACTS.title,
        "XMP-dc:Description": FACTS.description,
        "XMP-dc:Source": FACTS.page_url,
        "XMP-dc:Identifier": 4711,
        "XMP-dc:Subject": ["food", "night market"],
        "XMP-xmp:Rating": 5,
        "XMP-xmp:CreateDate": date,
        "XMP-exif:DateTimeOriginal": date,
        "XMP-photoshop:DateCreated": date,
        "XMP-exif:GPSLatitude": pytest.approx(-12.0464, abs=1e-9),
        "XMP-exif:GPSLongitude": pytest.approx(-77.0428, abs=1e-9),
        "XMP-exif:GPSVersionID": "2.3.0.0",
        "XMP-iptcExt:PersonInImage": "Ada Lovelace",
        "XMP-digiKam:TagsList": [
            "food",
            "night market",
            "People/Ada Lovelace",
            "Albums/Lima",
            "Albums/Best of 2019",
        ],
        "XMP-lr:HierarchicalSubject": [
            "food",
            "night market",
            "People|Ada Lovelace",
            "Albums|Lima",
            "Albums|Best of 2019",
        ],
    }


def test_what_exiftool_wrote_is_read(tmp_path: Path) -> None:
    """A sidecar that the real exiftool made tells its facts."""
    path = tmp_path / "IMG_1.jpg.xmp"
    exiftool(
        "-XMP-dc:Title=Ramen",
        "-XMP-dc:Description=hot",
        "-XMP-dc:Subject=food",
        "-XMP-dc:Subject=night",
        "-XMP-iptcExt:PersonInImage=Ada",
        "-XMP-xmp:Rating=5",
        "-XMP-exif:DateTimeOriginal=2019:07:12 18:30:05.25+02:00",
        "-XMP-exif:GPSLatitude=-12.5",
        "-XMP-exif:GPSLongitude=77.25",
        path,
    )
    assert read_xmp(path.read_bytes()) == SidecarFacts(
        title="Ramen",
        description="hot",
        tags=("food", "night"),
        people=("Ada",),
        taken=DateTold(local=at("2019-07-12T18:30:05.250000"), offset=timedelta(hours=2)),
        position=Position(-12.5, 77.25),
        favorite=True,
    )


def test_what_exiftool_changes_counts(tmp_path: Path) -> None:
    """A title that another program changed is the new one, also where ours stood exactly."""
    facts = replace(FACTS, title="with a \x07 bell", description="and a \x01 one")
    path = tmp_path / "IMG_1.jpg.xmp"
    path.write_bytes(write_xmp(facts))
    exiftool("-overwrite_original", "-XMP-dc:Title=mended", path)
    assert read_xmp(path.read_bytes()) == replace(facts, title="mended")


TEXTS = st.text(st.characters(), max_size=20).filter(bool)
"""Any characters but lone surrogates, those that XML cannot hold too."""

ANY_TEXTS = TEXTS | st.just("\ud800") | st.just(" a\r\nb\t ")

DATES = st.builds(
    DateTold,
    local=st.datetimes(),
    offset=st.none() | st.timedeltas(timedelta(hours=-18), timedelta(hours=18)),
    granularity=st.sampled_from(Granularity),
)

ALL_FACTS = st.builds(
    SidecarFacts,
    title=st.none() | ANY_TEXTS,
    description=st.none() | ANY_TEXTS,
    tags=st.lists(ANY_TEXTS, max_size=3).map(tuple),
    people=st.lists(ANY_TEXTS, max_size=2).map(tuple),
    albums=st.lists(ANY_TEXTS, max_size=2).map(tuple),
    taken=st.none() | DATES,
    position=st.none() | st.builds(Position, st.floats(-90, 90), st.floats(-180, 180)),
    favorite=st.booleans(),
    page_url=st.none() | TEXTS,
    photo_id=st.none() | TEXTS,
)


@given(ALL_FACTS)
def test_facts_come_back(facts: SidecarFacts) -> None:
    """Whatever the characters, dates and places are, the facts come back as they were."""
    assert read_xmp(write_xmp(facts)) == facts


def test_line_ends_stay_in_the_plain_form() -> None:
    """A carriage return is written so that every reader of XML gets it back."""
    facts = SidecarFacts(description="one\r\ntwo\rthree")
    assert b"photofs:exact>" not in write_xmp(facts)
    assert read_xmp(write_xmp(facts)) == facts


@given(st.binary(max_size=300), st.integers(0, 2000), st.integers(0, 400))
def test_damage_never_raises(garbage: bytes, at: int, length: int) -> None:
    """A sidecar that is overwritten or cut anywhere is read or not, without an error."""
    whole = write_xmp(FACTS)
    read_xmp(whole[:at] + garbage + whole[at + length :])
    read_xmp(garbage)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no XML",
        b'<!DOCTYPE a [<!ENTITY b "ccccccccc">]>' + sidecar("<dc:source>&b;</dc:source>"),
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd">' + sidecar("<dc:source>x</dc:source>"),
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b"<a>" * (DEEPEST + 1) + b"</a>" * (DEEPEST + 1),
        b"<a>" + b"<b/>" * MOST + b"</a>",
        b"<a>" * 100_000,
        sidecar("<dc:source>" + "x" * LARGEST + "</dc:source>"),
    ],
)
def test_hostile_files_are_none(data: bytes) -> None:
    """What is no XMP, asks for entities, is too deep, too wide or too long is no sidecar."""
    assert read_xmp(data) is None


@pytest.mark.parametrize(
    "exact",
    [
        "no json",
        "[]",
        "[" * 50_000,
        '{"title": 1}',
        '{"title": {"plain": "x", "exact": 3}}',
        '{"nothing": {"plain": null, "exact": 1}}',
        '{"__class__": {"plain": null, "exact": 1}}',
        '{"taken": {"plain": null, "exact": {"local": "2019-07-12T00:00:00Z"}}}',
        '{"position": {"plain": null, "exact": {"latitude": 91, "longitude": 0}}}',
        '{"position": {"plain": null, "exact": {"latitude": NaN, "longitude": 0}}}',
    ],
)
def test_hostile_exact_forms_are_left_out(exact: str) -> None:
    """A list of exact forms that nobody of us wrote changes nothing."""
    data = sidecar(f"<dc:source>x</dc:source><photofs:exact>{exact}</photofs:exact>")
    assert read_xmp(data) == SidecarFacts(page_url="x")


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("2019", DateTold(local=at("2019-01-01"), granularity=Granularity.YEAR)),
        ("2019-07", DateTold(local=at("2019-07-01"), granularity=Granularity.MONTH)),
        ("2019-07-12", DateTold(local=at("2019-07-12"))),
        ("2019-07-12T18:30Z", DateTold(local=at("2019-07-12T18:30:00"), offset=timedelta(0))),
        ("2019-02-30", None),
        ("2019-07-12T25:00", None),
        ("yesterday", None),
    ],
)
def test_dates_as_exact_as_they_are(words: str, date: DateTold | None) -> None:
    """A date may be a year or a month alone; what is no date is none."""
    facts = read_xmp(sidecar("", f'photoshop:DateCreated="{words}"'))
    assert facts is not None
    assert facts.taken == date


def test_attributes_and_languages() -> None:
    """Properties may be attributes, and of several languages the default counts."""
    facts = read_xmp(
        sidecar(
            '<dc:title><rdf:Alt><rdf:li xml:lang="de">Haus</rdf:li>'
            '<rdf:li xml:lang="x-default">House</rdf:li></rdf:Alt></dc:title>',
            'xmp:Rating="3" exif:GPSLatitude="12,30,36N" exif:GPSLongitude="77,15.0W"',
        )
    )
    assert facts == SidecarFacts(title="House", position=Position(12.51, -77.25))


def test_tags_of_paths_alone() -> None:
    """Where a file has tags as paths only, their last steps are the tags; people are none."""
    paths = ("Places/Peru/Lima", "food", "People/Ada")
    items = "".join(f"<rdf:li>{path}</rdf:li>" for path in paths)
    facts = read_xmp(sidecar(f"<digiKam:TagsList><rdf:Seq>{items}</rdf:Seq></digiKam:TagsList>"))
    assert facts == SidecarFacts(tags=("Lima", "food"))


def test_the_date_of_a_catalogs_row() -> None:
    """The offset is what lies between instant and wall time; an unknown date is none."""
    instant = int((at("2019-07-12T23:30:05") - at("1970-01-01")).total_seconds())
    told = date_told(instant * 10**9, "2019-07-12T18:30:05", 0)
    assert told == FACTS.taken
    assert told is not None
    assert told.fact.by is TakenBy.SIDECAR
    assert date_told(instant * 10**9, None, 0) is None
    assert date_told(2**63 - 1, "9999-07-12T18:30:05", 0) == DateTold(
        local=at("9999-07-12T18:30:05")
    )
