"""What the services of a boat show, for the stand-in: values of the real tables, by path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dbus_xbms.report import BankReport, Report
from dbus_xbms.settings import PackSettings, bank_id, device_id
from dbus_xbms.settings.paths import pack_path
from dbus_xbms.venus.tables import bank as bank_table
from dbus_xbms.venus.tables import battery as battery_table

Value = float | str
PREFIX = "com.victronenergy."


@dataclass(frozen=True, slots=True)
class Service:
    """A service on the bus: its name, its device instance, and the values that are valid, by path."""

    name: str
    instance: int
    values: Mapping[str, Value]

    def uid(self, backend: str) -> str:
        """Return the address in gui-v2: on the touch screen (``dbus``) or in a browser (``mqtt``)."""
        kind = self.name.removeprefix(PREFIX).partition(".")[0]
        return f"mqtt/{kind}/{self.instance}" if backend == "mqtt" else f"dbus/{self.name}"

    def dump(self, backend: str) -> dict[str, Value]:
        """Return the values by uid."""
        return {f"{self.uid(backend)}{path}": value for path, value in self.values.items()}


def battery(report: Report) -> Service:
    """Return the battery service of a pack."""
    items = battery_table.devices(report)[battery_table.BATTERY]
    values = {item.path: item.value(report) for item in items}
    return _service(f"{battery_table.BATTERY}.{device_id(report.address)}", report.instance, values)


def bank(report: BankReport) -> Service:
    """Return the battery service of a bank."""
    items = bank_table.devices(report)[battery_table.BATTERY]
    values = {item.path: item.value(report) for item in items}
    return _service(f"{battery_table.BATTERY}.{bank_id(report.number)}", report.instance, values)


def settings(values: Mapping[str, Value]) -> Service:
    """Return localsettings with values by path: ``/Settings/Devices/xbms_a4c137000001/Enabled``."""
    return _service(f"{PREFIX}settings", 0, values)


def pack_settings(address: str, stored: PackSettings) -> dict[str, Value]:
    """Return every setting of a pack by its path in localsettings."""
    return {pack_path(address, name): value for name, value in stored.items()}


def program(values: Mapping[str, Value | None]) -> Service:
    """Return the service of the program itself, with values by path."""
    return _service(f"{PREFIX}xbms", 0, values)


def _service(name: str, instance: int | None, values: Mapping[str, Value | None]) -> Service:
    return Service(name, instance or 0, {path: value for path, value in values.items() if value is not None})
