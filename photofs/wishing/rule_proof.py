"""The proof by which a rule put a photo into Trash, looked at once more before a hand does it.

Between the wish and the hand may lie weeks, and the disk that held the copy may be gone by then.
"""

import logging
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.mirrors.opening import open_mirror
from photofs.mirrors.proof import is_right
from photofs.model.errors import PhotofsError

log = logging.getLogger(__name__)


def is_proven_still(catalog: Catalog, row: OperationRow) -> bool:
    """Whether a wish may be carried out: no rule's, or its copy is there, read again just now."""
    proven = row.wish.details.get("proven")
    if "rule" not in row.wish.details or not isinstance(proven, Mapping):
        return True
    copy = catalog.copy(int(proven["copy"]))
    if copy is None or copy.sha256 != proven["sha256"]:
        log.warning("errand %d waits: its copy in the mirror is another by now", row.operation_id)
        return False
    try:
        at = catalog.mirror(copy.mirror_id)
        root = Path(at.root)
        with closing(open_mirror(root, proven["mirror"], at.traits, writing=False)) as folder:
            right = is_right(folder, copy.path, copy.stamp, copy.sha256)
    except PhotofsError as error:
        log.warning("errand %d waits: %s", row.operation_id, error)
        return False
    if not right:
        log.warning("errand %d waits: %s is not what it was", row.operation_id, copy.path)
    return right
