"""The facts that `dbus-xbms doctor` collects (``None``: unknown), and its findings. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from dbus_xbms.contact import Contact
from dbus_xbms.interference.rules import VenusPrograms
from dbus_xbms.process.machine import GX, LINUX
from dbus_xbms.process.machine import Machine as Kind

Version = tuple[int, ...]


def numbers(version: str) -> Version:
    """Return the numbers of a version for comparison: ``v3.70~12`` is (3, 70)."""
    release = re.match(r"[^0-9]*([0-9.]+)", version)
    return tuple(int(part) for part in release[1].split(".") if part) if release else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The installed program."""

    version: str
    python: str
    packages: Mapping[str, str] = field(default_factory=dict)  # required package -> version, "" if missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """What starts the service when the machine boots."""

    line: bool = False  # the line in /data/rc.local will run
    words: str = ""  # why it will not run
    disabled: bool = False  # the GX has disabled the rc.local with that line
    setup_helper: bool = False  # installed by SetupHelper
    supervised: bool = False  # /service/dbus-xbms exists


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The partition with settings and logs."""

    free: float  # MB
    writable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine as a whole."""

    memory: float  # MB available
    load: float  # runnable processes, mean of 5 min
    cores: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The running service."""

    answers: bool = True
    version: str | None = None
    uptime: float | None = None  # s
    cpu: float | None = None  # % of a core, mean since it was started
    memory: float | None = None  # MB resident
    counts: Mapping[str, int] = field(default_factory=dict)  # packs, links, tasks
    contacts: Mapping[str, Contact] = field(default_factory=dict)  # by address of the pack
    not_shown: Mapping[int, str] = field(default_factory=dict)  # why a bank is not on the bus, by number


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A Bluetooth adapter."""

    hci: str
    address: str
    powered: bool
    driver: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A pack, as BlueZ knows it."""

    hci: str
    connected: bool
    rssi: int | None = None  # dBm, while it is advertising


@dataclass(frozen=True, slots=True, kw_only=True)
class Bluetooth:
    """BlueZ on the bus."""

    running: bool
    hangs: bool = False  # does not answer
    adapters: tuple[Adapter, ...] = ()
    devices: Mapping[str, Device] = field(default_factory=dict)  # by the address of the pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack in localsettings."""

    address: str
    name: str = ""  # shown to the owner
    names: tuple[str, ...] = ()  # all of its names
    enabled: bool = False
    adapter: str = ""  # address of the adapter that it must use
    wants_control: bool = False  # its setting Control is 1
    chemistry: str = ""
    cells: int = 0  # 0: never read
    joins: bool = True  # it may be proposed for a bank: JoinBank, and it is not watch only
    make: str = ""  # for people
    watch_only: bool = False  # its make never controls or is switched
    missing: str = ""  # what this machine lacks to read its make, and what to do
    unusable: tuple[str, ...] = ()  # stored settings that cannot be used, and why


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A bank in localsettings."""

    number: int
    name: str  # the owner's, or "Bank 1"
    enabled: bool = True  # confirmed by the owner
    wants_control: bool = True  # its setting Control is 1
    members: tuple[str, ...] = ()  # addresses, as if it were confirmed
    unknown: tuple[str, ...] = ()  # addresses in its settings of packs that were not added
    refusal: str = ""  # why it is not formed
    no_chemistry: tuple[str, ...] = ()  # addresses of its packs without Chemistry
    watched: tuple[str, ...] = ()  # names of its packs that are watch only
    watch_only: str = ""  # why it must not control because of them
    unusable: tuple[str, ...] = ()  # stored settings that cannot be used, and why

    @property
    def label(self) -> str:
        """What it is called on the command line."""
        return f"bank{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMember:
    """A pack of a bank, as the bank's service shows it."""

    name: str
    state: str  # online, or why it does not count
    why: str = ""  # the same in more words


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBank:
    """A bank, as the bus shows it."""

    service: str
    members: tuple[ShownMember, ...] = ()
    alarms: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    controls: bool = False  # it has a charge voltage limit
    no_control: str = ""  # /Info/ChargeMode of a bank that is only shown: why
    soc_spread: float | None = None  # % between packs in parallel
    advice: tuple[str, ...] = ()  # what only the owner can fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A pack, as the bus shows it."""

    service: str
    silent: bool = False  # no values yet, or no longer
    words: str = ""  # /Bluetooth/State
    rssi: int | None = None  # dBm
    reconnects: int = 0
    failed_polls: int = 0  # in the last hour
    alarms: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    interference: str = ""  # programs that interfere, as the service reports them
    controls: bool = False  # it has a charge voltage limit
    no_control: str = ""  # /Info/ChargeMode of a pack that only watches: why
    voltage: float | None = None  # V
    mosfets_on: bool | None = None  # both; None: unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """How Venus uses the batteries."""

    present: bool  # com.victronenergy.system is on the bus
    dvcc: bool | None = None
    bms: str | None = None  # the controlling BMS, a service
    battery: str | None = None  # the battery monitor, a service
    voltage: str | None = None  # the service whose voltage is shared with chargers
    limits: Mapping[str, float] = field(default_factory=dict)  # V, by battery service: its CVL
    expecting: tuple[str, ...] = ()  # chargers that stop with error 67 without a BMS
    bms_chosen: int | None = None  # instance; -1: automatic, -255: none
    instances: Mapping[str, int] = field(default_factory=dict)  # by battery service
    products: Mapping[str, str] = field(default_factory=dict)  # name of the product, by battery service


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A warning or an error in the service's log."""

    text: str
    age: float | None = None  # s; None: unknown, the clock of a GX may have jumped


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """The file of a settings store."""

    damaged: tuple[str, ...] = ()  # copies of the file from before settings were lost
    trouble: str = ""  # why changes cannot be saved


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All facts; each field comes from its own probe."""

    program: Program
    venus: str | None = None  # of /opt/victronenergy/version
    boot: Boot | None = None
    storage: Storage | None = None
    machine: Machine | None = None
    bus: bool | None = None  # Venus's bus answers
    localsettings: bool | None = None
    settings_file: SettingsFile | None = None  # None on Venus OS, which has its own store
    running: bool | None = None
    service: Service | None = None
    bluetoothd: str | None = None  # version
    bluetooth: Bluetooth | None = None
    interference: VenusPrograms | None = None
    packs: Mapping[str, Pack] | None = None  # by address
    banks: Mapping[int, Bank] | None = None  # by number
    shown: Mapping[str, Shown] | None = None  # by address
    shown_banks: Mapping[int, ShownBank] | None = None  # by number
    others: tuple[str, ...] | None = None  # programs that read or aggregate batteries, too
    system: System | None = None
    log: tuple[Line, ...] | None = None  # oldest first
    scan: Mapping[str, int | None] | None = None  # address -> dBm of packs in range; None: no scan
    failed: Mapping[str, str] = field(default_factory=dict)  # probe -> why it failed

    @property
    def elsewhere(self) -> bool:
        """Whether this is a machine without Venus OS."""
        return self.venus is None and "venus" not in self.failed

    @property
    def kind(self) -> Kind:
        """The kind of machine, with its commands for restarting programs."""
        return LINUX if self.elsewhere else GX

    @property
    def enabled(self) -> list[Pack]:
        """The packs that were added."""
        return [pack for pack in (self.packs or {}).values() if pack.enabled]


class Verdict(IntEnum):
    """Severity of a finding; the worst is the highest."""

    OK = 0
    NOTE = 1  # works, but the owner should know
    PROBLEM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Result of one check."""

    topic: str
    verdict: Verdict
    words: str
    advice: str = ""  # what to do, if anything


def ok(topic: str, words: str) -> Finding:
    """Return a finding without a problem."""
    return Finding(topic=topic, verdict=Verdict.OK, words=words)


def note(topic: str, words: str, advice: str = "") -> Finding:
    """Return a finding that the owner should know about."""
    return Finding(topic=topic, verdict=Verdict.NOTE, words=words, advice=advice)


def problem(topic: str, words: str, advice: str = "") -> Finding:
    """Return a finding about something that does not work, or soon will not."""
    return Finding(topic=topic, verdict=Verdict.PROBLEM, words=words, advice=advice)
