"""A whole simulation: packs in the air, BlueZ, localsettings, and their true state."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dbus_xbms.dbus import venus_bus
from dbus_xbms.settings_store.service import LocalSettings
from dbus_xbms.simulator.air import Air, Peripheral
from dbus_xbms.simulator.bank import Bank
from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.bluez import BlueZ
from dbus_xbms.simulator.bluez_adapter import Adapter
from dbus_xbms.simulator.board import BatteryBoard, Board, recordings
from dbus_xbms.simulator.device import Clock, Device
from dbus_xbms.simulator.jbd_device import JbdDevice
from dbus_xbms.simulator.makes.device import OtherDevice
from dbus_xbms.simulator.makes.table import MAKES
from dbus_xbms.simulator.modules import Module, jbd_module
from dbus_xbms.simulator.scenario import PackSpec, Scenario


def make_board(spec: PackSpec, seed: int) -> Board:
    """Return the BMS of a pack."""
    if spec.replay:
        return recordings()[spec.replay]
    return BatteryBoard(Battery(spec.battery, seed), spec.board)


def make_device(spec: PackSpec, clock: Clock, seed: int = 1) -> Device:
    """Return a pack as its radio exposes it; ``clock`` is for instance an event loop."""
    if (make := MAKES.get(spec.make)) is not None:
        return OtherDevice(spec.address, Battery(spec.battery, seed), make, spec.wire, clock, seed)
    return JbdDevice(spec.address, make_board(spec, seed), spec.wire, clock, seed)


def make_module(spec: PackSpec) -> Module:
    """Return the module of a pack."""
    if (make := MAKES.get(spec.make)) is not None:
        return Module(services=make.services, manufacturer=make.manufacturer(spec.address))
    return jbd_module(spec.address, spec.radio.layout, spec.radio.write)


class World:
    """One simulation."""

    def __init__(
        self, scenario: Scenario, *, bluez: bool, settings: bool, settings_file: Path | None = None
    ) -> None:
        loop = asyncio.get_running_loop()
        self.air = Air()
        for number, pack in enumerate(scenario.packs):
            self.air.add(make_device(pack, loop, scenario.seed + number), pack.radio, make_module(pack))
        self.banks = [
            Bank(bank, [self._battery(scenario.packs[number - 1]) for number in bank.packs])
            for bank in scenario.banks
        ]
        self.bluez = (
            BlueZ(self.air, scenario.adapters, scenario.timing, scenario.seed, old=scenario.old_bluez)
            if bluez
            else None
        )
        self.settings = LocalSettings(venus_bus(), settings_file) if settings else None

    async def open(self) -> None:
        """Take the names on the buses.

        Raises:
            NameTaken: another program owns one of them.
            BusError: there is no bus.
        """
        if self.settings is not None:
            await self.settings.open()
        if self.bluez is not None:
            await self.bluez.open()

    async def close(self) -> None:
        """Save the settings, and leave the buses, which may be gone."""
        try:
            if self.settings is not None:
                await self.settings.close()
        finally:
            if self.bluez is not None:
                await (self.bluez.close() if self.bluez.tree.server.running else self.bluez.kill())

    def pack(self, address: str) -> Peripheral | None:
        """Return the pack with an address, in upper or lower case."""
        return self.air.peripherals.get(address.upper())

    def _battery(self, spec: PackSpec) -> Battery:
        battery = self.air.peripherals[spec.address].device.battery
        assert battery is not None  # a scenario wires no recording
        return battery

    def bank(self, number: str) -> Bank | None:
        """Return the bank with a number, from 1; the first one for ""."""
        place = int(number or 1) if number.isdecimal() or not number else 0
        return self.banks[place - 1] if 1 <= place <= len(self.banks) else None

    def adapter(self, name: str) -> Adapter | None:
        """Return the adapter with a name or address; the first one for ""."""
        adapters = self.bluez.adapters if self.bluez else []
        return next((a for a in adapters if name in ("", a.name) or name.upper() == a.address), None)

    def truth(self, peripheral: Peripheral) -> dict[str, Any]:
        """Return the true state of a pack and its counters."""
        device = peripheral.device
        links = self.bluez.links(peripheral) if self.bluez else []
        notifying = [link.gatt.notify for link in links if link.gatt]
        return {
            "address": peripheral.address,
            "name": peripheral.radio.name,
            "advertising": peripheral.advertising,
            "holder": peripheral.holder,
            "held": device.held,
            "notify_sessions": sum(characteristic.subscribers for characteristic in notifying),
            "acquired": any(characteristic.acquired for characteristic in notifying),
            "counters": {
                **asdict(peripheral.counters),
                "notifications": device.counters.notifications,
                "garbled": device.counters.garbled,
                "requests": dict(device.counters.requests),
                "faults": dict(device.faults.counts),
            },
            "paired": device.paired,
            "writes": list(device.counters.writes),
            "pack": device.truth(),
        }

    def counters(self) -> dict[str, Any]:
        """Return the counters of each adapter."""
        adapters = self.bluez.adapters if self.bluez else []
        return {
            adapter.name: {
                **asdict(adapter.counters),
                "address": adapter.address,
                "agents": self.bluez.agents.registered if self.bluez else 0,
                "discovering": adapter.discovering,
                "discovery_seconds": adapter.discovery_seconds,
                "connected": sum(device.connected for device in adapter.devices.values()),
            }
            for adapter in adapters
        }
