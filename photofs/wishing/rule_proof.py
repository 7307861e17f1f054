"""The proof by which a rule put a photo into Trash, looked at once more before a hand does it.

Between the wish and the hand may lie weeks, and the disk that held the copy may be gone by then.
"""

import logging
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

from photofs.catalog.journal import OperationRow
from photofs.catalog.mirrored import CopyRow
from photofs.catalog.mirrors import MirrorRow
from photofs.catalog.sqlite import Catalog
from photofs.mirrors.opening import open_mirror
from photofs.mirrors.proof import is_right
from photofs.model.errors import PhotofsError
from photofs.wishing.proof_disks import ProofDisks

log = logging.getLogger(__name__)


def is_proven_still(catalog: Catalog, row: OperationRow, disks: ProofDisks) -> bool:
    """Whether a wish may be carried out: no rule's, or its copy is there, read again just now.

    A disk that is silent proves nothing, as one that is away.
    """
    proven = row.wish.details.get("proven")
    if "rule" not in row.wish.details or not isinstance(proven, Mapping):
        return True
    copy = catalog.copy(int(proven["copy"]))
    if copy is None or copy.sha256 != proven["sha256"]:
        log.warning("errand %d waits: its copy in the mirror is another by now", row.operation_id)
        return False
    try:
        at = catalog.mirror(copy.mirror_id)
        reading = partial(_read, at, str(proven["mirror"]), copy)
        right = disks.ask(at.mirror_id, at.root, reading)
    except PhotofsError as error:
        log.warning("errand %d waits: %s", row.operation_id, error)
        return False
    if not right:
        log.warning("errand %d waits: %s is not what it was", row.operation_id, copy.path)
    return right


def _read(at: MirrorRow, marker: str, copy: CopyRow) -> bool:
    """In a thread."""
    with closing(open_mirror(Path(at.root), marker, at.traits, writing=False)) as folder:
        return is_right(folder, copy.path, copy.stamp, copy.sha256)
