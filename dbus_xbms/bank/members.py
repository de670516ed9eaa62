"""The packs of one bank, string after string, whether their tasks run or not."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor

from dbus_xbms.model import Mosfet, Phase
from dbus_xbms.pack.monitor import PackMonitor
from dbus_xbms.pack.packs import Packs
from dbus_xbms.policy import poll_rate
from dbus_xbms.policy.bank.records import Membership, MemberView
from dbus_xbms.policy.freshness import PER_POLL
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings
from dbus_xbms.settings.persisted import extremes_of, identity_of

NOT_ENABLED = PackSettings().frozen  # the settings of a pack that is not enabled: the defaults


class Members:
    """The packs of one bank."""

    def __init__(self, packs: Packs) -> None:
        self.addresses: tuple[str, ...] = ()  # string after string
        self._packs = packs

    def views(self) -> tuple[MemberView, ...]:
        """Return each pack as its own task last decided about it."""
        return tuple(
            monitor.view if (monitor := self._packs.monitor(address)) else self._without_task(address)
            for address in self.addresses
        )

    def _without_task(self, address: str) -> MemberView:
        settings = self._packs.settings.get(address, NOT_ENABLED)
        return MemberView(
            address=address,
            name=settings.custom_name or address,
            settings=settings.frozen,
            identity=identity_of(settings),
            decision=None,
            extremes=extremes_of(settings),
        )

    def reports(self) -> tuple[Report | None, ...]:
        """Return the newest report of each pack."""
        return tuple(monitor.latest if monitor else None for monitor in self.monitors())

    def monitors(self) -> tuple[PackMonitor | None, ...]:
        """Return the monitor of each pack; ``None`` if its task does not run."""
        return tuple(map(self._packs.monitor, self.addresses))

    @property
    def settings(self) -> tuple[PackSettings, ...]:
        """The settings of each pack; the defaults for one that is not enabled."""
        return tuple(self._packs.settings.get(address, NOT_ENABLED) for address in self.addresses)

    @property
    def turning_on(self) -> frozenset[str]:
        """Addresses of packs with a MOSFET that is being switched on."""
        return frozenset(
            report.address
            for report in self.reports()
            if report and any(report.switching.requested.of(mosfet) for mosfet in Mosfet)
        )

    def inform(self, memberships: Mapping[str, Membership]) -> None:
        """Tell each pack what the bank has decided."""
        for monitor in self.monitors():
            if monitor and (membership := memberships.get(monitor.address)):
                monitor.role.set_membership(membership)

    def polled(self, now: float) -> list[PackMonitor]:
        """Return the packs whose last polls were good and that are being polled at ``now``, in s."""
        return [monitor for monitor in self.monitors() if monitor and _is_polled(monitor, now)]


def _is_polled(monitor: PackMonitor, now: float) -> bool:
    """Return whether a poll has become due since the newest report of a pack."""
    settings, report = monitor.settings, monitor.latest
    if report is None or report.decision.phase is not Phase.FRESH or settings.connection_mode == PER_POLL:
        return False
    interval = poll_rate.interval(settings, resting=report.decision.resting)
    return floor(now / interval) > floor(monitor.latest_at / interval)
