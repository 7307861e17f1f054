"""The table of the API's methods: what each needs, and what answers it."""

from collections.abc import Callable
from typing import NamedTuple

from photofs.emulators.flickr.listing import Ask
from photofs.emulators.flickr.oauth import Caller
from photofs.emulators.flickr.render import ApiError, Model
from photofs.emulators.flickr.state import Perms, Photo

RANK: dict[Perms | None, int] = {None: 0, "read": 1, "write": 2, "delete": 3}
Handler = Callable[[Ask], Model]


class Method(NamedTuple):
    """`needs`: the permission; `changes`: it must come by POST."""

    handler: Handler
    needs: Perms | None = None
    changes: bool = False


def check_permission(method: Method, caller: Caller, verb: str) -> None:
    """Raises ApiError 99 if the caller may not, 112 if the verb is not the method's."""
    if RANK[caller.perms] < RANK[method.needs]:
        raise ApiError(
            99,
            f"Insufficient permissions. Method requires {method.needs} privileges; "
            f"{caller.perms or 'none'} granted.",
        )
    if method.changes and verb != "POST":
        raise ApiError(112, "This method requires POST")


def visible_photo(ask: Ask, name: str = "photo_id") -> Photo:
    """The photo that the arguments name; one that the caller may not see is not there either."""
    photo_id = ask.arguments.get(name, "")
    photo = ask.account.state.photos.get(photo_id)
    if photo is None or not _open_to(ask, photo):
        raise ApiError(1, f'Photo "{photo_id}" not found (invalid ID)')
    return photo


def _open_to(ask: Ask, photo: Photo) -> bool:
    shown_secret = ask.arguments.get("secret")
    return ask.account.may_see(photo, ask.caller.nsid) or shown_secret == photo.secret


def own_photo(ask: Ask, photo_id: str, code: int = 1) -> Photo:
    """A photo of the caller's."""
    photo = ask.account.state.photos.get(photo_id)
    if photo is None or photo.owner != ask.caller.nsid:
        raise ApiError(code, f'Photo "{photo_id}" not found (invalid ID)')
    return photo


def asked_user(ask: Ask) -> str:
    """The nsid that `user_id` names; `me` is the caller."""
    user = ask.arguments.get("user_id", "me")
    if user == "me":
        if ask.caller.nsid is None:
            raise ApiError(1, "User not found")
        return ask.caller.nsid
    if ask.account.person(user) is None:
        raise ApiError(1, "User not found")
    return user


def photos_of(ask: Ask, nsid: str) -> list[Photo]:
    """All photos of a person, newest upload first."""
    if nsid == ask.account.nsid:
        return ask.account.stream()
    own = [p for p in ask.account.state.photos.values() if p.owner == nsid]
    return sorted(own, key=lambda p: (p.uploaded, p.id), reverse=True)
