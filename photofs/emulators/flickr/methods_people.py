"""Methods about people: the login, the account, a person's photos and favourites."""

from photofs.emulators.flickr.choosing import chosen, moment
from photofs.emulators.flickr.listing import Ask, cut, photo_page, record
from photofs.emulators.flickr.methods import Method, asked_user, photos_of, visible_photo
from photofs.emulators.flickr.render import ApiError, Model, text
from photofs.emulators.flickr.sizes import wanted_sizes
from photofs.emulators.flickr.state import Photo

MIB = 1024 * 1024


def echo(ask: Ask) -> Model:
    """flickr.test.echo: the arguments back."""
    return {name: text(value) for name, value in ask.arguments.items()}


def null(_: Ask) -> Model:
    """flickr.test.null: nothing."""
    return {}


def login(ask: Ask) -> Model:
    """flickr.test.login: who the caller is."""
    me = ask.account.state.me
    return {"user": {"id": me.nsid, "username": text(me.username), "path_alias": me.path_alias}}


def check_token(ask: Ask) -> Model:
    """flickr.auth.oauth.checkToken: what the token is good for."""
    token = ask.account.state.tokens.get(ask.arguments.get("oauth_token", ask.caller.token))
    if token is None:
        raise ApiError(98, "Invalid auth token")
    me = ask.account.state.me
    return {
        "oauth": {
            "token": text(token.token),
            "perms": text(token.perms),
            "user": {"nsid": me.nsid, "username": me.username, "fullname": me.realname},
        }
    }


def get_info(ask: Ask) -> Model:
    """flickr.people.getInfo."""
    person = ask.account.person(asked_user(ask))
    if person is None:
        raise ApiError(1, "User not found")
    mine = person is ask.account.state.me
    made: Model = {
        "id": person.nsid,
        "nsid": person.nsid,
        "ispro": int(ask.account.state.pro) if mine else 0,
        "is_deleted": 0,
        "iconserver": "0",
        "iconfarm": 0,
        "path_alias": person.path_alias,
        "username": text(person.username),
        "realname": text(person.realname),
        "location": text(person.location),
        "timezone": {"label": "Pacific Time", "offset": "-08:00", "timezone_id": "PST8PDT"},
        "photosurl": text(f"{ask.base}/photos/{person.path_alias or person.nsid}/"),
        "profileurl": text(f"{ask.base}/people/{person.path_alias or person.nsid}/"),
        "photos": _photo_facts(chosen(ask, photos_of(ask, person.nsid))),
    }
    if mine and ask.caller.nsid == person.nsid:
        made.update(_upload_facts(ask))
        made["timezone"] = {
            "label": ask.account.state.zone,
            "offset": "-08:00",
            "timezone_id": ask.account.state.zone,
        }
    return {"person": made}


def _photo_facts(photos: list[Photo]) -> Model:
    first = min((p.uploaded for p in photos), default=0)
    taken = min((p.taken for p in photos), default="")
    return {
        "firstdatetaken": text(taken),
        "firstdate": text(str(first)),
        "count": {"_content": len(photos)},
        "views": {"_content": sum(p.views for p in photos)},
    }


def _upload_facts(ask: Ask) -> Model:
    state = ask.account.state
    count = len(ask.account.stream())
    over = not state.pro and count >= state.upload_limit
    return {
        "upload_count": count,
        "upload_limit": "lots" if state.pro else state.upload_limit,
        "upload_limit_status": "at_limit" if over else "below_limit",
    }


def get_upload_status(ask: Ask) -> Model:
    """flickr.people.getUploadStatus."""
    state, habits = ask.account.state, ask.habits
    bandwidth = {
        "max": "0",
        "used": "0",
        "maxbytes": "0",
        "usedbytes": "0",
        "remainingbytes": "0",
        "maxkb": "0",
        "usedkb": "0",
        "remainingkb": "0",
        "unlimited": 1,
    }
    return {
        "user": {
            "id": state.me.nsid,
            "ispro": int(state.pro),
            "username": text(state.me.username),
            "bandwidth": bandwidth,
            "filesize": {"maxbytes": str(habits.max_photo), "maxmb": habits.max_photo // MIB},
            "sets": {"created": len(state.albums), "remaining": "lots"},
            "videosize": {"maxbytes": str(habits.max_video), "maxmb": habits.max_video // MIB},
            "videos": {
                "uploaded": sum(p.media == "video" for p in ask.account.stream()),
                "remaining": "lots",
            },
            **_upload_facts(ask),
        }
    }


def get_photos(ask: Ask) -> Model:
    """flickr.people.getPhotos."""
    ask.need("user_id", 1, "Required arguments missing")
    return photo_page(ask, chosen(ask, photos_of(ask, asked_user(ask))))


def get_favorites(ask: Ask) -> Model:
    """flickr.favorites.getList: only the account's owner has any."""
    user = asked_user(ask)
    state = ask.account.state
    faved = state.favorites if user == ask.account.nsid else {}
    earliest = moment(ask.arguments.get("min_fave_date", "0"))
    latest = moment(ask.arguments.get("max_fave_date", "99999999999"))
    ids = [i for i, when in faved.items() if earliest <= when <= latest and i in state.photos]
    ids.sort(key=lambda i: (faved[i], i), reverse=True)
    photos = [state.photos[i] for i in ids]
    piece = cut(ask, [p for p in photos if ask.account.may_see(p, ask.caller.nsid)])
    extras = ask.extras()
    sizes = wanted_sizes(extras)
    made = [{**record(ask, p, extras, sizes), "date_faved": str(faved[p.id])} for p in piece.photos]
    return {"photos": {**piece.head(), "photo": made}}


def add_favorite(ask: Ask) -> Model:
    """flickr.favorites.add."""
    photo = visible_photo(ask)
    if photo.owner == ask.caller.nsid:
        raise ApiError(2, "Photo is owned by you")
    if photo.id in ask.account.state.favorites:
        raise ApiError(3, "Photo is already in favorites")
    ask.account.state.favorites[photo.id] = ask.account.now()
    ask.account.touch(photo)
    return {}


def remove_favorite(ask: Ask) -> Model:
    """flickr.favorites.remove."""
    photo_id = ask.arguments.get("photo_id", "")
    if ask.account.state.favorites.pop(photo_id, None) is None:
        raise ApiError(1, "Photo not in favorites")
    ask.account.changed()
    return {}


METHODS = {
    "flickr.test.echo": Method(echo),
    "flickr.test.null": Method(null, "read"),
    "flickr.test.login": Method(login, "read"),
    "flickr.auth.oauth.checkToken": Method(check_token),
    "flickr.people.getInfo": Method(get_info),
    "flickr.people.getUploadStatus": Method(get_upload_status, "read"),
    "flickr.people.getPhotos": Method(get_photos),
    "flickr.favorites.getList": Method(get_favorites),
    "flickr.favorites.add": Method(add_favorite, "write", changes=True),
    "flickr.favorites.remove": Method(remove_favorite, "write", changes=True),
}
