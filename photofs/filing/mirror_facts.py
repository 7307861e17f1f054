"""What a mirror tells of photos beside their bytes: a sidecar for each, and the list of albums."""

from collections.abc import Mapping
from dataclasses import replace

from photofs.catalog.sqlite import Catalog
from photofs.model.album_list import AlbumList, ListedAlbum, ListedCollection, ListedPhoto
from photofs.model.fusing import Word, fuse
from photofs.model.sidecar import SidecarFacts


def sidecar_of(catalog: Catalog, photo_id: int) -> SidecarFacts:
    """All that a sidecar tells of a photo, as the tree shows it; NotFound."""
    photo = catalog.photo(photo_id)
    facts = SidecarFacts(
        title=photo.title,
        description=photo.description,
        tags=photo.tags,
        albums=photo.albums,
        taken=catalog.date_of(photo_id),
        favorite=photo.favorite,
        page_url=photo.page_url,
    )
    origins = catalog.origins(photo_id)
    if not origins:
        return facts
    seen = fuse([Word(each.source_id, each.seen) for each in origins])
    return replace(
        facts, people=seen.people, position=seen.position, photo_id=origins[0].seen.remote_id
    )


def album_list_of(
    catalog: Catalog, library_id: int, files: Mapping[int, ListedPhoto], lacking: int = 0
) -> AlbumList:
    """The list for a mirror that holds these files, by photo, and lacks so many; NotFound."""
    albums = [
        ListedAlbum(
            title=album.title,
            id=album.remote_id,
            description=album.description,
            files=tuple(
                files[photo].file
                for photo in catalog.photos_in_album(album.album_id)
                if photo in files
            ),
        )
        for album in catalog.albums_told(library_id)
    ]
    collections = [
        ListedCollection(
            title=each.title,
            id=each.remote_id,
            parent=each.parent,
            albums=tuple(catalog.shelved(each.collection_id)),
        )
        for each in catalog.collections_told(library_id)
    ]
    return AlbumList(
        library=catalog.library_by_id(library_id).name,
        photos=tuple(files[photo] for photo in sorted(files)),
        albums=tuple(albums),
        collections=tuple(collections),
        lacking=lacking,
    )
