"""A TIFF block's fields: read within bounds, whatever they claim."""

import struct

import pytest

from photofs.metadata.tiff import MAX_FIELDS, MAX_VALUE, Field, Tiff, open_tiff, text


def opened(*entries: bytes, count: int | None = None, after: bytes = b"") -> Tiff:
    """A little-endian block whose first directory has these entries."""
    told = len(entries) if count is None else count
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", told) + b"".join(entries) + after
    tiff = open_tiff(block)
    assert tiff is not None
    return tiff


def entry(tag: int, field_type: int, values: int, value: int) -> bytes:
    """One entry with a number, or where its value lies."""
    return struct.pack("<HHLL", tag, field_type, values, value)


def test_values_lie_in_the_entry_or_where_it_points() -> None:
    """Up to four bytes stand in the entry itself."""
    tiff = opened(entry(1, 3, 1, 7), entry(2, 2, 6, 34), after=b"hello\0")
    fields = tiff.first()
    assert tiff.numbers(fields[1]) == (7,)
    assert text(fields[2]) == "hello"


def test_a_value_longer_than_any_honest_one_is_not_there() -> None:
    """Even where the bytes are there: nothing that we read is that long."""
    noise = b"x" * (MAX_VALUE + 100)
    fields = opened(entry(1, 2, MAX_VALUE, 34), entry(2, 2, MAX_VALUE + 1, 34), after=noise).first()
    assert set(fields) == {1}


@pytest.mark.parametrize(
    "broken",
    [entry(1, 2, 5, 9_999), entry(1, 99, 1, 0), entry(1, 4, 0xFFFFFFFF, 0), entry(1, 2, 0, 0)],
)
def test_a_broken_field_leaves_the_others(broken: bytes) -> None:
    """Out of the block, of no type, of four gigabytes, of nothing: only that one is missing."""
    assert set(opened(broken, entry(2, 3, 1, 7)).first()) == {2}


def test_directories_end_with_the_block() -> None:
    """A count that is too great is cut to what is there, and to MAX_FIELDS."""
    assert set(opened(entry(1, 3, 1, 7), count=0xFFFF).first()) == {1}
    many = [entry(tag, 3, 1, 7) for tag in range(MAX_FIELDS + 10)]
    assert len(opened(*many).first()) == MAX_FIELDS


@pytest.mark.parametrize("field", [None, Field(5, b"\1\0\0\0\0\0\0\0"), Field(2, b"\xff\xfe\0")])
def test_fields_of_another_type_are_empty(field: Field | None) -> None:
    """Asking for what a field is not gives nothing, and no error."""
    tiff = opened()
    assert tiff.numbers(field) == ()
    assert tiff.fractions(field) == ()


@pytest.mark.parametrize("data", [b"", b"II", b"II+\0", b"XX*\0", b"II*"])
def test_other_blocks_are_no_tiff(data: bytes) -> None:
    """The order's mark and the number 42 make a TIFF."""
    assert open_tiff(data) is None
