"""Whether the folder of an archive library is there now: asked of the disk, not of the catalog."""

from pathlib import Path

from photofs.catalog.port import SourceRow


def away_from(source: SourceRow) -> str:
    """A sentence if the source's folder is not there; empty if it is, or has none."""
    path = source.config.get("path")
    if not isinstance(path, str) or Path(path).exists():
        return ""
    return (
        f"the folder {path} is not there; nothing was lost; attach the disk that holds it,"
        " or name its new place: photofs library move"
    )
