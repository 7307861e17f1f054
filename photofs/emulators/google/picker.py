"""The Picker API: sessions in which the owner chooses, and what they chose."""

import html

from photofs.emulators.google.account import Account
from photofs.emulators.google.asking import Ask, Method
from photofs.emulators.google.errors import ApiError, invalid, unknown
from photofs.emulators.google.files import address_of
from photofs.emulators.google.pages import cut, read_page
from photofs.emulators.google.shapes import status_of
from photofs.emulators.google.state import PICK, Item, Picking
from photofs.emulators.google.times import instant
from photofs.emulators.hosting.request import Request, Response, text_response

USUAL, MOST = 50, 100
MOST_ITEMS = 2000
HTML = "text/html; charset=utf-8"


def opened(ask: Ask) -> dict[str, object]:
    """sessions.create."""
    state = ask.account.state
    live = [each for each in state.pickings.values() if each.owner == ask.owner]
    live = [each for each in live if ask.account.clock() < _ends(ask, each)]
    if len(live) >= ask.habits.max_pickings:
        raise ApiError("RESOURCE_EXHAUSTED", "Too many picking sessions; delete old ones.")
    picking = Picking(
        id=ask.account.new_id("pick-"), owner=ask.owner, made=ask.account.clock(), most=_most(ask)
    )
    state.pickings[picking.id] = picking
    ask.account.changed()
    return _shown(ask, picking)


def _most(ask: Ask) -> int:
    config = ask.body().get("pickingConfig") or {}
    text = config.get("maxItemCount", str(MOST_ITEMS))
    if not isinstance(text, str) or not text.isdecimal() or not 0 < int(text) <= MOST_ITEMS:
        raise invalid("Request contains an invalid maxItemCount.")
    return min(int(text), ask.habits.picker_most)


def looked_at(ask: Ask) -> dict[str, object]:
    """sessions.get."""
    return _shown(ask, _picking(ask, ask.parts["session"]))


def closed(ask: Ask) -> dict[str, object]:
    """sessions.delete."""
    del ask.account.state.pickings[_picking(ask, ask.parts["session"]).id]
    ask.account.changed()
    return {}


def listed(ask: Ask) -> dict[str, object]:
    """mediaItems.list of a session that is done."""
    picking = _picking(ask, ask.one("sessionId") or "")
    if picking.picked is None:
        raise ApiError("FAILED_PRECONDITION", "The user has not finished picking.")
    known = ask.account.state.items
    items = [known[each] for each in picking.picked if each in known and not known[each].trashed]
    page = read_page(ask.one("pageSize"), ask.one("pageToken"), USUAL, MOST)
    some, token = cut(items, page, ask.habits)
    answer: dict[str, object] = {"mediaItems": [_item(ask, item) for item in some]} if some else {}
    return answer | ({"nextPageToken": token} if token else {})


def _picking(ask: Ask, session_id: str) -> Picking:
    picking = ask.account.state.pickings.get(session_id)
    if picking is None or picking.owner != ask.owner or ask.account.clock() >= _ends(ask, picking):
        raise unknown(f"session {session_id}")
    return picking


def _ends(ask: Ask, picking: Picking) -> float:
    return picking.made + ask.habits.picker_lifetime


def _shown(ask: Ask, picking: Picking) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": picking.id,
        "pickerUri": f"{ask.base}/picker/{picking.id}",
        "expireTime": instant(_ends(ask, picking)),
        "pickingConfig": {"maxItemCount": str(picking.most)},
        "mediaItemsSet": picking.picked is not None,
    }
    if picking.picked is None:
        left = max(0.0, _ends(ask, picking) - ask.account.clock())
        shown["pollingConfig"] = {
            "pollInterval": f"{ask.habits.picker_poll:g}s",
            "timeoutIn": f"{left:.0f}s",
        }
    return shown


def _item(ask: Ask, item: Item) -> dict[str, object]:
    """A picked item: its sizes are numbers here, and its id is none of the Library API's."""
    kind = "VIDEO" if item.is_video else "PHOTO"
    detail: dict[str, object] = (
        {"videoMetadata": {"fps": 30.0, "processingStatus": status_of(item)}}
        if item.is_video
        else {"photoMetadata": {}}
    )
    item.polls = max(0, item.polls - 1)
    return {
        "id": f"pick_{item.web_id[6:]}",
        "createTime": item.created,
        "type": kind,
        "mediaFile": {
            "baseUrl": address_of(item, ask.account, ask.habits, ask.base),
            "mimeType": item.mime,
            "filename": item.filename,
            "mediaFileMetadata": {"width": item.width, "height": item.height, **detail},
        },
    }


METHODS = {
    ("POST", r"/v1/sessions"): Method("sessions.create", frozenset({PICK}), opened),
    ("GET", r"/v1/sessions/(?P<session>[\w-]+)"): Method(
        "sessions.get", frozenset({PICK}), looked_at
    ),
    ("DELETE", r"/v1/sessions/(?P<session>[\w-]+)"): Method(
        "sessions.delete", frozenset({PICK}), closed
    ),
}
LIST = Method("picker.mediaItems.list", frozenset({PICK}), listed)


def pick(account: Account, session_id: str, items: list[Item]) -> None:
    """The owner chooses these, as many as they may, and presses Done."""
    picking = account.state.pickings[session_id]
    picking.picked = [item.id for item in items][: picking.most]
    account.changed()


def picker_page(account: Account, request: Request) -> Response:
    """The page behind `pickerUri`: all of the owner's photos with ticks, and Done."""
    session_id = request.path.removeprefix("/picker/").removesuffix("/autoclose")
    picking = account.state.pickings.get(session_id)
    if picking is None or picking.picked is not None:
        return text_response(404, "<h1>This session has ended</h1>", HTML)
    if request.verb == "POST":
        chosen = {value for name, value in request.form if name == "item"}
        pick(account, session_id, [item for item in account.everything() if item.id in chosen])
        return text_response(200, "<h1>Done</h1>", HTML)
    ticks = "".join(
        f'<label><input type="checkbox" name="item" value="{item.id}">'
        f"{html.escape(item.filename)}</label>"
        for item in account.everything()
    )
    return text_response(200, f'<form method="post">{ticks}<button>Done</button></form>', HTML)
