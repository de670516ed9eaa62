"""Publish a pack after each poll, or when its last report expires."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from dbus_xbms.contact import ContactState, Failure
from dbus_xbms.dbus.errors import BusError, NameTaken, NoBus
from dbus_xbms.report import Report

log = logging.getLogger(__name__)

LONGEST_REST = 10.0  # s until a report is made anew even if it stands; supervision counts on it
SOONEST = 0.05  # s until a report is made anew: the rest of a phase may be less than a clock's tick


class Shown(Protocol):
    """Where a pack is shown: :class:`dbus_xbms.venus.battery.BatteryPresence`, as far as it is used here."""

    def update(self, report: Report, now: float) -> bool:
        """Show the report if that takes no waiting."""
        ...

    async def show(self, report: Report, now: float) -> None:
        """Show the report; ``now`` is monotonic seconds."""
        ...

    async def leave(self) -> None:
        """Show nothing any more."""
        ...


class Publisher:
    """Shows what ``reported`` makes of the moment, which also says for how many s that stands."""

    def __init__(
        self, address: str, presence: Shown, reported: Callable[[float], tuple[Report, float]]
    ) -> None:
        self.told_at = _now()  # s: when the bus was last told what is true
        self._address = address
        self._presence = presence
        self._reported = reported
        self.trouble: Failure | None = None  # why the pack is not on the bus, as it was last found
        self._news = asyncio.Event()  # something to show
        self._due = _now()  # s: when to look anew even without news
        self._awake_at = _now()  # s: when :meth:`run` does

    def soon(self) -> None:
        """Something has changed."""
        self._news.set()

    def at_once(self) -> None:
        """Show in this very moment; what takes waiting is left to :meth:`run`."""
        now = _now()
        told = self._presence.update(self._report(now), now)
        if told:
            self.told_at = now
        if not told or self._due < self._awake_at:
            self._news.set()

    async def run(self) -> None:
        """Show until cancelled; then leave the bus."""
        try:
            while True:
                self._news.clear()
                now = _now()
                await self._show(self._report(now), now)
                self.told_at = now
                await self._rest()
        finally:
            await self._presence.leave()

    def _report(self, now: float) -> Report:
        report, lasts = self._reported(now)
        self._due = now + max(min(lasts, LONGEST_REST), SOONEST)
        return report

    async def _show(self, report: Report, now: float) -> None:
        try:
            await self._presence.show(report, now)
            self.trouble = None
        except BusError as err:
            state = ContactState.NAME_TAKEN if isinstance(err, NameTaken) else ContactState.UNPUBLISHED
            trouble = Failure(state, str(err))
            # Without a bus the program ends, and says so.
            known = trouble == self.trouble or isinstance(err, NoBus)
            log.log(logging.DEBUG if known else logging.WARNING, "%s: %s", self._address, err)
            self.trouble = trouble

    async def _rest(self) -> None:
        """Wait for news, or until the newest report, whoever made it, is to be made anew."""
        while _now() < self._due:
            self._awake_at = self._due
            try:
                async with asyncio.timeout_at(self._due):
                    await self._news.wait()
                    return
            except TimeoutError:
                continue


def _now() -> float:
    return asyncio.get_running_loop().time()
