"""The live Flickr provider writes as every provider that can must, on the emulated service."""

from collections.abc import AsyncIterator, Iterator

import pytest

from photofs.emulators.pictures import make_jpeg
from photofs.providers.port import Provider
from tests.providers.contract import WritesContract
from tests.support.flickr_library import Emulated, emulated, small_account


class TestFlickrWrites(WritesContract):
    """The suite on a small Pro account."""

    @pytest.fixture
    def service(self) -> Iterator[Emulated]:
        """The service."""
        with emulated(small_account().account, perms="delete") as service:
            yield service

    @pytest.fixture
    async def provider(self, service: Emulated) -> AsyncIterator[Provider]:
        """The provider, logged in."""
        async with service.provider() as provider:
            yield provider

    @pytest.fixture
    def pictures(self) -> list[bytes]:
        """Four that the account does not have."""
        return [make_jpeg(seed, width=64, height=48) for seed in range(50, 54)]
