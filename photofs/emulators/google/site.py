"""A small photos.google.com: the viewer of one photo, with the keys that the real one has.

`#` opens the question whether to move it to the trash, Enter says yes, Escape no; Shift+A archives;
the star's key is `f`. Nothing here deletes for ever. The links of the Library API lead here by
way of /lr/photo/<id>, as the real ones do.
"""

import html
import json
import re

from photofs.emulators.google.account import Account
from photofs.emulators.google.state import Item
from photofs.emulators.hosting.request import Request, Response, text_response

HTML = "text/html; charset=utf-8"
_VIEWER = re.compile(r"/photo/(?P<web>AF1Qip[\w-]+)")
_LINK = re.compile(r"/lr/photo/(?P<item>[\w-]+)")
_DEED = re.compile(r"/photo/(?P<web>AF1Qip[\w-]+)/(?P<deed>trash|favorite|archive)")
PAGE = """<!doctype html><html lang="en"><title>{title} - Google Photos</title>
<h1 id="name">{title}</h1><img alt="{title}" src="{picture}">
<button id="star" aria-label="Favorite" aria-pressed="{favorite}">Favorite</button>
<dialog id="ask"><p>Move to trash?</p><button id="yes" autofocus>Move to trash</button></dialog>
<p id="said" role="status"></p>
<script>
const ask = document.getElementById("ask"), said = document.getElementById("said");
async function deed(what) {{
  const answer = await fetch({path} + "/" + what, {{method: "POST"}});
  said.textContent = answer.ok ? (await answer.json()).said : "Something went wrong";
  if (answer.ok && what === "trash") document.getElementById("name").textContent = "";
  if (answer.ok && what === "favorite") {{
    const star = document.getElementById("star");
    star.setAttribute("aria-pressed", star.getAttribute("aria-pressed") !== "true");
  }}
}}
document.getElementById("yes").addEventListener("click", () => {{ ask.close(); deed("trash"); }});
document.getElementById("star").addEventListener("click", () => deed("favorite"));
document.addEventListener("keydown", (event) => {{
  if (ask.open) return;
  if (event.key === "#") {{ ask.showModal(); event.preventDefault(); }}
  else if (event.key === "A" && event.shiftKey) deed("archive");
  else if (event.key === "f") deed("favorite");
}});
</script>"""
SAID = {"trash": "Moved to trash", "favorite": "Favorite", "archive": "Archived"}


class Site:
    """Pages for the signed-in owner; whoever has no cookie is asked to sign in."""

    def __init__(self, account: Account, cookie: str) -> None:
        """`cookie` is what a signed-in browser sends."""
        self._account = account
        self._cookie = cookie

    def answer(self, request: Request) -> Response:
        """The page at a path."""
        if self._cookie not in request.headers.get("cookie", ""):
            return text_response(200, "<title>Sign in</title><h1>Sign in</h1>", HTML)
        if found := _LINK.fullmatch(request.path):
            return self._redirected(self._account.state.items.get(found["item"]))
        if found := _VIEWER.fullmatch(request.path):
            return self._viewer(self._account.item_of_web(found["web"]), request.path)
        if (found := _DEED.fullmatch(request.path)) and request.verb == "POST":
            return self._done(self._account.item_of_web(found["web"]), found["deed"])
        return _gone()

    def _redirected(self, item: Item | None) -> Response:
        if item is None:
            return _gone()
        return Response(status=302, headers=(("Location", f"/photo/{item.web_id}"),))

    def _viewer(self, item: Item | None, path: str) -> Response:
        if item is None or item.trashed:
            return _gone()
        page = PAGE.format(
            title=html.escape(item.filename),
            picture="data:,",
            favorite=str(item.favorite).lower(),
            path=json.dumps(path),
        )
        return text_response(200, page, HTML)

    def _done(self, item: Item | None, deed: str) -> Response:
        if item is None or item.trashed:
            return _gone()
        match deed:
            case "trash":
                item.trashed = True
            case "favorite":
                item.favorite = not item.favorite
            case _:
                item.archived = True
        self._account.changed()
        return text_response(200, json.dumps({"said": SAID[deed]}), "application/json")


def _gone() -> Response:
    return text_response(404, "<title>404</title><h1>404. That's an error.</h1>", HTML)
