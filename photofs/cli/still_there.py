"""Whether a service still has the photos that a restore is about to count as there.

Deleted on the service's own pages a photo is shown until two whole listings have lacked it. So the
service is asked, once, for all that may turn out to have the bytes of a file of the folder: those
of the length or with the hash of one. At Flickr that reads the list of all, 500 a request, where
they are many; at Google it takes a call for 50 (port.Writes.lost).
"""

from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import PhotofsError
from photofs.volume.sources import OpenProvider


class Alike(NamedTuple):
    """What is known of the folder's files before they are read: lengths, and hashes of some."""

    sizes: AbstractSet[int]
    hashes: AbstractSet[str]


class Known(NamedTuple):
    """Which photo of the library has some bytes, None if none has.

    `instead_of`: the service's id of the last of those that had them and are no more there.
    """

    photo: int | None
    instead_of: str = ""


@dataclass
class StillThere:
    """For one source of one library. `unasked`: why its service could not be asked; "": it was."""

    catalog: Catalog
    source: SourceRow
    open_provider: OpenProvider
    alike: Alike
    unasked: str = ""
    _lost: dict[int, str] | None = field(default=None, init=False)

    async def known(self, sha256: str) -> Known:
        """Which photo has these bytes, in Trash here or not; what the service has lost has not."""
        library, source = self.source.library_id, self.source.source_id
        photos = self.catalog.all_with_hash(library, sha256, 0, source)
        if not photos:
            return Known(None)
        if self._lost is None:
            self._lost = await self._ask()
        there = next((photo for photo in photos if photo not in self._lost), None)
        gone = [self._lost[photo] for photo in photos if photo in self._lost]
        return Known(there, gone[-1] if gone else "")

    async def _ask(self) -> dict[int, str]:
        """By the photo's number the service's id of each that it has lost."""
        ids = self._ids()
        try:
            async with self.open_provider(self.source) as provider:
                writes = provider.abilities.writes
                if writes is None:
                    self.unasked = provider.abilities.unwritable.why
                elif writes.lost is not None and ids:
                    lost = await writes.lost([each for some in ids.values() for each in some])
                    return {photo: some[-1] for photo, some in ids.items() if lost.issuperset(some)}
        except PhotofsError as error:
            self.unasked = error.what
        return {}

    def _ids(self) -> dict[int, list[str]]:
        """Under which ids the source has each photo that may turn out to have a file's bytes."""
        ids: dict[int, list[str]] = defaultdict(list)
        source = self.source
        for photo, remote_id, sha256, size in self.catalog.read(
            source.library_id, source.source_id
        ):
            if size in self.alike.sizes or sha256 in self.alike.hashes:
                ids[photo].append(remote_id)
        return ids
