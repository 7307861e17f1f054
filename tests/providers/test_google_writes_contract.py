"""The live Google provider writes as every provider that can must, on the emulated service."""

from collections.abc import AsyncIterator, Iterator

import pytest

from photofs.emulators.pictures import make_jpeg
from photofs.providers.port import Provider
from tests.providers.contract import WritesContract
from tests.support.google_library import Emulated, emulated, uploads


class TestGoogleWrites(WritesContract):
    """The suite on a small account."""

    @pytest.fixture
    def service(self) -> Iterator[Emulated]:
        """The service."""
        with emulated(uploads().account) as service:
            yield service

    @pytest.fixture
    async def provider(self, service: Emulated) -> AsyncIterator[Provider]:
        """The provider, logged in; a batch waits for nothing that is not on its way."""
        async with service.provider(lull=0) as provider:
            yield provider

    @pytest.fixture
    def pictures(self) -> list[bytes]:
        """Four that the account does not have."""
        return [make_jpeg(seed, width=64, height=48) for seed in range(50, 54)]
