r"""Names in the tree, made from what services tell: file names, titles, album titles.

Every name that leaves here is NFC, has no "/", NUL, control, bidi or zero-width character, neither
begins nor ends with a space or dot, is at most 240 bytes of UTF-8, cut only between graphemes, and
never looks like a program's temporary file. (File systems allow 255 bytes; the other 15 are for the
".part", "~" and ".jpg_original" that programs append.) Making a name again from itself changes
nothing. Two names whose `fold` is equal may be one name to SMB, macOS or Windows.

Not done here: finding out whether a name is free. The catalog does, and fixes each name once.
"""

import hashlib
import re
import unicodedata
from base64 import b32encode
from typing import Final

NAME_BYTES: Final = 255
"""The longest name that a file system on Linux takes; those that are made here are shorter."""

MAX_BYTES: Final = 240
MAX_NESTING: Final = 8  # 8 steps of 240 bytes stay well below PATH_MAX, 4096

_ZWJ: Final = "\u200d"
_FLAG: Final = "\U0001f3f4[\U000e0020-\U000e007e]{1,30}\U000e007f"  # Wales: a flag, letters, an end
_UNSEEN: Final = (  # zero-width, bidi, soft hyphen, joiners, tags: nothing to see, much to confuse
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BREAKS: Final = "\t\n\x0b\x0c\r\x85\u2028\u2029"
_CONTROLS: Final = "/\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff"
_FOREIGN: Final = re.compile(f"({_FLAG})|([{_UNSEEN}])|([{_BREAKS}])|([{_CONTROLS}])")
_EDGE: Final = re.compile(r"^[\s.]+|[\s.]+$")
_EXTENSION: Final = re.compile(r"(?<=.)\.([A-Za-z0-9]{1,8})$", re.DOTALL)
_NESTED: Final = re.compile(r"\s+/\s+")

_OTHERS: Final = "png gif webp avif jxl psd ico cr3 crw raf orf rw2 x3f mkv webm flv ogv"
_SAME_MEDIA: Final = (
    "jpg jpeg jpe jfif",
    "tif tiff dng nef nrw cr2 arw sr2 srw pef 3fr iiq rwl",  # these raw files are TIFFs inside
    "heic heif hif",
    "mp4 m4v mov qt 3gp 3g2",
    "mpg mpeg mpe m2v vob",
    "mts m2ts ts",
    "wmv asf",
    "avi divx",
    "bmp dib",
    "jp2 j2k jpf",
    *_OTHERS.split(),
)
_FAMILY: Final = {ending: line.split()[0] for line in _SAME_MEDIA for ending in line.split()}

_TEMPORARY: Final = re.compile(
    r"""^(?: \. .* | ~\$ .* | \#.*\# | .*~ | .*_exiftool_tmp | .*[._]original
    | .*\.(?: part | partial | filepart | crdownload | download | tmp | temp | swp | bak | lock )
    | sed[A-Za-z0-9]{6} | thumbs\.db | desktop\.ini | @eadir | __macosx | lost\+found )$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def photo_name(file_name: str | None, title: str | None, fallback: str, extension: str) -> str:
    """The name of a photo's file: its file name, else its title, else `fallback`.

    `extension` is that of the real bytes, "" if unknown. A name that carries one of the same medium
    ("jpeg", "JPG" for "jpg") keeps its own; another medium's is replaced; else it is appended.
    """
    stem, tail = _split(_first(file_name, title, fallback))
    real = re.sub(r"[^a-z0-9]", "", extension.lower())[:8]
    if not real or (tail and _family(tail[1:]) == _family(real)):
        return _settle(stem, tail)
    if tail[1:].lower() not in _FAMILY:
        stem += tail
    return _settle(stem, "." + real)


def folder_name(title: str) -> str:
    """The name of a folder; "Untitled" if nothing of the title can be shown."""
    return _settle(_first(title, "Untitled"), "")


def album_path(title: str) -> tuple[str, ...]:
    """The folders that an album's title stands for: "A / B" is B in A; "A/B" is one, "A_B"."""
    steps = [step for step in _NESTED.split(title) if clean(step)]
    if len(steps) > MAX_NESTING:
        steps[MAX_NESTING - 1 :] = [" / ".join(steps[MAX_NESTING - 1 :])]
    return tuple(folder_name(step) for step in steps) or (folder_name(title),)


def with_suffix(name: str, suffix: str) -> str:
    """The name with `suffix` before its extension, cut to fit; for names that clash."""
    stem, tail = _split(name)
    return _fit(stem, suffix + tail)


def numbered(name: str, n: int) -> str:
    """The folder's name with " (2)" behind it, cut to fit; for folders that clash."""
    return _fit(name, f" ({n})")


def short_id(remote_id: str) -> str:
    """Six characters, a-z and 2-7, always the same for an id: 30 bits of its BLAKE2s hash."""
    digest = hashlib.blake2s(remote_id.encode("utf-8", "surrogatepass"), digest_size=5).digest()
    return b32encode(digest).decode("ascii")[:6].lower()


def fold(name: str) -> str:
    """The key under which two names count as equal: canonical caseless matching (Unicode D145).

    NFC, NFD and case make no difference; full and half width do, as on every file system.
    """
    if name.isascii():
        return name.lower()
    decomposed = unicodedata.normalize("NFD", name).casefold()
    return unicodedata.normalize("NFC", decomposed)


def exact_fold(name: str) -> str:
    """The key of a name that a program chose beside one that folds alike; equal to itself alone.

    No name holds a "/", so no `fold` is spelt so.
    """
    return f"/{name}"


def looks_temporary(name: str) -> bool:
    """Whether programs give such names to files that are not meant to stay."""
    return _TEMPORARY.match(name) is not None


def is_of_a_medium(name: str) -> bool:
    """Whether a name ends as those of pictures or videos do."""
    return _split(name)[1][1:].lower() in _FAMILY


def backup_of(name: str) -> str | None:
    """The name of which this one is a backup, as programs make them; None if it is none."""
    found = _BACKUP.fullmatch(name)
    return found[1] if found else None


_BACKUP: Final = re.compile(r"(.+?)(?:[._]original|~|\.bak)", re.IGNORECASE | re.DOTALL)


def clean(text: str) -> str:
    """The text with nothing in it that a name must not hold; perhaps empty, perhaps too long."""
    if text.isascii() and text.isprintable():  # most names; three times as fast
        return text.replace("/", "_").strip(" .")
    visible = _FOREIGN.sub(_seen, _mark_joiners(text)).replace(_JOINER, _ZWJ)
    return _EDGE.sub("", unicodedata.normalize("NFC", visible))


_JOINER: Final = "\uffff"  # a noncharacter stands for a joiner to keep, while the others go


def _mark_joiners(text: str) -> str:
    """The text with the joiners between two emoji marked, to be told from stray ones."""
    text = text.replace(_JOINER, "_")
    if _ZWJ not in text:
        return text
    pieces = text.split(_ZWJ)
    joined = pieces[0]
    for piece in pieces[1:]:
        joined += (_JOINER if _pictures_meet(joined, piece) else "") + piece
    return joined


def _pictures_meet(left: str, right: str) -> bool:
    """Whether a joiner between the two joins pictures, as in a family or a rainbow flag."""
    before = left.rstrip("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")[-1:]
    after = right[:1]
    return all(c and unicodedata.category(c) in {"So", "Sm"} for c in (before, after))


def _seen(found: re.Match[str]) -> str:
    """What takes the place of a character that may not stand in a name."""
    flag, unseen, line_break, _ = found.groups()
    if flag or unseen:
        return flag or ""
    return " " if line_break else "_"


def _first(*texts: str | None) -> str:
    """The first text of which something is left when cleaned; "_" if there is none."""
    return next((name for text in texts if text and (name := clean(text))), "_")


def _family(extension: str) -> str:
    """The extension that stands for all of one medium."""
    return _FAMILY.get(extension.lower(), extension.lower())


def _split(name: str) -> tuple[str, str]:
    """The name's stem, and its extension with the dot ("" if it has none)."""
    found = _EXTENSION.search(name)
    return (name[: found.start()], found[0]) if found else (name, "")


def _settle(stem: str, tail: str) -> str:
    """Stem and tail as one name that fits, and that no program takes for a temporary."""
    tries = ((stem, tail), (f"_{stem}", tail), (stem, f"{tail}_"), (f"_{stem}", f"{tail}_"))
    return next(name for pair in tries if not looks_temporary(name := _fit(*pair)))


def _fit(stem: str, tail: str) -> str:
    """Stem and tail in at most MAX_BYTES, the stem cut between graphemes as need be."""
    room = MAX_BYTES - len(tail.encode())
    if len(stem.encode()) <= room:
        return stem + tail
    kept = len(stem.encode()[:room].decode("utf-8", "ignore"))
    edge = kept
    while edge and not _edge_at(stem, edge):
        edge -= 1
    return clean(stem[: edge or kept]) + tail  # a grapheme too long for any name is cut within


def _edge_at(text: str, at: int) -> bool:
    """Whether a grapheme ends before `text[at]`: the rules of UAX 29 that names can meet."""
    before, after = text[at - 1], text[at]
    if _extends(after) or before == _ZWJ or "\u1100" <= before <= "\u115f":  # leading jamo
        return False
    return not (_is_flag_letter(after) and _flag_letters_before(text, at) % 2)


def _extends(char: str) -> bool:
    """Whether a character belongs to the one before it: marks, joiners, skin tones, jamo, tags."""
    return (
        unicodedata.category(char)[0] == "M"
        or char == _ZWJ
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\u1160" <= char <= "\u11ff"
        or "\ud7b0" <= char <= "\ud7fb"
        or "\U000e0020" <= char <= "\U000e007f"
        or char in "\uff9e\uff9f"
    )


def _is_flag_letter(char: str) -> bool:
    """Whether it is a regional indicator, two of which make a flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_letters_before(text: str, at: int) -> int:
    """How many regional indicators stand right before a place."""
    start = at
    while start and _is_flag_letter(text[start - 1]):
        start -= 1
    return at - start
