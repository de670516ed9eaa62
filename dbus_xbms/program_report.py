"""What the program publishes of itself, and what may be requested of it over the bus. Pure."""

from __future__ import annotations

from dbus_xbms.record import record

MOST_FOUND = 20  # discovered packs that are published, the strongest
MOST_KNOWN = 32  # packs with settings that are published
MOST_ADAPTERS = 4
MOST_FINDINGS = 20


@record
class FoundPack:
    """A pack that scans have found."""

    address: str  # AA:BB:CC:DD:EE:FF
    name: str  # as advertised, printable
    rssi: int | None  # dBm; None: it is connected and does not advertise
    protocol: str  # of the family that it looks like, or empty
    make: str  # for people, such as "LiTime", or empty
    watch_only: bool  # this make never controls or is switched
    known: bool  # it has settings
    age: float  # s since it was last found, in whole minutes


@record
class KnownPack:
    """A pack that has settings, enabled or not."""

    address: str  # AA:BB:CC:DD:EE:FF
    name: str  # the owner's, else the advertised one, else the address
    make: str  # for people, such as "LiTime"
    watch_only: bool  # this make never controls or is switched
    state: str  # of the contact with it, or "off"
    enabled: bool
    service: str  # its name on the bus while it is there, or empty
    instance: int | None  # Venus device instance


@record
class KnownBank:
    """A bank that has settings, formed or not."""

    number: int  # 1-based
    name: str  # the owner's, or "Bank 1"
    state: str  # "formed", "off", or why it is not formed or not on the bus
    members: tuple[str, ...]  # addresses, string after string
    topology: str  # as the setting
    enabled: bool
    service: str  # its name on the bus while it is there, or empty
    instance: int | None  # Venus device instance


@record
class AdapterUse:
    """A Bluetooth adapter that is present."""

    address: str  # AA:BB:CC:DD:EE:FF
    name: str  # "hci0"
    state: str  # "on", "off", or "busy": another program scans
    slots: int  # most connections at the same time
    used: int  # connections, open or being made


@record
class CheckFinding:
    """Something that `doctor` has found."""

    level: int  # 1: works, but the owner should know; 2: does not work
    text: str  # one line


@record
class ProgramReport:
    """Everything that is published of the program at one moment."""

    scan_left: int = 0  # s until the running scan ends, at least 1; 0: none is running
    found: tuple[FoundPack, ...] = ()  # row after row
    packs: tuple[KnownPack, ...] = ()  # row after row
    banks: tuple[KnownBank, ...] = ()
    adapters: tuple[AdapterUse, ...] = ()
    interference: str = ""  # programs that disturb Bluetooth, in words
    cpu: float | None = None  # % of a core, over the last minute
    memory: float | None = None  # MB
    uptime: int = 0  # s, in whole minutes
    findings: tuple[CheckFinding, ...] | None = None  # worst first; None: not checked yet
    checking: bool = False  # the checks are running
    message: str = ""  # result of the newest request, in words

    def bank(self, number: int) -> KnownBank | None:
        """Return a bank by its number; ``None`` if it has no settings."""
        return next((bank for bank in self.banks if bank.number == number), None)


# Requests


@record(kw_only=False)
class Scan:
    """Scan for packs, or end the running scan."""

    on: bool


@record(kw_only=False)
class AddFound:
    """Add the discovered pack in a row, counted from 0."""

    row: int
    address: str = ""  # that the row is meant to have; empty: the one that it shows


@record(kw_only=False)
class EnablePack:
    """Read and publish a pack that has settings, or stop that."""

    address: str
    on: bool


@record(kw_only=False)
class EnableBank:
    """Form a bank, or end it; settings that it does not have yet are stored first."""

    number: int
    on: bool


@record(kw_only=False)
class CheckAgain:
    """Run the checks of `doctor` now."""


@record(kw_only=False)
class Restart:
    """End the program, so that its supervisor starts it again."""


ProgramRequest = Scan | AddFound | EnablePack | EnableBank | CheckAgain | Restart
