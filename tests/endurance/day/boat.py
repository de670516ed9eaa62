"""The whole service for a day: real packs' tasks, bank and services, on a simulated plant, radio and bus."""

from __future__ import annotations

import asyncio

import pytest

from dbus_xbms.bank.bank import Bank
from dbus_xbms.pack.monitor import PackMonitor
from dbus_xbms.report import Lend
from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from dbus_xbms.simulator.jbd_device import JbdDevice
from dbus_xbms.venus import services
from dbus_xbms.venus.bank import BankService
from dbus_xbms.venus.battery import BatteryService
from dbus_xbms.venus.tables.control import CVL
from tests.air.bank_boat import Boat
from tests.air.fakes import ADDRESSES
from tests.air.virtual_time import now
from tests.endurance.day.bus import DayBus
from tests.endurance.day.plan import Fault, Kind
from tests.endurance.day.plant import Limits, Plant, TellingBoard

HIGH_CUTOFF, LOW_CUTOFF = 3.6, 2.6  # V, of LiFePO4
OWNER: dict[str, float] = {
    "Control": 1,  # has no effect while the pack is in the bank
    "MaxChargeCurrent": 30.0,
    "MaxDischargeCurrent": 50.0,
    "HoldTime": 60.0,
    "RestInterval": 10.0,
    "AbsorptionTime": 300.0,
    "MaxAbsorptionTime": 900.0,
    "BalancingTime": 1200.0,
    "AllowLending": 1,
}
CAPACITIES = (120.0, 100.0, 80.0)  # Ah
SOC = 84.0  # %, at the start
CHARGE_COLD, DISCHARGE_COLD = 1 << 5, 1 << 7  # protections of the BMS


class DayBoat(Boat):
    """Packs in parallel and their bank; :meth:`strike` injects a fault."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, packs: int = 2) -> None:
        self.addresses = ADDRESSES[:packs]
        super().__init__(monkeypatch, *self.addresses, **OWNER)
        self.day = DayBus()
        self.boards: dict[str, TellingBoard] = {}
        for number, address in enumerate(self.addresses, 1):
            spec = BatterySpec(cells=4, capacity=CAPACITIES[number - 1], soc=SOC, load="rest", spread=0.002)
            battery = self.batteries[address] = Battery(spec, number)
            board = self.boards[address] = TellingBoard(battery, HIGH_CUTOFF, LOW_CUTOFF)
            wire, loop = WireSpec(mtu=247), asyncio.get_running_loop()
            self.radios[address].device = JbdDevice(address, board, wire, loop, number)
        self.plant = Plant(list(self.batteries.values()), now(), self.limits)
        self.struck = dict.fromkeys(self.addresses, -1e9)  # s, until when a fault lasts
        self.lent_until = dict.fromkeys(self.addresses, -1e9)  # s
        self.bank(Enabled=1)
        monkeypatch.setattr(services, "ItemService", self.day.service)

    def limits(self) -> Limits:
        """Return the limits that Venus passes on: of the service that has a CVL."""
        for shown in self.day.services.values():
            if shown.get(CVL) is not None:
                ccl, dcl = shown["/Info/MaxChargeCurrent"], shown["/Info/MaxDischargeCurrent"]
                return Limits(*(float(one) if one is not None else None for one in (shown[CVL], ccl, dcl)))
        return Limits()

    def monitor(self, address: str) -> PackMonitor | None:
        """Return the running monitor of a pack."""
        return self.app._packs.monitor(address)

    def strike(self, fault: Fault) -> None:
        """Begin a fault; it ends by itself."""
        for number in fault.packs:
            address = self.addresses[number]
            self.struck[address] = max(self.struck[address], now() + fault.lasts)
            self._strike(address, fault)

    def _strike(self, address: str, fault: Fault) -> None:
        radio, battery = self.radios[address], self.batteries[address]
        later = asyncio.get_running_loop().call_later
        match fault.kind:
            case Kind.DROP:
                if radio.client:
                    radio.drop()
            case Kind.BRIEF | Kind.SILENT | Kind.STOPPED:
                assert radio.device
                lost = FrameFault(kind=FaultKind.LOSE, count=None, until=now() + fault.lasts)
                radio.device.faults.active.append(lost)
            case Kind.GONE:
                radio.go_out_of_range()
                later(fault.lasts, radio.come_into_range)
            case Kind.LENT | Kind.LENT_LONG:
                self._lend(address, fault.lasts)
            case Kind.NO_CHARGE | Kind.NO_DISCHARGE:
                cold = CHARGE_COLD if fault.kind is Kind.NO_CHARGE else DISCHARGE_COLD
                battery.overrides.protection = cold
                later(fault.lasts, setattr, battery.overrides, "protection", 0)
            case Kind.HIGH_CELL | Kind.LOW_CELL:
                battery.overrides.cells[2] = 3.62 if fault.kind is Kind.HIGH_CELL else 2.55
                later(fault.lasts, battery.overrides.cells.clear)

    def _lend(self, address: str, lasts: float) -> None:
        monitor, minutes = self.monitor(address), round(lasts / 60)
        if monitor and monitor.request(Lend(minutes), "the GX"):
            self.lent_until[address] = self.struck[address] = now() + 60.0 * minutes

    def _pack_service(self, address: str, controls: PackMonitor) -> BatteryService:  # type: ignore[override]
        return BatteryService(address, controls)

    def _bank_service(self, number: int, bank: Bank) -> BankService:  # type: ignore[override]
        return BankService(number, bank)
