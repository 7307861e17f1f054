"""Takes a source away from its library: what only it tells of goes from the tree.

What others tell of as well stays the same file, with its inode, as they tell it. Nothing is deleted
anywhere, and no wish is given up: where one waits, the source is not taken away at all. What was
sent to it and comes back otherwise (Google) lies here alone: it stands in Trash from then on.
"""

from typing import Final

from photofs.filing.albums import AlbumFiling
from photofs.filing.desk import Desk
from photofs.filing.merging import Merging
from photofs.filing.overruling import Overruling
from photofs.filing.photos import set_gone
from photofs.filing.replaced import Replaced

NO_SCAN: Final = -1
"""No scan has that number, nor has an album that was made here and not told of yet (0)."""


class Withdrawing:
    """For a source that is marked as taken away; cut short, it goes on where it was."""

    def __init__(self, desk: Desk) -> None:
        """`desk` is the source's."""
        self._desk = desk

    def apply(self) -> None:
        """Take out all that it told of, in small transactions."""
        desk, slices = self._desk, self._desk.slices
        try:
            slices.begin()
            self._take_out_albums()
            for each in desk.catalog.known_ids(desk.source_id):
                self._take_out(each.observation_id, each.photo_id)
                slices.breathe()
            merging = Merging(desk)
            for photo in desk.catalog.stand_ins(desk.source_id):
                merging.show_best(photo)
                slices.breathe()
            merging.drain(slices.breathe)
            desk.placing.drain(slices.breathe)
            slices.end()
        except BaseException:
            slices.abandon()
            raise
        desk.catalog.forget_findings(desk.source_id)

    def _take_out(self, observation_id: int, photo_id: int) -> None:
        """Its word on a photo; the photo, too, unless another source or a file here has it.

        What was sent to it, and nobody has any more, stays in Trash.
        """
        catalog, replaced = self._desk.catalog, Replaced(self._desk)
        catalog.set_observation_gone(observation_id, gone=True)
        if catalog.sources_having(photo_id) > 0:
            replaced.put_sent_away(observation_id, photo_id)
            return
        replaced.put_told_away(photo_id)
        replaced.put_hidden_away(photo_id)
        if catalog.incoming(photo_id) is not None:
            return
        if Overruling(catalog, self._desk.now_ns).source_left(photo_id):
            self._desk.placing.replace(photo_id)
        else:
            set_gone(self._desk, photo_id, gone=True)

    def _take_out_albums(self) -> None:
        catalog, source = self._desk.catalog, self._desk.source_id
        albums = AlbumFiling(self._desk)
        for collection in catalog.collections_not_seen(source, NO_SCAN):
            albums.retire_collection(collection.remote_id)
            self._desk.slices.breathe()
        for album in catalog.albums_not_seen(source, NO_SCAN):
            albums.retire(album.row_id)
            self._desk.slices.breathe()
