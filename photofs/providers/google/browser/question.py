"""The question that the site asks before it moves a photo to the trash; pure.

Enter presses the button that has the focus, so that button must speak of the trash, in one of the
languages of which photofs knows the word (`trash_words`), and of nothing that cannot be taken back;
and the question must have nothing else to fill in.
Anything else stays untouched.
"""

from typing import Final

from photofs.model.wording import agreeing
from photofs.providers.google.browser.sight import Dialog
from photofs.providers.google.browser.trash_words import is_for_good, is_for_trash

MOST_BUTTONS: Final = 3


def objection(dialogs: tuple[Dialog, ...]) -> str:
    """Why Enter is not pressed; empty if this is the question whether to trash the photo."""
    if len(dialogs) != 1:
        return f"{agreeing(len(dialogs), 'question', 'stands', 'stand')} open"
    dialog = dialogs[0]
    words = f'the page asks "{_short(dialog.text)}"'
    if dialog.fields or len(dialog.buttons) > MOST_BUTTONS:
        return f"{words}, which is more than whether to trash the photo"
    if dialog.focused is None:
        return f"{words}, and Enter would press no button of it"
    if is_for_good(dialog.focused):
        return f'{words}, and Enter would press "{_short(dialog.focused)}": that would be for good'
    if not is_for_trash(dialog.focused):
        return (
            f'{words}, and Enter would press "{_short(dialog.focused)}",'
            " in which photofs knows no word for the trash"
        )
    return ""


def _short(text: str) -> str:
    return " ".join(text.split())[:120]
