"""Holds the link to one pack and polls over it, for ever."""

from __future__ import annotations

import asyncio
from math import floor, inf
from typing import Protocol

from dbus_xbms.ble.air import Air
from dbus_xbms.ble.backoff import Backoff
from dbus_xbms.ble.link import Capture, Link
from dbus_xbms.control.freshness import PER_POLL, poll_interval
from dbus_xbms.model import LinkStatus, PackIdentity, Reading
from dbus_xbms.protocols.base import BmsProtocol, LinkError, ProtocolError
from dbus_xbms.settings import Settings

POLL_LIMIT = 10.0  # s for all requests of one poll with their retries
COUNTERS_AFTER = 5.0  # s after the first poll: what everybody waits for comes first
COUNTERS_EVERY = 300.0  # s between reads of the protection counters
ROUNDING = 1e-6  # parts of an interval


def next_beat(due: float, interval: float) -> float:
    """When the poll after one that was due at ``due`` is due, in s.

    All packs that are polled at one interval are polled in the same moment: the machine wakes once for all of
    them, and each next one finds what it needs in the processor's cache.
    """
    return floor((due + interval) / interval + ROUNDING) * interval


class Listener(Protocol):
    """Who is told what polling brings: :class:`dbus_xbms.pack.Pack`."""

    def polled(self, reading: Reading, begun: float) -> PackIdentity:
        """Take a good poll that was ``begun`` at that moment, in s; returns who the pack is."""
        ...

    def poll_failed(self, err: LinkError | ProtocolError) -> None:
        """Take note that a poll, or the way to it, failed."""
        ...

    def link_changed(self) -> None:
        """Take note that the link's status is another."""
        ...


class Poller:
    """One pack's link and the polls over it."""

    def __init__(
        self,
        address: str,
        settings: Settings,
        listener: Listener,
        *,
        air: Air,
        protocol: BmsProtocol,
        capture: Capture | None = None,
    ) -> None:
        self._address = address
        self._settings = settings
        self._listener = listener
        self._air = air
        self._protocol = protocol
        self._capture = capture
        self._link: Link | None = None
        self._relink = asyncio.Event()  # a setting of the link has changed
        self._counters_due = inf  # s

    @property
    def status(self) -> LinkStatus:
        """How the link is doing."""
        return self._link.status if self._link else LinkStatus()

    def relink(self) -> None:
        """Make the link anew, with the settings as they are now."""
        self._relink.set()

    async def run(self) -> None:
        """Keep polling until cancelled; then the link is closed."""
        while True:
            self._relink.clear()
            async with asyncio.TaskGroup() as group:
                link = group.create_task(self._hold_link(), name=f"poll {self._address}")
                await self._relink.wait()
                link.cancel()

    async def _hold_link(self) -> None:
        """Connect and poll, again and again."""
        delays = Backoff()
        adapter = self._settings.text("Adapter")
        link = self._air.link(self._address, self._protocol, adapter=adapter, capture=self._capture)
        self._link, link.on_status = link, self._listener.link_changed
        while True:
            try:
                await link.open()
                await link.run(self._protocol.hello(self._address, self._settings.text("Password")))
                await self._poll_while_open(link, delays)
                pause = poll_interval(self._settings)
            except (LinkError, ProtocolError) as err:
                self._listener.poll_failed(err)
                pause = delays.next()
            finally:
                await link.close()
            await asyncio.sleep(pause)

    async def _poll_while_open(self, link: Link, delays: Backoff) -> None:
        """Poll at a steady rate; in per-poll mode once."""
        known: PackIdentity | None = None
        due = asyncio.get_running_loop().time()
        while True:
            known = await self._poll(link, known, due)
            delays.reset()
            if self._settings.number("ConnectionMode") == PER_POLL:
                return
            now = asyncio.get_running_loop().time()
            due = max(next_beat(due, poll_interval(self._settings)), now)
            await self._until(due, link)

    async def _poll(self, link: Link, known: PackIdentity | None, now: float) -> PackIdentity:
        counters = now >= self._counters_due
        begun = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(POLL_LIMIT):
                reading = await link.run(self._protocol.poll(known, counters=counters))
        except TimeoutError as err:
            raise LinkError(f"poll not finished after {POLL_LIMIT:g} s") from err
        if counters:
            self._counters_due = now + COUNTERS_EVERY  # also if the BMS has none
        elif self._counters_due == inf:
            self._counters_due = now + COUNTERS_AFTER
        return self._listener.polled(reading, begun)

    async def _until(self, due: float, link: Link) -> None:
        try:
            async with asyncio.timeout_at(due):
                await link.lost.wait()
        except TimeoutError:
            return
        raise LinkError("connection lost")
