"""Whether a file's last bytes show that it is whole."""

import pytest

from photofs.volume.endings import ends_well


@pytest.mark.parametrize(
    ("head", "tail", "size", "expected"),
    [
        (b"\xff\xd8\xff\xe1..", b"..\xff\xd9", 99, True),
        (b"\xff\xd8\xff\xe1..", b"....", 99, False),
        (b"\x89PNG\r\n\x1a\n..", b"..IEND\xaeB`\x82", 99, True),
        (b"GIF89a", b"\x00\x3b", 99, True),
        (b"RIFF\x10\x00\x00\x00WEBP", b"..", 24, True),
        (b"RIFF\x10\x00\x00\x00WEBP", b"..", 23, False),
        (b"\x00\x00\x00 ftypheic", b"..", 99, False),
    ],
)
def test_only_what_is_certainly_whole_ends_well(
    head: bytes, tail: bytes, size: int, *, expected: bool
) -> None:
    """Formats whose end cannot be told are asked for once more."""
    assert ends_well(head, tail, size) is expected
