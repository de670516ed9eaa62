"""A simulated Bluetooth adapter: power, discovery, and the devices it knows."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import Any

from dbus_fast import Message, Variant

from dbus_xbms.dbus import Method, Node
from dbus_xbms.simulator.air import Air, Peripheral
from dbus_xbms.simulator.bluez_agent import Agents
from dbus_xbms.simulator.bluez_device import AdapterCounters, Host, RemoteDevice
from dbus_xbms.simulator.bluez_names import ADAPTER, Timing, error, in_progress, not_ready, uuid
from dbus_xbms.simulator.crowd import Crowd
from dbus_xbms.simulator.objects import ObjectTree

FIRST_ADVERTISEMENT = (0.02, 0.4)  # s after the start of a discovery


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterSpec:
    """Name and address of an adapter."""

    name: str = "hci0"
    address: str = "00:1A:7D:DA:71:01"


class Adapter:
    """One adapter; the object stays the same when the daemon restarts or the adapter is unplugged."""

    def __init__(
        self,
        spec: AdapterSpec,
        tree: ObjectTree,
        agents: Agents,
        air: Air,
        timing: Timing,
        seed: int,
        *,
        old: bool,
    ) -> None:
        self.name = spec.name
        self.address = spec.address
        self.powered = True
        self.counters = AdapterCounters()
        self.devices: dict[str, RemoteDevice] = {}
        self.busy_until = 0.0  # s, loop time until which StartDiscovery is refused with InProgress
        self.crowd = Crowd(tree, seed)
        self._tree = tree
        self._agents = agents
        self._air = air
        self._timing = timing
        self._old = old  # BlueZ before 5.84
        self._random = random.Random(seed)
        self._filters: dict[str, dict[str, Any]] = {}  # by client
        self._scanners: set[str] = set()  # clients with a discovery under way
        self._since = 0.0  # s, loop time at which the discovery began
        self._timers: dict[str, asyncio.TimerHandle] = {}

    @property
    def path(self) -> str:
        """Object path; it changes with the name."""
        return f"/org/bluez/{self.name}"

    @property
    def discovering(self) -> bool:
        """Whether any client scans."""
        return bool(self._scanners)

    @property
    def discovery_seconds(self) -> float:
        """Time spent discovering, up to now."""
        running = self._loop.time() - self._since if self.discovering else 0.0
        return self.counters.discovery_seconds + running

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def plug(self) -> None:
        """Add the adapter and its known devices to the bus."""
        known = [device for device in self.devices.values() if not device.temporary]
        self._tree.add(self.path, self._node())
        host = self._host()
        self.devices = {old.peripheral.address: old.recreated(host) for old in known}

    def unplug(self) -> None:
        """End all links and remove the adapter from the bus."""
        self._stop_discovery()
        self._filters = {}
        for device in self.devices.values():
            device.unlink()
        for device in self.devices.values():
            device.forget_gatt()
        self._tree.remove(self.path)

    def power(self, on: bool) -> None:
        """Switch the radio on or off."""
        if on != self.powered:
            self.powered = on
            if not on:
                self._stop_discovery()
                for device in self.devices.values():
                    device.unlink()
            state = Variant("s", "on" if on else "off")
            self._tree.change(self.path, ADAPTER, {"Powered": Variant("b", on), "PowerState": state})

    def changed(self, peripheral: Peripheral) -> None:
        """Update the devices after a pack appeared, vanished or was disconnected."""
        device = self.devices.get(peripheral.address)
        if peripheral.advertising and device is not None:
            device.available()
        if peripheral.advertising and self.discovering:
            self._later(
                f"report {peripheral.address}", self._random.uniform(*FIRST_ADVERTISEMENT), self._report
            )

    def client_gone(self, client: str) -> None:
        """End the discovery and the notify sessions of a client that has left the bus."""
        self._filters.pop(client, None)
        if client in self._scanners:
            self._end_scan(client)
        for device in self.devices.values():
            device.client_gone(client)

    def _host(self) -> Host:
        return Host(
            tree=self._tree,
            agents=self._agents,
            path=self.path,
            address=self.address,
            timing=self._timing,
            counters=self.counters,
            powered=lambda: self.powered,
            old=self._old,
        )

    def _node(self) -> Node:
        text = {"Address": self.address, "AddressType": "public", "Name": "simulated", "Alias": "simulated"}
        flags = {"Powered": self.powered, "Discoverable": False, "Pairable": False, "Discovering": False}
        properties = {
            **{name: Variant("s", value) for name, value in text.items()},
            **{name: Variant("b", value) for name, value in flags.items()},
            "PowerState": Variant("s", "on" if self.powered else "off"),
            "Class": Variant("u", 0),
            "UUIDs": Variant("as", []),
            "Roles": Variant("as", ["central", "peripheral"]),
        }
        return Node(
            properties={ADAPTER: properties},
            methods={
                (ADAPTER, "SetDiscoveryFilter"): Method(takes="a{sv}", run=self._set_filter),
                (ADAPTER, "GetDiscoveryFilters"): Method(gives="as", run=lambda _: [list(FILTERS)]),
                (ADAPTER, "StartDiscovery"): Method(run=self._start_discovery),
                (ADAPTER, "StopDiscovery"): Method(run=self._stop_discovery_of),
                (ADAPTER, "RemoveDevice"): Method(takes="o", run=self._remove_device),
            },
            setters={(ADAPTER, "Powered"): self.power},
        )

    def _later(self, name: str, delay: float, callback: Any) -> None:
        if (timer := self._timers.pop(name, None)) is not None:
            timer.cancel()
        self._timers[name] = self._loop.call_later(delay, callback)

    def _set_filter(self, call: Message) -> None:
        if not self.powered:
            raise not_ready()
        self._filters[call.sender or ""] = {name: value.value for name, value in call.body[0].items()}

    def _start_discovery(self, call: Message) -> None:
        if not self.powered:
            raise not_ready()
        sender = call.sender or ""
        if sender in self._scanners or self._loop.time() < self.busy_until:
            raise in_progress()
        if not self.discovering:
            self.counters.discoveries += 1
            self._since = self._loop.time()
            self._later("report", self._random.uniform(*FIRST_ADVERTISEMENT), self._report_again)
            self.crowd.begin(self.path)
        self._scanners.add(sender)
        self._tree.change(self.path, ADAPTER, {"Discovering": Variant("b", True)})

    def _stop_discovery_of(self, call: Message) -> None:
        if not self.powered:
            raise not_ready()
        if call.sender not in self._scanners:
            raise error("Failed", "No discovery started")
        self._end_scan(call.sender)

    def _end_scan(self, sender: str) -> None:
        if self._scanners == {sender}:
            self._stop_discovery()
        self._scanners.discard(sender)

    def _stop_discovery(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers = {}
        self.crowd.end()
        if self.discovering:
            self.counters.discovery_seconds = self.discovery_seconds
            self._scanners = set()
            for device in self.devices.values():
                device.unseen()
            self._tree.change(self.path, ADAPTER, {"Discovering": Variant("b", False)})
            self._expire()

    def _report_again(self) -> None:
        self._report()
        self._later("report", self._timing.advertise, self._report_again)

    def _report(self) -> None:
        """Report every pack that is advertising."""
        now = self._loop.time()
        for address, peripheral in self._air.peripherals.items():
            if peripheral.advertising and self._matches(peripheral):
                if address not in self.devices:
                    self.devices[address] = RemoteDevice(self._host(), peripheral)
                self.devices[address].seen(peripheral.rssi + self._random.randint(-2, 2), now)
        self._expire()

    def _matches(self, peripheral: Peripheral) -> bool:
        service = uuid(peripheral.module.advertised)
        return any(
            not filters.get("UUIDs") or service in filters["UUIDs"]
            for filters in (self._filters.get(sender, {}) for sender in self._scanners)
        )

    def _expire(self) -> None:
        """Forget devices that never connected and no longer advertise; repeat when the next one is due."""
        due, now = [], self._loop.time()
        for address, device in list(self.devices.items()):
            left = device.last_seen + self._timing.forget - now
            if device.temporary and device.idle and left <= 0:
                del self.devices[address]
                device.remove()
            elif device.temporary and device.idle:
                due.append(left)
        if due:
            self._later("expire", min(due) + 0.01, self._expire)

    def _remove_device(self, call: Message) -> None:
        for address, device in list(self.devices.items()):
            if device.path == call.body[0]:
                del self.devices[address]
                device.remove()
                return
        raise error("DoesNotExist", "Does Not Exist")


FILTERS = ("UUIDs", "RSSI", "Pathloss", "Transport", "DuplicateData", "Discoverable", "Pattern")
