"""What to do where one file of an archive brings out a mistake of ours: go on with the others."""

import logging

from photofs.model.errors import Corrupt, StoreError
from photofs.providers.archives.member import Trouble

log = logging.getLogger(__name__)


def mishap(path: str, error: Exception) -> Trouble:
    """The file is told as unreadable, and the mistake logged with where it happened.

    Raises the error itself if our own disk did not do what was asked, being full, say: that is no
    file's fault, and what could not be taken in must not be taken for missing.
    """
    if isinstance(error, StoreError) and not isinstance(error, Corrupt):
        raise error
    log.warning("%s could not be taken in, by a mistake of photofs", ascii(path), exc_info=error)
    why = f"photofs stumbled over it ({type(error).__name__}); its log says where"
    return Trouble(path, why, refused=False)
