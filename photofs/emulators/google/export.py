"""What Takeout would tell of an emulated account: all that the owner has, whoever put it in."""

from datetime import UTC, datetime

from photofs.emulators.google.account import Account
from photofs.emulators.google.state import Item
from photofs.emulators.hosting.originals import blob_of
from photofs.emulators.takeout import account as takeout


def takeout_of(account: Account) -> takeout.Account:
    """The account for `emulators.takeout.export`; photos of the trash are marked, not left out."""
    items = account.state.items.values()
    albums = [
        takeout.Album(
            title=album.title,
            item_ids=[item.web_id for item in account.members(album)],
        )
        for album in account.state.albums.values()
    ]
    return takeout.Account(items=[_item(account, item) for item in items], albums=albums)


def _item(account: Account, item: Item) -> takeout.Item:
    blob = blob_of(item.original, account.vault)
    return takeout.Item(
        item_id=item.web_id,
        title=item.filename,
        data=blob.read(0, blob.size),
        taken=datetime.fromisoformat(item.created),
        uploaded=datetime.fromtimestamp(item.uploaded, UTC),
        description=item.description,
        position=item.position,
        favorite=item.favorite,
        archived=item.archived,
        trashed=item.trashed,
    )
