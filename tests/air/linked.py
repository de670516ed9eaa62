"""An open link to a fake pack, and a pack that answers late or never."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbus_xbms.ble.link import Link
from tests.air.fakes import ADDRESSES, Answer, FakeClient, FakePack, FakeStack, Lines, running

ADDRESS = ADDRESSES[0]


@asynccontextmanager
async def linked(pack: FakePack, protocol: Lines | None = None) -> AsyncIterator[tuple[Link, FakeClient]]:
    """An open link to a pack that BlueZ knows."""
    stack = FakeStack(pack)
    stack.remember(pack)
    async with running(stack) as central:
        link = central.link(pack.address, protocol or Lines())
        try:
            await link.open()
            assert pack.client
            yield link, pack.client
        finally:
            await link.close()


def silent_for(requests: int) -> FakePack:
    """Return a pack that ignores the first requests and answers the others with "yes"."""
    left = requests

    def answer(request: bytes) -> list[Answer]:
        nonlocal left
        left -= 1
        return [] if left >= 0 else [(0.1, request[1:] + b"yes\n")]

    return FakePack(ADDRESS, answer=answer)
