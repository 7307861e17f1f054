"""A small photos.google.com: the viewer of one photo, with the keys that the real one has.

`#` opens the question whether to move it to the trash, Enter says yes, Escape no; Shift+A archives;
the star's key is `f`; Shift+? lists them (google.md 5). The links of the Library API lead here by
way of /lr/photo/<id>, as the real ones do. In the trash `#` asks whether to delete for ever, and
Enter means it: that is a trap for programs, for what the real page has there is not known.
"""

import json
import re

from photofs.emulators.google.account import Account
from photofs.emulators.google.habits import Habits
from photofs.emulators.google.site_labels import labels_in
from photofs.emulators.google.site_pages import SIGN_IN, cell_of, list_page, viewer_page
from photofs.emulators.google.state import Item
from photofs.emulators.hosting.request import Request, Response, text_response

HTML = "text/html; charset=utf-8"
COOKIE = "SID=the-owner"
LASTING = "; Path=/; Max-Age=31536000; HttpOnly"
_VIEWER = re.compile(r"(?:/u/0)?/(?P<where>photo|trash)/(?P<web>AF1Qip[\w-]+)")
_LINK = re.compile(r"/lr/photo/(?P<item>[\w-]+)")
_LIST = re.compile(r"(?:/u/0)?/(?P<list>trash|favorites|archive)?")
_DEED = re.compile(
    r"(?:/u/0)?/(?P<where>photo|trash)/(?P<web>AF1Qip[\w-]+)"
    r"/(?P<deed>trash|favorite|archive|forever)"
)


class Site:
    """Pages for the signed-in owner; whoever has no cookie is asked to sign in."""

    def __init__(self, account: Account, habits: Habits) -> None:
        """The owner's pages."""
        self._account = account
        self._habits = habits

    def answer(self, request: Request) -> Response:
        """The page at a path."""
        habits = self._habits.site
        if request.path == "/signin":
            return self._sign_in(request)
        if not habits.signed_in or COOKIE not in request.headers.get("cookie", ""):
            return _moved("/signin")
        if found := _LINK.fullmatch(request.path):
            return self._linked(found["item"])
        return self._owners(request)

    def _linked(self, item_id: str) -> Response:
        """Where the Library API's link leads."""
        item = self._account.state.items.get(item_id)
        return _gone() if item is None else _moved(f"/photo/{item.web_id}")

    def _owners(self, request: Request) -> Response:
        """The pages of photos and lists, and the deeds done on them."""
        if (found := _DEED.fullmatch(request.path)) and request.verb == "POST":
            return self._done(self._account.item_of_web(found["web"]), found["deed"])
        if found := _VIEWER.fullmatch(request.path):
            return self._viewer(self._account.item_of_web(found["web"]), found["where"], request)
        if found := _LIST.fullmatch(request.path):
            return self._listed(found["list"] or "", dict(request.query).get("from"))
        return _gone()

    def _sign_in(self, request: Request) -> Response:
        """The form; any name and password will do."""
        if request.verb != "POST":
            return text_response(200, SIGN_IN, HTML)
        self._habits.site.signed_in = True
        return Response(status=302, headers=(("Location", "/"), ("Set-Cookie", COOKIE + LASTING)))

    def _viewer(self, item: Item | None, where: str, request: Request) -> Response:
        habits = self._habits.site
        if item is None or (where == "trash" and not item.trashed):
            return _gone()
        if where == "photo" and item.trashed:
            moved = habits.trashed_page == "trash"
            return _moved(f"/trash/{item.web_id}") if moved else _gone()
        return text_response(200, viewer_page(item, request.path, habits), HTML)

    def _listed(self, name: str, start: str | None) -> Response:
        """A list's page, or the following part of it."""
        habits = self._habits.site
        cells = [cell_of(item) for item in self._items(name)]
        if start is None:
            return text_response(200, list_page(cells, habits), HTML)
        first = int(start) if start.isdecimal() else 0
        part = cells[first : first + habits.per_page]
        return text_response(200, json.dumps(part), "application/json")

    def _items(self, name: str) -> list[Item]:
        """What stands in a list: in the trash the latest first, elsewhere the newest photo."""
        shown = self._account.everything()
        match name:
            case "trash":
                trashed = [item for item in self._account.state.items.values() if item.trashed]
                return sorted(trashed, key=lambda item: -item.trashed_at)
            case "favorites":
                return [item for item in shown if item.favorite]
            case "archive":
                return [item for item in shown if item.archived]
            case _:
                return [item for item in shown if not item.archived]

    def _done(self, item: Item | None, deed: str) -> Response:
        if item is None or item.trashed is not (deed == "forever"):
            return _gone()
        labels, following = labels_in(self._habits.site.language), None
        match deed:
            case "forever":
                said = "Deleted for ever"
                del self._account.state.items[item.id]
            case "trash":
                said, following = labels.trashed, self._next(item)
                item.trashed, item.trashed_at = True, self._account.clock()
            case "favorite":
                said, item.favorite = labels.favorite, not item.favorite
            case _:
                said, item.archived = labels.archived, True
        self._account.changed()
        answer = {"said": said, "next": following}
        return text_response(200, json.dumps(answer), "application/json")

    def _next(self, item: Item) -> str | None:
        """Where the viewer goes when this one makes way."""
        if not self._habits.site.goes_on:
            return None
        shown = self._account.everything()
        place = shown.index(item)
        others = shown[place + 1 :] or shown[:place]
        return f"/photo/{others[0].web_id}" if others else "/"


def _moved(path: str) -> Response:
    return Response(status=302, headers=(("Location", path),))


def _gone() -> Response:
    return text_response(404, "<title>404</title><h1>404. That's an error.</h1>", HTML)
