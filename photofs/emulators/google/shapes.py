"""Items and albums as the APIs show them."""

from typing import NamedTuple

from photofs.emulators.google.account import Account
from photofs.emulators.google.files import address_of
from photofs.emulators.google.habits import Habits
from photofs.emulators.google.state import Album, Item


class Shapes(NamedTuple):
    """What is needed to show anything: `base` is where the service listens."""

    account: Account
    habits: Habits
    base: str

    def item(self, item: Item) -> dict[str, object]:
        """A mediaItem; each look at a video in work brings it nearer to its end."""
        shown: dict[str, object] = {
            "id": item.id,
            "productUrl": f"{self.base}/lr/photo/{item.id}",
            "baseUrl": address_of(item, self.account, self.habits, self.base),
            "mimeType": item.mime,
            "filename": item.filename,
            "mediaMetadata": self._told(
                {
                    "creationTime": item.created,
                    "width": str(item.width),
                    "height": str(item.height),
                    **self._kind(item),
                }
            ),
        }
        if item.description:
            shown["description"] = item.description
        return self._told(shown)

    def _told(self, fields: dict[str, object]) -> dict[str, object]:
        """Of these those that are told."""
        return {name: told for name, told in fields.items() if name not in self.habits.untold}

    def _kind(self, item: Item) -> dict[str, object]:
        if not item.is_video:
            return {"photo": {}}
        status = status_of(item)
        item.polls = max(0, item.polls - 1)
        return {"video": {"fps": 30.0, "status": status}}

    def album(self, album: Album) -> dict[str, object]:
        """An album; an empty one has no count."""
        members = self.account.members(album)
        shown: dict[str, object] = {
            "id": album.id,
            "title": album.title,
            "productUrl": f"{self.base}/lr/album/{album.id}",
            "isWriteable": True,
        }
        if members:
            cover = album.cover if album.cover in album.content else members[0].id
            item = self.account.state.items[cover or members[0].id]
            shown["mediaItemsCount"] = str(len(members))
            shown["coverPhotoMediaItemId"] = item.id
            shown["coverPhotoBaseUrl"] = address_of(item, self.account, self.habits, self.base)
        return shown


def status_of(item: Item) -> str:
    """How far a video is."""
    if item.polls > 0:
        return "PROCESSING"
    return "FAILED" if item.failed else "READY"
