"""The live Google provider does what every provider must do, on the emulated service."""

from collections.abc import AsyncIterator, Iterator

import pytest

from photofs.providers.port import Provider
from tests.providers.contract import Expected, ProviderContract
from tests.support.google_library import Emulated, Uploads, emulated, uploads


class TestGoogle(ProviderContract):
    """The suite on a small account with every kind of thing in it."""

    @pytest.fixture
    def made(self) -> Uploads:
        """What was uploaded."""
        return uploads()

    @pytest.fixture
    def service(self, made: Uploads) -> Iterator[Emulated]:
        """The service."""
        with emulated(made.account) as service:
            yield service

    @pytest.fixture
    async def provider(self, service: Emulated) -> AsyncIterator[Provider]:
        """The provider, logged in."""
        async with service.provider() as provider:
            yield provider

    @pytest.fixture
    def expected(self, made: Uploads) -> Expected:
        """The bytes that the service gives: not those that were uploaded."""
        return made.bytes_of
