"""The words on the emulated pages. Trash and archive are called as Takeout calls them there.

The sentences around them are made up: nobody may rely on more than the keys.
"""

from typing import NamedTuple

from photofs.emulators.takeout import languages
from photofs.emulators.takeout.languages import Language


class Labels(NamedTuple):
    """One language: what the dialog asks, its two buttons, and what is said afterwards."""

    question: str
    trash: str
    cancel: str
    trashed: str
    archived: str
    favorite: str
    failed: str
    photo: str


def _labels(language: Language, move: str, *others: str) -> Labels:
    moved = move.format(language.trash)
    return Labels(f"{moved}?", moved, others[0], language.trash, language.archive, *others[1:])


LABELS = {
    "en": _labels(
        languages.ENGLISH, "Move to {}", "Cancel", "Favorite", "Something went wrong", "Photo"
    ),
    "en-GB": _labels(
        languages.BRITISH, "Move to {}", "Cancel", "Favourite", "Something went wrong", "Photo"
    ),
    "de": _labels(
        languages.GERMAN, "In {} verschieben", "Abbrechen", "Favorit", "Ein Fehler", "Foto"
    ),
    "es": _labels(languages.SPANISH, "Mover a {}", "Cancelar", "Favorito", "Un error", "Foto"),
    "fr": _labels(languages.FRENCH, "Placer dans {}", "Annuler", "Favori", "Une erreur", "Photo"),
    "ja": _labels(languages.JAPANESE, "{}に移動", "キャンセル", "お気に入り", "エラー", "写真"),
    "ru": _labels(languages.RUSSIAN, "Переместить: {}", "Отмена", "Избранное", "Ошибка", "Фото"),
}
SIGNS = Labels("◆◆ ◇◇◇?", "◆◆ ◇◇◇", "◇", "◆", "◆◇", "◇◆", "◆◆◆", "◇◇")
"""A language that nobody knows."""


def labels_in(language: str) -> Labels:
    """The words of that language."""
    return LABELS.get(language, SIGNS)
