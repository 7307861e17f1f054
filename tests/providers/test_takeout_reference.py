"""Every fact of docs/reference/google.md section 3 has a test; this is the table of them."""

import ast
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUIRKS = "providers/test_takeout_quirks"
NAMES = "providers/test_takeout_names"
FOLDERS = "providers/test_takeout_folders"
MIXED = "providers/test_takeout_mixed"
MERGING = "providers/test_takeout_merging"
BAD = "providers/test_takeout_bad_archives"
EXPORTER = "emulators/test_emulated_takeout_names"

Tests = dict[str, tuple[str, ...]]

TABLE: dict[str, Tests] = {
    "takeout-YYYYMMDDTHHMMSSZ-K-NNN.zip": {MERGING: ("test_names_of_parts",)},
    "Numbers have at least three digits": {MERGING: ("test_names_of_parts",)},
    "zips above 2 GB are zip64": {BAD: ("test_zip64_and_prepended_bytes", "test_zip64_directory")},
    "Each part is an archive of its own": {QUIRKS: ("test_the_generator_sets_sidecars_apart",)},
    "often in different parts": {MIXED: ("test_any_quirks_at_once",)},
    "The same path may be in two parts": {FOLDERS: ("test_one_path_in_two_parts",)},
    "A member's own date is the export's": {
        QUIRKS: ("test_no_sidecar", "test_media_without_sidecars_are_dated_by_their_bytes")
    },
    "may hold albums only": {QUIRKS: ("test_albums_only",)},
    "by the year of `photoTakenTime`": {FOLDERS: ("test_year_folders",)},
    "A folder without an album's JSON": {FOLDERS: ("test_year_folders",)},
    "cut at about 50 UTF-16 units": {FOLDERS: ("test_names_of_album_folders",)},
    "Equal titles: `Title(1)`": {FOLDERS: ("test_names_of_album_folders",)},
    "Without a title: `Untitled`": {QUIRKS: ("test_languages",)},
    "again, byte for byte": {MIXED: ("test_all_quirks_at_once",)},
    "Items that were only shared": {QUIRKS: ("test_shared_items",)},
    "may hold nothing but its JSON": {
        FOLDERS: (
            "test_an_album_of_its_file_alone",
            "test_an_album_whose_photos_another_export_tells",
        ),
        QUIRKS: ("test_album_with_sidecars_only",),
    },
    "Special folders": {
        FOLDERS: ("test_special_folders",),
        QUIRKS: ("test_special_folders_without_flags",),
    },
    "Archived items may be missing": {FOLDERS: ("test_archived_items_among_the_years",)},
    "The product's folder": {FOLDERS: ("test_product_folders",)},
    "Folders of memories": {FOLDERS: ("test_folders_that_google_made_up",)},
    "JSON files that are no sidecars": {FOLDERS: ("test_json_that_is_no_sidecar",)},
    "`metadata.json`, by language": {FOLDERS: ("test_names_of_album_files",)},
    'Shapes: `{"albumData"': {QUIRKS: ("test_album_shapes",)},
    "`narrativeEnrichment.text`": {
        FOLDERS: ("test_what_is_written_to_an_album", "test_several_texts_in_an_album")
    },
    "The title may be empty": {QUIRKS: ("test_languages",)},
    "no `photoTakenTime`": {NAMES: ("test_a_title_alone_is_a_sidecar_by_its_name",)},
    "Every key may be missing": {FOLDERS: ("test_every_key_of_a_sidecar_may_be_missing",)},
    "| key | means |": {FOLDERS: ("test_every_key_of_a_sidecar_may_be_missing",)},
    "|---|---|": {FOLDERS: ("test_every_key_of_a_sidecar_may_be_missing",)},
    "| `title` |": {QUIRKS: ("test_named_quirks",)},
    '"0", negative and missing occur': {
        BAD: ("test_times_of_all_kinds",),
        QUIRKS: ("test_facts_of_a_sidecar",),
    },
    "| `creationTime.timestamp` |": {QUIRKS: ("test_facts_of_a_sidecar",)},
    "| `photoLastModifiedTime`": {FOLDERS: ("test_every_key_of_a_sidecar_may_be_missing",)},
    "| `geoData`, `geoDataExif` |": {QUIRKS: ("test_facts_of_a_sidecar",)},
    "| `people[].name`": {QUIRKS: ("test_facts_of_a_sidecar",)},
    "| `favorited`, `archived`, `trashed` |": {QUIRKS: ("test_facts_of_a_sidecar",)},
    "| `url` |": {MERGING: ("test_items_without_a_link_join_those_with_one",)},
    "| `googlePhotosOrigin` |": {FOLDERS: ("test_every_origin",)},
    "`formatted` is in the account's": {FOLDERS: ("test_every_key_of_a_sidecar_may_be_missing",)},
    "Edits made in Google Photos": {MERGING: ("test_the_latest_facts_win",)},
    "broken or not UTF-8": {BAD: ("test_broken_sidecars", "test_bytes_as_sidecars")},
    "cut46(T + S) + C": {
        NAMES: (
            "test_known_pairs_follow_the_rule",
            "test_every_generated_medium_finds_its_sidecar",
        ),
        EXPORTER: ("test_names_are_those_that_were_published",),
    },
    "`.supplemental-metadat.json`": {EXPORTER: ("test_names_are_those_that_were_published",)},
    "cut to 51 units": {QUIRKS: ("test_named_quirks", "test_equal_names_are_counted")},
    "a medium's name of 52 was seen": {
        NAMES: ("test_cut_keeps_whole_characters",),
        QUIRKS: ("test_named_quirks",),
    },
    'A "(2)" that was in the title': {NAMES: ("test_the_counter_is_tried_before_the_title",)},
    "and line ends become `_`": {EXPORTER: ("test_names_are_those_that_were_published",)},
    "A title without an extension": {QUIRKS: ("test_guesses_are_told",)},
    "share `original_<uuid>_.json`": {QUIRKS: ("test_forgotten_duplicates",)},
    "that the rule does not give": {
        NAMES: ("test_stems_and_last_characters",),
        MIXED: ("test_all_quirks_at_once",),
    },
    "Zips unpacked on a Mac": {QUIRKS: ("test_decomposed_names",)},
    "An edited copy is": {FOLDERS: ("test_edited_copies",)},
    "the ending may be cut": {
        QUIRKS: ("test_edited_suffix_cut_short",),
        EXPORTER: ("test_names_of_copies",),
    },
    "In every language English": {FOLDERS: ("test_copies_with_effects",)},
    "Live photos": {QUIRKS: ("test_moving_pictures",)},
    "Pixel: `X.MP.jpg`": {EXPORTER: ("test_names_of_moving_parts",)},
    "Raw beside JPEG": {QUIRKS: ("test_raw_and_jpeg_are_a_set",)},
    "HEIC named .jpg": {MIXED: ("test_all_quirks_at_once",)},
    "`[UNSET].jpg`": {QUIRKS: ("test_named_quirks",)},
    "Sidecars can be missing": {
        QUIRKS: ("test_no_sidecar", "test_no_medium", "test_no_sidecar_but_known_bytes")
    },
}


def facts() -> list[str]:
    """The lines of the section that say something."""
    text = (ROOT / "docs/reference/google.md").read_text(encoding="utf-8")
    section = text.partition("\n## 3. ")[2].partition("\n## 4. ")[0]
    return [line for line in section.split("\n")[1:] if line and not line.startswith("#")]


@lru_cache
def named_in(module: str) -> frozenset[str]:
    """The names of a module's tests."""
    tree = ast.parse((ROOT / f"tests/{module}.py").read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, functions))


def test_every_fact_is_in_the_table() -> None:
    """No line of the section, and no row of the table, is without the other."""
    lines = facts()
    assert len(lines) >= 35
    assert not [line for line in lines if not any(fact in line for fact in TABLE)]
    assert not [fact for fact in TABLE if sum(fact in line for line in lines) != 1]


@pytest.mark.parametrize("fact", TABLE)
def test_every_fact_has_a_test(fact: str) -> None:
    """The tests that the table names exist."""
    assert TABLE[fact]
    for module, names in TABLE[fact].items():
        assert names
        assert named_in(module).issuperset(names)
