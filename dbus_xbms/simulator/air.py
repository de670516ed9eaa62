"""Simulated radio between packs and adapters: which pack advertises, and what is connected to it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dbus_xbms.simulator.device import Device
from dbus_xbms.simulator.modules import Module

PHONE = "phone"  # holder of a pack that a phone is connected to


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioSpec:
    """Radio properties of a pack's Bluetooth module."""

    name: str = "xiaoxiang BMS"
    layout: str = "ff00"  # or fff0, ff06: service and characteristics of a JBD
    write: str = "command"  # or request, both: the write types that a JBD accepts
    rssi: int = -60  # dBm
    present: bool = True  # in range from the start


@dataclass(slots=True, kw_only=True)
class RadioCounters:
    """Link events of a pack since the start."""

    connections: int = 0
    disconnections: int = 0
    failed: int = 0  # attempts to connect that failed


@dataclass(slots=True, kw_only=True)
class ConnectFault:
    """The next ``count`` attempts to connect fail."""

    count: int = 0
    error: str = "le-connection-abort-by-local"  # as BlueZ reports 0x3e, failed to be established


@dataclass(slots=True, kw_only=True)
class SocketFault:
    """Faults of notifications over a socket; they outlive the link."""

    refused: bool = False  # AcquireNotify fails
    loss: float = 0.0  # probability that a notification does not reach the socket


class Peripheral:
    """A pack with its radio. It accepts one connection at a time, and advertises only while it has none."""

    def __init__(
        self, device: Device, radio: RadioSpec, module: Module, changed: Callable[[Peripheral], None]
    ) -> None:
        self.device = device
        self.radio = radio
        self.module = module
        self.rssi = radio.rssi
        self.present = radio.present
        self.holder: str | None = None  # what is connected: an adapter's address, or PHONE
        self.deaf = False  # the radio link is lost, but neither side knows yet
        self.connect_fault = ConnectFault()
        self.socket_fault = SocketFault()
        self.counters = RadioCounters()
        self._changed = changed
        self._on_drop: Callable[[], None] = lambda: None

    @property
    def address(self) -> str:
        """Bluetooth address."""
        return self.device.address

    @property
    def advertising(self) -> bool:
        """Whether a scan finds it and a connection can be made."""
        return self.present and self.holder is None

    def connect(self, holder: str, notify: Callable[[bytes], None], on_drop: Callable[[], None]) -> None:
        """Connect; ``on_drop`` is called if the link ends from the pack's side."""
        self.holder, self.deaf, self._on_drop = holder, False, on_drop
        self.counters.connections += 1
        self.device.connect(lambda chunk: None if self.deaf else notify(chunk))

    def release(self) -> None:
        """End the link from the central's side."""
        if self.holder not in (None, PHONE):
            self.counters.disconnections += 1
            self.device.disconnect()
            self.holder, self.deaf = None, False
            self._changed(self)

    def write(self, encoded: bytes) -> None:
        """Pass on what the central writes."""
        if not self.deaf:
            self.device.write(encoded)

    def drop(self) -> None:
        """End the link from the pack's side."""
        on_drop = self._on_drop
        if self.holder not in (None, PHONE):
            self.release()
            on_drop()

    def appear(self, present: bool) -> None:
        """Move into or out of range; a pack that leaves loses its link."""
        self.present = present
        if not present:
            self.drop()
        self._changed(self)

    def grab(self, by_phone: bool) -> None:
        """Connect a phone, or disconnect it."""
        if by_phone:
            self.drop()
            self.holder = PHONE
        elif self.holder == PHONE:
            self.holder = None
        self._changed(self)


@dataclass(slots=True)
class Air:
    """All packs, and the functions to call when one of them changes."""

    peripherals: dict[str, Peripheral] = field(default_factory=dict)
    listeners: list[Callable[[Peripheral], None]] = field(default_factory=list)

    def add(self, device: Device, radio: RadioSpec, module: Module) -> Peripheral:
        """Add a pack."""
        peripheral = Peripheral(device, radio, module, self._notify)
        self.peripherals[device.address] = peripheral
        return peripheral

    def _notify(self, peripheral: Peripheral) -> None:
        for listener in self.listeners:
            listener(peripheral)
