"""The page of errands: links to photos' pages, what to do there, and numbers to tick off.

One plain file on this disk: no script, nothing from elsewhere, every text escaped (titles come from
strangers), and no link but to a page of the service.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, NamedTuple

from photofs.cli.errand_words import TO_DO
from photofs.model.errand import Errand
from photofs.model.wish import WishVerb

_STYLE: Final = """
body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
h2 { margin-top: 2em; } li { margin: .3em 0; } code { background: #eee; padding: 0 .3em; }
.told { color: #555; }
"""

_POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-"
    + b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    + "'"
)

# Google words its pages in each user's language, and rewords them; so what to look for is told
_HOW: Final[Mapping[str, str]] = {
    WishVerb.TRASH: "Open each, press the bin (or the key #), and confirm. It stays in Google's"
    " trash for a while. Never empty that trash for photofs: nothing here asks for it.",
    WishVerb.RESTORE: "Open each (it lies in Google's trash), and press Restore.",
    WishVerb.FAVORITE: "Open each, and press the star, so that it is filled.",
    WishVerb.UNFAVORITE: "Open each, and press the star, so that it is empty.",
    WishVerb.ARCHIVE: "Open each, and choose Archive in the menu with the three dots.",
    WishVerb.UNARCHIVE: "Open each, and choose Unarchive in the menu with the three dots.",
    WishVerb.DATE: "Open each, show its details (the i), press the pencil beside the date, and"
    " set the date that stands in the line here.",
}


class Line(NamedTuple):
    """An errand on the page, and the titles of the albums that the photo is in."""

    errand: Errand
    albums: tuple[str, ...]


def errand_page(library: str, lines: Sequence[Line], written: str, command: str) -> str:
    """The whole page. `written`: when, for people; `command`: how photofs is called here."""
    call = escape(command)
    wanted = [line for line in lines if not line.errand.otherwise]
    kinds = dict.fromkeys(line.errand.verb for line in wanted)
    parts = [
        _section(verb, [each for each in wanted if each.errand.verb is verb]) for verb in kinds
    ]
    if others := [line for line in lines if line.errand.otherwise]:
        parts.append(_not_these(others, call))
    title = escape(f"photofs: errands in {library}")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width">
<title>{title}</title><style>{_STYLE}</style></head><body>
<h1>{title}</h1>
<p>Written {escape(written)}. Google lets no program do this; you can, on the photos' own pages, in
a browser in which you are signed in. Then tick off what you did, by the numbers of this page:
<code>{call} hand done 12-40 55</code>, or all of it: <code>{call} hand done --all</code>. What you
do not want to do: <code>{call} hand back 12</code>, and then <code>{call} undo ACTION</code> takes
it back (<code>{call} log</code> tells its number).</p>
{"".join(parts) or "<p>Nothing waits for you.</p>"}
</body></html>
"""


def _section(verb: WishVerb, lines: Sequence[Line]) -> str:
    """All errands of one verb."""
    items = "".join(f"<li value='{line.errand.number}'>{_item(line)}</li>\n" for line in lines)
    return (
        f"<h2>{len(lines):,} {escape(TO_DO[verb])}</h2>\n"
        f"<p>{escape(_HOW[verb])}</p>\n<ol>\n{items}</ol>\n"
    )


def _not_these(lines: Sequence[Line], call: str) -> str:
    """What was begun, and is wished otherwise since: only what became of it is asked."""
    items = "".join(
        f"<li value='{line.errand.number}'>was {escape(TO_DO[line.errand.verb])}: {_item(line)}"
        "</li>\n"
        for line in lines
    )
    return (
        f"<h2>{len(lines):,} that you do not want any more</h2>\n"
        "<p>Do not do these: they were begun, and you have wished the opposite since. If it was"
        f" done at Google, say <code>{call} hand done NUMBER</code>: what takes it back is on the"
        f" next list. If not, <code>{call} hand back NUMBER</code>: then nothing is to be done."
        f"</p>\n<ol>\n{items}</ol>\n"
    )


def _item(line: Line) -> str:
    errand = line.errand
    told = [f"taken {errand.taken_local}" if errand.taken_local else "no date"]
    if errand.title and errand.title != errand.name:
        told.insert(0, f'"{errand.title}"')
    if line.albums:
        told.append(f"in {', '.join(line.albums)}")
    if errand.to_date is not None:
        told.append(f"set the date to {_date(errand.to_date)}")
    if errand.begun:
        told.append("begun before: look whether it is so already")
    name = escape(errand.name)
    link = f'<a href="{escape(errand.page)}" rel="noreferrer noopener">{name}</a>'
    return f'{link} <span class="told">{escape("; ".join(told))}</span>'


def _date(taken: Mapping[str, object]) -> str:
    return str(taken.get("local") or taken.get("instant") or "")
