"""What a link asks of the air, and who is listening for what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from dbus_xbms.ble.pairing_state import PairingState
from dbus_xbms.protocols import LinkError

if TYPE_CHECKING:
    from dbus_xbms.ble.adapter import Adapter


SHORTEST_SCAN = 0.05  # s; less than that is not worth starting the radio for


@dataclass(eq=False, slots=True)
class ConnectRequest:
    """A pack that its link wants to reach, and how that went so far."""

    address: str
    adapter: str  # address of the adapter to use, "" for any
    on_state: Callable[[str], None]  # takes a short phrase on how it goes
    on_rssi: Callable[[int], None]  # takes the RSSI of an advertisement
    on_lost: Callable[[str], None]  # the adapter under an open link is gone
    pairing: PairingState
    failures: int = 0  # in a row
    slot: Adapter | None = None  # where it holds a slot


class AdapterDevice(NamedTuple):
    """A pack as one adapter knows it."""

    adapter: Adapter
    device: BLEDevice


class Sighting(NamedTuple):
    """An advertisement of a pack, and the adapter that received it."""

    adapter: Adapter
    device: BLEDevice
    advertisement: AdvertisementData


@dataclass(eq=False, slots=True)
class ScanRequest:
    """Somebody listens for advertisements."""

    address: str | None  # None: everybody's
    time_left: float  # s of listening left
    immediate: bool  # does not wait for the radio's rest to end
    started_at: float = 0.0
    seen: dict[str, Sighting] = field(default_factory=dict)
    error: LinkError | None = None  # listening is not possible

    @property
    def finished(self) -> bool:
        """Nothing more will be heard."""
        return self.time_left < SHORTEST_SCAN or self.error is not None
