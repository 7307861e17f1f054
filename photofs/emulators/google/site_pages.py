"""The HTML of the emulated photos.google.com, drawn by its scripts as the real pages are."""

import html
import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from photofs.emulators.google.site_habits import SiteHabits
from photofs.emulators.google.site_labels import labels_in
from photofs.emulators.google.state import Item

_FRAME = """<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>
<body><div id="page"></div><div id="said" role="status" aria-live="polite"></div>
<script>const facts = {facts};
const page = document.getElementById("page");
const later = (seconds, deed) => seconds ? setTimeout(deed, 1000 * seconds) : deed();
{script}</script>"""

_VIEWER = """
function say(text) { document.getElementById("said").textContent = text; }
function ask(text, buttons, field) {
  const box = document.createElement("div");
  box.setAttribute("role", "dialog"); box.setAttribute("aria-modal", "true");
  box.append(Object.assign(document.createElement("p"), {textContent: text}));
  if (field) box.append(document.createElement("input"));
  for (const [label, deed] of buttons) {
    const button = Object.assign(document.createElement("button"), {textContent: label});
    button.addEventListener("click", () => { box.remove(); if (deed) deed(); });
    box.append(button);
  }
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") box.remove();
    event.stopPropagation();
  });
  document.body.append(box);
  (box.querySelector("input") || box.querySelector("button:last-of-type")).focus();
}
async function deed(what) {
  const answer = await fetch(facts.path + "/" + what, {method: "POST"}).catch(() => null);
  if (!answer || !answer.ok) { say(facts.labels.failed); return; }
  const told = await answer.json();
  say(told.said);
  if (told.next) setTimeout(() => location.assign(told.next), 50);
}
const questions = {
  trash: () => ask(facts.labels.question,
    [[facts.labels.cancel], [facts.labels.trash, () => deed("trash")]]),
  forever: () => ask("Delete for ever?", [["Cancel"], ["Delete", () => deed("forever")]]),
  form: () => ask("Why?", [["Cancel"], ["Send", () => deed("trash")]], true),
  none: () => deed("trash"),
};
function key(event) {
  if (document.querySelector("[role=dialog]") || facts.dead.includes(event.key)) return;
  if (event.key === "#") questions[facts.question]();
  else if (event.key === "A" && event.shiftKey && !facts.trashed) deed("archive");
  else if (event.key === "f" && !facts.trashed) deed("favorite");
  else if (event.key === "?") ask("# f Shift+A Shift+D", [["OK"]]);
}
later(facts.draws, () => {
  const medium = document.createElement(facts.video ? "video" : "img");
  if (facts.video) { medium.poster = facts.picture; medium.width = 640; medium.height = 360;
    medium.setAttribute("aria-label", facts.text); }
  else { medium.src = facts.picture; medium.alt = facts.text; }
  page.append(medium);
  if (facts.name) page.append(Object.assign(document.createElement("p"),
    {textContent: facts.name}));
  if (facts.greets) ask("Memories are better than ever", [["Later"], ["Try it"]]);
  later(facts.hears, () => document.addEventListener("keydown", key));
});
"""

_LIST = """
function put(items) {
  for (const [path, text] of items) {
    const link = Object.assign(document.createElement("a"), {href: "." + path});
    link.setAttribute("aria-label", text);
    link.style = "display: block; height: 300px; width: 300px; background: #ccc; margin: 4px";
    page.append(link);
    if (facts.forgets && page.children.length > 2 * facts.per) {
      page.style.paddingTop = (parseInt(page.style.paddingTop || 0) + 304) + "px";
      page.firstChild.remove();
    }
  }
}
let shown = facts.items.length, busy = false;
async function more() {
  const low = innerHeight + scrollY >= document.documentElement.scrollHeight - 50;
  if (busy || !low || shown >= facts.total) return;
  busy = true;
  const answer = await fetch(location.pathname + "?from=" + shown);
  const items = await answer.json();
  shown += items.length; put(items); busy = false;
}
later(facts.draws, () => { put(facts.items); addEventListener("scroll", more); });
"""

SIGN_IN = """<!doctype html><html lang="en"><title>Sign in</title><h1>Sign in</h1>
<form method="post"><input type="email" name="who">
<input type="password" name="word"><button>Next</button></form>
<script>document.querySelector("input").focus();</script>"""

CAPTCHA = """<!doctype html><html lang="en"><title>Sorry...</title>
<h1>Our systems have detected unusual traffic</h1>
<form method="post"><input type="checkbox" id="human">I'm not a robot
<button>Submit</button></form>"""


def viewer_page(item: Item, path: str, habits: SiteHabits) -> str:
    """The page of one photo; in the trash `#` means deletion for ever."""
    labels = labels_in(habits.language)
    date = f" - {datetime.fromisoformat(item.created):%b %d, %Y, %H:%M:%S}"
    facts = {
        "path": path,
        "name": item.filename if habits.shows_name else "",
        "text": labels.photo + (date if habits.shows_date else ""),
        "picture": _picture(item),
        "video": item.is_video,
        "trashed": item.trashed,
        "labels": labels._asdict(),
        "question": "forever" if item.trashed else habits.question,
        "dead": sorted(habits.dead_keys),
        "greets": habits.greets,
        "draws": habits.draws_after,
        "hears": habits.hears_after,
    }
    return _page(labels.photo, habits, facts, _VIEWER)


def list_page(cells: list[tuple[str, str]], habits: SiteHabits) -> str:
    """A page of many photos: (path, text) each; the first ones at once, others as one scrolls."""
    facts = {
        "items": cells[: habits.per_page],
        "total": len(cells),
        "per": habits.per_page,
        "forgets": habits.forgets,
        "draws": habits.draws_after,
    }
    return _page("Google Photos", habits, facts, _LIST)


def cell_of(item: Item) -> tuple[str, str]:
    """A photo in a list."""
    return f"{'/trash' if item.trashed else '/photo'}/{item.web_id}", item.created


def _page(title: str, habits: SiteHabits, facts: Mapping[str, object], script: str) -> str:
    safe = json.dumps(facts).replace("<", "\\u003c")
    return _FRAME.format(
        language=html.escape(habits.language), title=html.escape(title), facts=safe, script=script
    )


def _picture(item: Item) -> str:
    """A grey picture of the item's own proportions, 640 pixels wide."""
    height = max(1, round(640 * item.height / max(1, item.width)))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}">'
        '<rect width="100%" height="100%" fill="gray"/></svg>'
    )
    return "data:image/svg+xml," + quote(svg)
