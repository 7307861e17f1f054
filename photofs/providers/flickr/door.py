"""Where changes go out: only under the account's own login, and refusals come back in our words."""

from collections.abc import Collection

from photofs.model.errors import Temporary, Unauthorised
from photofs.providers.flickr.answers import KEPT, LOGIN_AGAIN, Failure, Record
from photofs.providers.flickr.api import Api
from photofs.providers.flickr.endpoint import Endpoint
from photofs.providers.flickr.refusals import refusal
from photofs.providers.flickr.values import text
from photofs.providers.port import Tools

NOT_THERE = 1
"""The code of photos.getInfo and photosets.getInfo for what is not there."""


class Door:
    """One account's changes, and what they need to know first."""

    def __init__(self, api: Api, endpoint: Endpoint, user: str, tools: Tools) -> None:
        """Nothing is asked yet."""
        self.api = api
        self.endpoint = endpoint
        self.user = user
        self.tools = tools
        self._is_owner = False

    @property
    def now(self) -> int:
        """The service's time, in unix seconds; ours until it told its own."""
        server = self.api.server_time
        return int(self.tools.now_ns() / 1e9 if server is None else server)

    async def check_owner(self) -> None:
        """Unauthorised if the login is another account's: its photos are nobody's business."""
        if self._is_owner:
            return
        user = (await self.api.call("flickr.test.login", {})).get("user")
        if text(user.get("id") if isinstance(user, dict) else None) != self.user:
            raise Unauthorised(
                "the login belongs to another Flickr account than this library",
                safe=KEPT,
                remedy=LOGIN_AGAIN,
            )
        self._is_owner = True

    async def change(
        self, method: str, arguments: Record, *, fine: Collection[int] = (), again: bool = True
    ) -> Record:
        """The answer to a change; an empty one if it is so already, which the codes `fine` say.

        Raises Gone, Quota or Refused where the service says no, and as `Api.change` does.
        """
        await self.check_owner()
        try:
            return await self.api.change(method, arguments, again=again)
        except Failure as error:
            if error.code in fine:
                return {}
            raise refusal(method, error) from error

    async def photo(self, photo_id: str) -> Record | None:
        """What photos.getInfo tells; None if the service says that there is no such photo."""
        arguments = {"photo_id": photo_id}
        return await self._told("flickr.photos.getInfo", arguments, ("photo", photo_id))

    async def album(self, album_id: str) -> Record | None:
        """What photosets.getInfo tells; None if the service says that there is no such album."""
        arguments = {"photoset_id": album_id, "user_id": self.user}
        return await self._told("flickr.photosets.getInfo", arguments, ("photoset", album_id))

    async def _told(self, method: str, arguments: Record, of: tuple[str, str]) -> Record | None:
        """What it tells of the thing of that kind and id. An answer without it is no word on it."""
        await self.check_owner()
        try:
            answer = await self.api.call(method, arguments)
        except Failure as error:
            if error.code == NOT_THERE:
                return None
            raise refusal(method, error) from error
        kind, remote_id = of
        told = answer.get(kind)
        if isinstance(told, dict) and text(told.get("id")) == remote_id:
            return told
        # answers may be inconsistent under load (flickr.md 1.6)
        raise Temporary("Flickr told of something else than it was asked for", safe=KEPT)
