"""What a scan filed of an upload before the service's answer came: it is about our own file."""

from photofs.filing.regrouping import Regrouping
from photofs.wishing.wish_desk import WishDesk


def take_over(desk: WishDesk, other: int, photo: int, remote_id: str) -> None:
    """A scan filed our upload as a photo of its own: what is told of that one is ours."""
    catalog, source = desk.catalog, desk.desk.source_id
    if len(catalog.observations_of(other)) > 1:  # the scan has merged it with another's
        Regrouping(desk.desk).take_out(source, remote_id, photo)
        return
    catalog.move_observation(source, remote_id, photo)
    for entry in catalog.photo_entries(other):
        desk.desk.placing.unname(entry)
    catalog.set_places(other, 0)
    facts = catalog.photo_facts(other)
    catalog.set_photo_facts(other, facts._replace(gone=1))
