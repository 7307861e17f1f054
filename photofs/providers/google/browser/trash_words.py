"""What buttons of the site say of its trash, by language; pure.

A button is taken for "move to the trash" if it has a language's word for the trash, and none of
those for what cannot be taken back: for good, empty it, delete. The words for the trash are whole
ones in all their cases, for the beginning of one is another ("bin" begins "verbinden" and is German
for "am", so English has its "bin" only after "to"); those for the rest may be parts of words, for
to refuse costs nothing. Where a language has no spaces, every word is a part of another.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Words(NamedTuple):
    """Of one language: for its `trash`, for what is `forever`, to `empty` it, to `delete`."""

    trash: tuple[str, ...]
    forever: tuple[str, ...]
    empty: tuple[str, ...]
    delete: tuple[str, ...]


WORDS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "en": Words(
            ("trash", "to bin", "to the bin"),
            ("forever", "for ever", "permanent", "for good"),
            ("empty", "clear"),
            ("delete", "erase", "remove"),
        ),
        "de": Words(
            ("papierkorb",),
            ("endgültig", "für immer", "dauerhaft", "unwiderruflich"),
            ("leeren", "leere", "ausleeren"),
            ("löschen", "entfernen"),
        ),
        "fr": Words(
            ("corbeille",),
            ("définitive", "définitif", "pour toujours"),
            ("vider", "videz"),
            ("supprimer", "effacer"),
        ),
        "es": Words(
            ("papelera",),
            ("definitiv", "para siempre"),
            ("vaciar", "vacía"),
            ("eliminar", "borrar", "suprimir"),
        ),
        "pt": Words(
            ("lixeira", "lixo"),
            ("definitiv", "para sempre"),
            ("esvaziar", "limpar"),
            ("excluir", "eliminar", "apagar"),
        ),
        "it": Words(
            ("cestino",),
            ("definitiv", "per sempre"),
            ("svuota", "vuota"),
            ("elimina", "cancella"),
        ),
        "nl": Words(
            ("prullenbak",),
            ("definitief", "voorgoed", "voor altijd"),
            ("legen", "leegmaken", "leeg"),
            ("verwijderen", "wissen"),
        ),
        "pl": Words(
            ("kosz", "kosza", "koszu"),
            ("trwale", "na zawsze", "na stałe", "nieodwracalnie"),
            ("opróżni",),
            ("usuń", "usunąć", "skasuj"),
        ),
        "cs": Words(
            ("koš", "koše", "koši", "koša"),
            ("trvale", "natrvalo", "navždy"),
            ("vysypat", "vyprázdni"),
            ("smazat", "odstrani", "vymazat", "odstráni"),
        ),
        "sv": Words(
            ("papperskorg", "papperskorgen"),
            ("för alltid", "för gott"),
            ("töm",),
            ("radera", "ta bort"),
        ),
        "da": Words(
            ("papirkurv", "papirkurven"),
            ("for altid", "for alltid", "for evigt", "for godt"),
            ("tøm",),
            ("slet", "fjern"),
        ),
        "fi": Words(
            ("roskakori", "roskakoriin", "roskakorin"),
            ("pysyvästi", "lopullisesti"),
            ("tyhjennä",),
            ("poista",),
        ),
        "tr": Words(
            ("çöp kutusu", "çöp kutusuna", "çöp kutusunu"),
            ("kalıcı", "sonsuza"),  # noqa: RUF001 - Turkish
            ("boşalt",),
            ("sil", "kaldır"),  # noqa: RUF001 - Turkish
        ),
        "ru": Words(
            ("корзина", "корзину", "корзине", "корзины"),
            ("навсегда", "безвозвратно", "окончательно"),
            ("очистить", "опустошить"),
            ("удалить", "стереть"),
        ),
        "uk": Words(
            ("кошик", "кошика", "кошику"),
            ("назавжди", "остаточно"),
            ("очистити", "спорожнити"),
            ("видалити", "стерти"),
        ),
        "ja": Words(("ゴミ箱",), ("完全に", "永久"), ("空に",), ("削除", "消去")),
        "ko": Words(("휴지통",), ("영구", "완전"), ("비우",), ("삭제",)),
        "zh": Words(
            ("回收站", "回收桶", "垃圾桶"),
            ("永久", "彻底", "徹底"),
            ("清空",),
            ("删除", "刪除"),
        ),
    }
)
"""What Takeout calls the trash's folder (google.md 3.2), and what it is called in its sentences."""


def is_for_good(label: str) -> bool:
    """Whether a button speaks of what cannot be taken back, in any of the languages."""
    text = _plain(label)
    of_any = (each for words in WORDS.values() for each in words.forever)
    return _has(text, of_any) or any(
        _has(text, (*words.empty, *words.delete)) for words in _spoken(text)
    )


def is_for_trash(label: str) -> bool:
    """Whether a button speaks of the trash, in any of the languages."""
    return any(_spoken(_plain(label)))


def _spoken(text: str) -> Iterable[Words]:
    """The languages of which a plain text has the word for the trash."""
    return (words for words in WORDS.values() if any(_is_word(each, text) for each in words.trash))


def _has(text: str, parts: Iterable[str]) -> bool:
    return any(_plain(each) in text for each in parts)


def _is_word(word: str, text: str) -> bool:
    plain = re.escape(_plain(word))
    spaced = word[0].isalpha() and unicodedata.name(word[0]).startswith(("LATIN", "CYRILLIC"))
    return re.search(rf"(?<!\w){plain}(?!\w)" if spaced else plain, text) is not None


def _plain(text: str) -> str:
    """However it is composed and capitalised; Turkish has an i of its own without a dot."""
    folded = unicodedata.normalize("NFC", " ".join(text.split())).casefold()
    return unicodedata.normalize("NFC", folded.replace("i\u0307", "i").replace("ı", "i"))  # noqa: RUF001 - Turkish
