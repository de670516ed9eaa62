"""Requests to the radio: to connect to a pack, and to scan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from dbus_xbms.ble.pairing_state import PairingState
from dbus_xbms.protocols import LinkError

if TYPE_CHECKING:
    from dbus_xbms.ble.adapter import Adapter


SHORTEST_SCAN = 0.05  # s; a shorter scan is not worth starting


@dataclass(eq=False, slots=True)
class ConnectRequest:
    """A link's request for a connection to a pack."""

    address: str
    adapter: str  # address of the adapter to use, "" for any
    on_state: Callable[[str], None]  # called with a short phrase about the progress
    on_rssi: Callable[[int], None]  # called with the RSSI of an advertisement in dBm
    on_lost: Callable[[str], None]  # called with the reason when the adapter of an open link is gone
    pairing: PairingState
    failures: int = 0  # consecutive
    expected: bool = False  # to answer: this program ended the last connection
    held_until: float = -inf  # s: values of the pack are valid until then without another sample
    took: float = 1.0  # s that the radio link took to be up, the last time
    slot: Adapter | None = None  # the adapter that it uses, or waits for
    linked: bool = False  # the radio link is up, which takes a slot
    device: BLEDevice | None = None  # to which it last connected


class AdapterDevice(NamedTuple):
    """A device as known to one adapter."""

    adapter: Adapter
    device: BLEDevice


class Sighting(NamedTuple):
    """An advertisement of a pack, and the adapter that received it."""

    adapter: Adapter
    device: BLEDevice
    advertisement: AdvertisementData


@dataclass(eq=False, slots=True)
class ScanRequest:
    """A search for advertisements."""

    address: str | None  # None: any
    time_left: float  # s of scanning left
    immediate: bool  # does not wait for the end of the pause between scans
    started_at: float = 0.0  # s
    seen: dict[str, Sighting] = field(default_factory=dict)  # by address
    error: LinkError | None = None  # why scanning is not possible

    @property
    def finished(self) -> bool:
        """Whether the search has run out of time or failed."""
        return self.time_left < SHORTEST_SCAN or self.error is not None
