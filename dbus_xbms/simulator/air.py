"""The air between simulated packs and simulated adapters: who advertises, who holds whom. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dbus_xbms.simulator.device import Device

PHONE = "phone"  # a holder that is no adapter of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioSpec:
    """What a pack's Bluetooth module shows."""

    name: str = "xiaoxiang BMS"
    layout: str = "ff00"  # or fff0, ff06: the family of service and characteristics
    write: str = "command"  # or request, both: the write types it takes
    rssi: int = -60  # dBm
    present: bool = True  # in the air from the start


@dataclass(slots=True, kw_only=True)
class RadioCounters:
    """What happened to a pack's link since the start."""

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
    """What is wrong with notifications over a socket, whatever link they come by."""

    refused: bool = False  # AcquireNotify fails
    loses: float = 0.0  # probability that a notification does not reach the socket


class Peripheral:
    """A pack in the air; one central at a time, and it advertises only while nobody holds it."""

    def __init__(self, device: Device, radio: RadioSpec, changed: Callable[[Peripheral], None]) -> None:
        self.device = device
        self.radio = radio
        self.rssi = radio.rssi
        self.present = radio.present
        self.holder: str | None = None  # who is connected: an adapter's address, or PHONE
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
        """Whether a scanner hears it and a connection can be made."""
        return self.present and self.holder is None

    @property
    def manufacturer(self) -> tuple[int, bytes]:
        """Manufacturer data as most modules send it: no company, just the address reversed."""
        reverse = bytes.fromhex(self.address.replace(":", ""))[::-1]
        return int.from_bytes(reverse[:2], "little"), reverse[2:]

    def take(self, holder: str, notify: Callable[[bytes], None], on_drop: Callable[[], None]) -> None:
        """Connect; ``on_drop`` is called if the link ends from the pack's side."""
        self.holder, self.deaf, self._on_drop = holder, False, on_drop
        self.counters.connections += 1
        self.device.connect(lambda chunk: None if self.deaf else notify(chunk))

    def release(self) -> None:
        """The central ends the link."""
        if self.holder not in (None, PHONE):
            self.counters.disconnections += 1
            self.device.disconnect()
            self.holder, self.deaf = None, False
            self._changed(self)

    def write(self, encoded: bytes) -> None:
        """Carry what the central writes."""
        if not self.deaf:
            self.device.write(encoded)

    def drop(self) -> None:
        """End the link from the pack's side."""
        on_drop = self._on_drop
        if self.holder not in (None, PHONE):
            self.release()
            on_drop()

    def appear(self, present: bool) -> None:
        """Enter or leave the air; a pack that leaves takes its link along."""
        self.present = present
        if not present:
            self.drop()
        self._changed(self)

    def grab(self, by_phone: bool) -> None:
        """A phone takes the link, or lets go of it."""
        if by_phone:
            self.drop()
            self.holder = PHONE
        elif self.holder == PHONE:
            self.holder = None
        self._changed(self)


@dataclass(slots=True)
class Air:
    """All packs in reach, and who wants to know when one of them changes."""

    peripherals: dict[str, Peripheral] = field(default_factory=dict)
    listeners: list[Callable[[Peripheral], None]] = field(default_factory=list)

    def add(self, device: Device, radio: RadioSpec) -> Peripheral:
        """Put a pack into the air."""
        peripheral = Peripheral(device, radio, self._tell)
        self.peripherals[device.address] = peripheral
        return peripheral

    def _tell(self, peripheral: Peripheral) -> None:
        for listener in self.listeners:
            listener(peripheral)
