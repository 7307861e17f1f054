"""A Flickr account on loopback that may be written to, and what it is after a write."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import trio

from photofs.emulators.flickr import Habits
from photofs.emulators.flickr.state import Perms, Photo
from photofs.providers.port import Writes
from tests.support.flickr_library import Emulated, emulated, small_account

Function = TypeVar("Function", bound=Callable[..., Awaitable[object]])


@asynccontextmanager
async def written(habits: Habits, perms: Perms = "delete") -> AsyncIterator[Emulated]:
    """The small account, served with these habits, and a login with that permission."""
    serving = emulated(small_account().account, habits=habits, perms=perms)
    service = await trio.to_thread.run_sync(serving.__enter__)
    try:
        yield service
    finally:
        await trio.to_thread.run_sync(serving.__exit__, None, None, None)


@asynccontextmanager
async def writes_to(service: Emulated, **config: object) -> AsyncIterator[Writes]:
    """What can be changed there."""
    async with service.provider(**config) as provider:
        assert provider.abilities.writes is not None
        yield provider.abilities.writes


def able(function: Function | None) -> Function:
    """A function of `Writes` that must be there."""
    assert function is not None
    return function


def own_photos(service: Emulated) -> dict[str, Photo]:
    """The account's photos by title."""
    return {photo.title: photo for photo in service.account.stream()}


def tags_of(photo: Photo) -> list[str]:
    """Its raw tags."""
    return [tag.raw for tag in photo.tags]
