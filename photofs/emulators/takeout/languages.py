"""The words that exports write into names, by the account's language."""

from typing import NamedTuple


class Language(NamedTuple):
    """Folder and file names; `year_folder` has {year} in it."""

    product: str
    year_folder: str
    album_file: str
    edited: str
    archive: str
    trash: str
    untitled: str


ENGLISH = Language(
    "Google Photos",
    "Photos from {year}",
    "metadata.json",
    "-edited",
    "Archive",
    "Trash",
    "Untitled",
)
BRITISH = ENGLISH._replace(trash="Bin")
GERMAN = Language(
    "Google Fotos",
    "Fotos von {year}",
    "Metadaten.json",
    "-bearbeitet",
    "Archiv",
    "Papierkorb",
    "Unbenannt",
)
SPANISH = Language(
    "Google Fotos",
    "Fotos del {year}",
    "metadatos.json",
    "-ha editado",
    "Archivo",
    "Papelera",
    "Sin título",
)
FRENCH = Language(
    "Google Photos",
    "Photos de {year}",
    "métadonnées.json",
    "-modifié",
    "Archive",
    "Corbeille",
    "Sans titre",
)
JAPANESE = Language(
    "Google フォト",
    "{year}年の写真",
    "metadata.json",
    "-編集済み",
    "アーカイブ",
    "ゴミ箱",
    "無題",
)
RUSSIAN = Language(
    "Google Фото",
    "Фото за {year}",
    "метаданные.json",
    "-измененный",
    "Архив",
    "Корзина",
    "Без названия",
)

LANGUAGES = (ENGLISH, BRITISH, GERMAN, SPANISH, FRENCH, JAPANESE, RUSSIAN)
