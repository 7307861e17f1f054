"""What the file system below Scratch says, and the one call of it that Python does not have."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

from photofs.model.errors import Native


@contextmanager
def native() -> Iterator[None]:
    """Turn an OSError of the block, or of a function so decorated, into Native with its errno."""
    try:
        yield
    except OSError as error:
        said = error.strerror or repr(error)
        raise Native(f"the disk below Scratch said: {said}", error_number=error.errno) from error


def rename_with_flags(old: tuple[int, bytes], new: tuple[int, bytes], flags: int) -> None:
    """renameat2(2): names in open folders; raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(old[0], old[1], new[0], new[1], ctypes.c_uint(flags)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
