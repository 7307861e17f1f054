"""What a page shows, read without knowing its language; and the script that reads it.

Only roles, sizes, the focus and attributes are looked at, for labels differ by language and the
site's own names of classes by the week.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

READ_PAGE = """() => {
  const seen = (each) => {
    const box = each.getBoundingClientRect(), style = getComputedStyle(each);
    return box.width > 0 && box.height > 0 && style.visibility !== "hidden";
  };
  const label = (each) =>
    (each.getAttribute("aria-label") || each.innerText || each.value || "").trim().slice(0, 200);
  const all = (what, below = document) => [...below.querySelectorAll(what)].filter(seen);
  const isButton = (each) => each.matches("button, [role=button], input[type=submit]");
  const open = all("[role=dialog], [role=alertdialog], dialog[open]");
  const outer = open.filter((each) => !open.some((other) => other !== each
    && other.contains(each)));
  const focus = document.activeElement;
  const area = (each) => {
    const box = each.getBoundingClientRect();
    const wide = Math.min(box.right, innerWidth) - Math.max(box.left, 0);
    const high = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
    return wide >= 100 && high >= 60 ? wide * high : 0;
  };
  const media = all("img, video").filter((each) => area(each) > 0)
    .sort((one, other) => area(other) - area(one));
  const text = (each) => each.getAttribute("alt") || each.getAttribute("aria-label") || "";
  return {
    url: location.href,
    title: document.title.slice(0, 200),
    text: (document.body ? document.body.innerText : "").slice(0, 20000),
    media: media.length,
    medium_text: media.length ? text(media[0]).slice(0, 500) : "",
    asks_login: all("input[type=password], input[type=email]").length > 0,
    said: all("[role=status], [role=alert]").map(label).filter(Boolean).join("; ").slice(0, 300),
    dialogs: outer.map((each) => ({
      text: label(each),
      buttons: all("button, [role=button], input[type=submit]", each).map(label),
      fields: all("input:not([type=submit]), textarea, select", each).length,
      focused: focus && each.contains(focus) && isButton(focus) ? label(focus) : null,
    })),
  };
}"""
"""Gives a `Sight` as JSON."""

SHOWS = """(id) => [...document.querySelectorAll("body *")].some((each) =>
  each.tagName !== "SCRIPT" && [...each.attributes].some((one) => one.value.includes(id)))"""
"""Whether any element of a list names the photo."""

STAND = """() => [...document.querySelectorAll("*")]
  .map((each) => each.scrollTop).filter(Boolean).join()
  + " " + [...document.querySelectorAll("a[href]")].map((each) => each.href).join()"""
"""Where a list stands and what it has drawn: the same twice means that it goes no further."""


class Dialog(NamedTuple):
    """A question that stands open; `focused` is the label of the button that Enter presses."""

    text: str
    buttons: tuple[str, ...]
    fields: int
    focused: str | None


class Sight(NamedTuple):
    """What a page shows now.

    `status`: of the answer that brought the page, 0 if nothing told. `media`: how many pictures and
    videos of size; `medium_text` describes the largest. `said`: what the page says beside it.
    """

    url: str
    title: str
    text: str
    media: int
    medium_text: str
    asks_login: bool
    said: str
    dialogs: tuple[Dialog, ...]
    status: int = 0


def sight_of(told: Mapping[str, object], status: int) -> Sight:
    """What READ_PAGE has told."""
    return msgspec.convert({**told, "status": status}, _Told).sight()


class _Dialog(msgspec.Struct):
    text: str
    buttons: list[str]
    fields: int
    focused: str | None


class _Told(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    title: str
    text: str
    media: int
    medium_text: str
    asks_login: bool
    said: str
    dialogs: list[_Dialog]
    status: int

    def sight(self) -> Sight:
        """As plain values."""
        dialogs = (Dialog(d.text, tuple(d.buttons), d.fields, d.focused) for d in self.dialogs)
        return Sight(
            self.url,
            self.title,
            self.text,
            self.media,
            self.medium_text,
            self.asks_login,
            self.said,
            tuple(dialogs),
            self.status,
        )
