"""The services of a pack on the bus: its battery, and a separate switch device if wanted."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from dbus_xbms.report import Report
from dbus_xbms.settings import device_id
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.services import Controls, Services
from dbus_xbms.venus.tables.battery import devices
from dbus_xbms.venus.tables.pane import permitted


class BatteryService(Services[Report]):
    """The services of one pack: its battery, and a separate switch device if wanted."""

    def __init__(self, address: str, controls: Controls[Report]) -> None:
        super().__init__(device_id(address), controls)

    @staticmethod
    def devices(report: Report) -> Mapping[str, Sequence[Item[Report]]]:
        """Return the rows of each service, by its class."""
        return devices(report)

    @staticmethod
    def made_for(report: Report) -> Hashable:
        """Return what the services depend on; if it changes, they are replaced."""
        identity = report.identity
        return (
            report.instance,
            report.switch_instance,
            identity.cell_count,
            identity.ntc_count,
            report.controls,
            bool(report.bank),
            permitted(report),
        )

    @staticmethod
    def is_known(report: Report) -> bool:
        """Return whether the pack was read, and is not about to be stopped: disabled a moment ago.

        One that refuses the login is shown without values: its owner looks for the reason on the GX.
        """
        known = report.identity.cell_count or report.refuses_login
        return bool(known and report.settings.enabled)
