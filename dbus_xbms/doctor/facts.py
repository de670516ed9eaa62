"""What `dbus-xbms doctor` finds out before it judges; ``None`` is what could not be found out. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dbus_xbms.contact import Contact
from dbus_xbms.interference.rules import VenusPrograms
from dbus_xbms.process.machine import GX, LINUX
from dbus_xbms.process.machine import Machine as Kind

Version = tuple[int, ...]


def numbers(version: str) -> Version:
    """The numbers of a version, to compare: ``v3.70~12`` is 3, 70."""
    release = re.match(r"[^0-9]*([0-9.]+)", version)
    return tuple(int(part) for part in release[1].split(".") if part) if release else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """This program, on the disk."""

    version: str
    python: str
    packages: Mapping[str, str] = field(default_factory=dict)  # those it needs -> version, "" if missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """What starts the service after the machine has started."""

    line: bool = False  # our line in /data/rc.local will run
    words: str = ""  # why it will not
    disabled: bool = False  # the GX has switched off the file that names us
    setup_helper: bool = False  # installed by SetupHelper
    supervised: bool = False  # /service/dbus-xbms is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Where settings and logs live."""

    free: float  # MB
    writable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine as a whole."""

    memory: float  # MB available
    load: float  # processes that want to run, mean of 5 min
    cores: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The running service."""

    answers: bool = True
    version: str | None = None
    uptime: float | None = None  # s
    cpu: float | None = None  # % of a core, mean since it was started
    memory: float | None = None  # MB resident
    counts: Mapping[str, int] = field(default_factory=dict)  # what it holds: packs, links, tasks
    contacts: Mapping[str, Contact] = field(default_factory=dict)  # with each pack, by address


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A Bluetooth adapter."""

    hci: str
    address: str
    powered: bool
    driver: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What BlueZ knows of a pack."""

    hci: str
    connected: bool
    rssi: int | None = None  # dBm, while it is being seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Bluetooth:
    """BlueZ on the bus."""

    running: bool
    hangs: bool = False  # it does not answer
    adapters: tuple[Adapter, ...] = ()
    devices: Mapping[str, Device] = field(default_factory=dict)  # by the address of the pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack in localsettings."""

    address: str
    name: str = ""  # what to call it
    names: tuple[str, ...] = ()  # everything that it is called anywhere
    enabled: bool = False
    adapter: str = ""  # the one that it must use
    wants_control: bool = False  # its setting Control is 1
    unusable: tuple[str, ...] = ()  # why stored settings are not used


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A pack as the bus shows it."""

    service: str
    silent: bool = False  # not heard yet, or not any more
    words: str = ""  # /Bluetooth/State
    rssi: int | None = None  # dBm
    reconnects: int = 0
    failed_polls: int = 0  # in the last hour
    alarms: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    interference: str = ""  # in its way, as the service says it
    controls: bool = False  # it has a charge voltage limit
    no_control: str = ""  # /Info/ChargeMode of a pack that only watches: why


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What Venus makes of the batteries."""

    there: bool  # com.victronenergy.system
    dvcc: bool | None = None
    bms: str | None = None  # service that controls
    battery: str | None = None  # service that is the battery monitor
    voltage: str | None = None  # service whose voltage is shared with chargers
    limits: Mapping[str, float] = field(default_factory=dict)  # V, CVL of each battery service that has one
    expecting: tuple[str, ...] = ()  # chargers that stop with error 67 without a BMS
    bms_chosen: int | None = None  # instance that the owner has chosen; -1 automatic, -255 none
    instances: Mapping[str, int] = field(default_factory=dict)  # of each battery service


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the service's log that tells of trouble."""

    text: str
    age: float | None = None  # s; the clock of a GX may have jumped


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """Where a settings store keeps the settings."""

    damaged: tuple[str, ...] = ()  # copies of what it held before settings were lost
    trouble: str = ""  # why changes cannot be saved


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything, each from a probe of its own."""

    program: Program
    venus: str | None = None  # of /opt/victronenergy/version
    boot: Boot | None = None
    storage: Storage | None = None
    machine: Machine | None = None
    bus: bool | None = None  # Venus's bus answers
    localsettings: bool | None = None
    settings_file: SettingsFile | None = None  # not of Venus OS
    running: bool | None = None
    service: Service | None = None
    bluetoothd: str | None = None  # version
    bluetooth: Bluetooth | None = None
    interference: VenusPrograms | None = None
    packs: Mapping[str, Pack] | None = None  # by address
    shown: Mapping[str, Shown] | None = None  # by address
    system: System | None = None
    log: tuple[Line, ...] | None = None  # oldest first
    scan: Mapping[str, int | None] | None = None  # address -> dBm of what is in range; None: nobody looked
    failed: Mapping[str, str] = field(default_factory=dict)  # probe -> why it found nothing out

    @property
    def elsewhere(self) -> bool:
        """Whether this is a machine without Venus OS."""
        return self.venus is None and "venus" not in self.failed

    @property
    def kind(self) -> Kind:
        """The kind of machine, with what restarts its programs."""
        return LINUX if self.elsewhere else GX

    @property
    def enabled(self) -> list[Pack]:
        """The packs that are ours."""
        return [pack for pack in (self.packs or {}).values() if pack.enabled]


ADDRESS = re.compile(
    r"(?<![0-9A-Za-z])([0-9A-Fa-f]{2})([:_-]?)([0-9A-Fa-f]{2})\2([0-9A-Fa-f]{2})\2"
    r"(?:[0-9A-Fa-f]{2}\2){2}([0-9A-Fa-f]{2})(?![0-9A-Za-z])"
)
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def short(text: str) -> str:
    """The text with each Bluetooth address as its maker's half and its last two digits."""
    return ADDRESS.sub(lambda found: f"{found[1]}:{found[3]}:{found[4]}..{found[5]}", text)


def discreet(facts: Facts) -> Facts:
    """The same without what an owner has written: names of packs, and anything quoted in the log."""
    known = (facts.packs or {}).values()
    names = sorted(
        {name for pack in known for name in (pack.name, *pack.names) if name}, key=len, reverse=True
    )
    packs = {
        pack.address: replace(
            pack, name="", names=(), unusable=tuple(_bare(why, names) for why in pack.unusable)
        )
        for pack in known
    }
    return replace(
        facts,
        service=facts.service and _nameless(facts.service, names),
        packs=None if facts.packs is None else packs,
        log=None
        if facts.log is None
        else tuple(replace(line, text=_bare(line.text, names)) for line in facts.log),
    )


def _nameless(service: Service, names: list[str]) -> Service:
    """The same without names in what it tells of packs; the quotes there are its own."""
    contacts = {
        address: replace(
            contact, reason=_without(contact.reason, names), advice=_without(contact.advice, names)
        )
        for address, contact in service.contacts.items()
    }
    return replace(service, contacts=contacts)


def _bare(text: str, names: list[str]) -> str:
    return _without(QUOTED.sub("'...'", text), names)


def _without(text: str, names: list[str]) -> str:
    for name in names:
        text = text.replace(name, "...")
    return text
