"""The live Flickr provider does what every provider must do, on the emulated service."""

from collections.abc import AsyncIterator, Iterator

import pytest

from photofs.providers.port import Provider
from tests.providers.contract import Expected, ProviderContract
from tests.support.flickr_library import Emulated, Small, emulated, small_account


class TestFlickr(ProviderContract):
    """The suite on a small account with every kind of thing in it."""

    @pytest.fixture
    def small(self) -> Small:
        """The account."""
        return small_account()

    @pytest.fixture
    def service(self, small: Small) -> Iterator[Emulated]:
        """The service."""
        with emulated(small.account) as service:
            yield service

    @pytest.fixture
    async def provider(self, service: Emulated) -> AsyncIterator[Provider]:
        """The provider, logged in."""
        async with service.provider() as provider:
            yield provider

    @pytest.fixture
    def expected(self, small: Small) -> Expected:
        """The bytes that were uploaded."""
        return small.bytes_of
