"""The packs of a bank, as the bank's service shows them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count, takewhile

from dbus_xbms.commands.table import Battery, Value, ends_of, signed
from dbus_xbms.settings import as_address

MEMBERS = "/Members"
ONLINE = "online"
CHARGE = ("CCL", "AllowedCharge", "ChargeLimitation")
OWN_LIMIT = re.compile(r"([0-9.]+) A: (.*)")  # on the service of a pack of a bank
DISCHARGE = ("DCL", "AllowedDischarge", "DischargeLimitation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A pack of a bank.

    Its own service, if that is on the bus, is up to 5 s ahead of what the bank shows of it.
    """

    number: int  # 1-based, as in ``2:C07``
    bank: Battery
    pack: Battery | None = None  # its own service

    def value(self, name: str) -> Value:
        """Return the value at a path below that of the member."""
        return self.bank.values.get(f"{MEMBERS}/{self.number}/{name}")

    def text(self, name: str) -> str:
        """Return the text of the GX for such a path, or ``--`` if invalid."""
        return self.bank.text(f"{MEMBERS}/{self.number}/{name}")

    @property
    def address(self) -> str:
        """Bluetooth address of the pack; empty if the bank does not say."""
        return as_address(str(self.value("Address") or ""))

    @property
    def name(self) -> str:
        """The owner's name for it, or its address."""
        return str(self.value("Name") or self.address or f"pack {self.number}")

    @property
    def online(self) -> bool:
        """Whether its current counts."""
        return self.value("State") == ONLINE

    @property
    def watch_only(self) -> bool:
        """Whether it can only lower the limits of the bank."""
        return self.value("WatchOnly") == 1

    @property
    def trouble(self) -> str:
        """Why it does not count, in words; empty if it does. Also of one that is about to join."""
        why = str(self.value("Why") or "")
        return why or ("" if self.online else str(self.value("State") or "unknown"))

    @property
    def share(self) -> str:
        """Part of its string's current that it carries."""
        share = self.value("Share")
        return f"{share:.0f}%" if isinstance(share, int | float) else "--"

    @property
    def soc(self) -> str:
        """Its state of charge."""
        return self.pack.text("/Soc") if self.pack else self.text("Soc")

    @property
    def voltage(self) -> str:
        """Its voltage."""
        return self.pack.text("/Dc/0/Voltage") if self.pack else self.text("Voltage")

    @property
    def current(self) -> float | None:
        """Its current in A, positive while charging."""
        current = self.pack.values.get("/Dc/0/Current") if self.pack else self.value("Current")
        return float(current) if isinstance(current, int | float) else None

    @property
    def amps(self) -> str:
        """Its current in A with a sign."""
        return "--" if self.current is None else signed(self.current)

    @property
    def cells(self) -> str:
        """Its lowest and highest cell."""
        if self.pack and self.pack.cells:
            (_, low), (_, high) = ends_of(self.pack.cells)
            return f"{low:.3f}-{high:.3f}V"
        ends = self.value("LowestCell"), self.value("HighestCell")
        return f"{self.text('LowestCell')[:-1]}-{self.text('HighestCell')}" if None not in ends else "--"

    def limit(self, names: tuple[str, str, str]) -> tuple[str, str]:
        """Return the current that it contributes to a limit of the bank, and what limits it, in words."""
        label, amperes, words = names
        own = OWN_LIMIT.fullmatch(str(self.pack.values.get(f"/Info/{words}") or "")) if self.pack else None
        if own:
            return f"{label} {own[1]}A", own[2]
        allowed = self.value(amperes)
        if not isinstance(allowed, int | float):
            return "", ""
        return f"{label} {allowed:.1f}A", str(self.value(words) or "")

    @property
    def limits(self) -> tuple[str, str]:
        """Return the limit in the direction of its current, and what limits it."""
        return self.limit(DISCHARGE if (self.current or 0.0) < 0 else CHARGE)


def members(bank: Battery, packs: Iterable[Battery] = ()) -> list[Member]:
    """Return the packs of a bank in their order, string after string, with their own services if given."""
    if bank.gone:
        return []
    own = {pack.address: pack for pack in packs if not pack.gone}
    numbers = takewhile(lambda number: f"{MEMBERS}/{number}/State" in bank.values, count(1))
    listed = (Member(number=number, bank=bank) for number in numbers)
    return [replace(member, pack=own.get(member.address)) for member in listed]


def with_members(wanted: frozenset[str] | None, banks: Iterable[Battery]) -> frozenset[str] | None:
    """Add the packs of a bank, which is called ``bank1``, to the addresses to show; ``None``: all."""
    if wanted is None:
        return None
    packs = {member.address for bank in banks if bank.label in wanted for member in members(bank)}
    return wanted | packs


def chosen(batteries: Iterable[Battery], wanted: frozenset[str] | None) -> list[Battery]:
    """Return the banks and packs to show, of :func:`with_members`."""
    return [one for one in batteries if wanted is None or one.label in wanted]
