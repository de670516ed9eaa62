"""What is published of one pack. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dbus_xbms.model import (
    Counters,
    Extremes,
    History,
    Level,
    Limits,
    LinkStatus,
    LowestHighest,
    PackIdentity,
    PackSample,
    Phase,
    Switching,
)
from dbus_xbms.settings import PackSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that the bus shows of one pack at one moment."""

    address: str  # AA:BB:CC:DD:EE:FF
    instance: int  # Venus device instance
    custom_name: str = ""
    product: str = ""  # name of the product, by its family
    switchable: bool = True  # the BMS can be switched
    insecure: bool = True  # /Mgmt/InsecureConnection
    identity: PackIdentity = field(default_factory=PackIdentity)
    doubt: str = ""  # why readings, or the BMS itself, are not believed, in words
    phase: Phase = Phase.WAITING
    sample: PackSample | None = None  # None unless phase is FRESH or HELD
    cell_temperatures: tuple[float, ...] = ()  # °C, sane sensors in the cell role only
    mosfet_temperature: float | None = None  # °C, the sensor in the MOSFET role if sane
    extreme_cells: LowestHighest | None = None
    extreme_sensors: LowestHighest | None = None  # of the cell sensors
    counters: Counters | None = None
    alarms: Mapping[str, Level] = field(default_factory=dict)  # "/Alarms/..." -> level
    link: LinkStatus = field(default_factory=LinkStatus)
    age: float | None = None  # s, of the newest good sample, shown or not
    extremes: Extremes = field(default_factory=Extremes)
    controls: bool = False  # this pack's limits control chargers and inverters
    no_control: str = ""  # why they do not
    shared: bool = False  # chargers are given this pack's voltage and current for their own
    limits: Limits | None = None  # None: the pack only watches, or was never heard, or is withdrawn
    soc: float | None = None  # %, with decimals where they can be trusted
    consumed: float | None = None  # Ah, zero or negative
    time_to_go: int | None = None  # s, while discharging
    history: History = field(default_factory=History)
    switching: Switching = field(default_factory=Switching)
    switch_instance: int | None = None  # of the switch device beside the battery; None: there is none
    settings: PackSettings = field(default_factory=PackSettings)  # the owner's
