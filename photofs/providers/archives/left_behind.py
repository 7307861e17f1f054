"""Files that systems and programs leave in folders and zips, passed over in silence; pure.

A name that begins with a dot tells nothing by itself: phones name photos in their trash
".trashed-1712345678-IMG_1.jpg", and hidden photos ".IMG_2.jpg".
"""

_NAMES = frozenset(
    {
        ".ds_store",
        ".localized",
        ".nomedia",
        ".picasa.ini",
        ".directory",
        ".hidden",
        ".apdisk",
        ".volumeicon.icns",
        "thumbs.db",
        "desktop.ini",
    }
)
_RESOURCES = "._"
"""So begin the files in which macOS keeps what another file system cannot hold."""


def is_left_behind(name: str) -> bool:
    """Whether no photo can be in a file of that name."""
    return name.startswith(_RESOURCES) or name.lower() in _NAMES
