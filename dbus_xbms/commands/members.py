"""The packs of a bank, as the bank's service shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dbus_xbms.commands.table import Battery, Value, signed
from dbus_xbms.settings import as_address

MEMBERS = "/Members"
ONLINE = "online"
CHARGE, DISCHARGE = ("CCL", "Ccl", "ChargeLimitation"), ("DCL", "Dcl", "DischargeLimitation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A pack of a bank; its own service may not be on the bus."""

    number: int  # 1-based, as in ``2:C07``
    bank: Battery

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
    def amps(self) -> str:
        """Its current in A with a sign."""
        current = self.value("Current")
        return signed(float(current)) if isinstance(current, int | float) else "--"

    @property
    def cells(self) -> str:
        """Its lowest and highest cell."""
        low, high = self.value("MinCellVoltage"), self.value("MaxCellVoltage")
        known = isinstance(low, int | float) and isinstance(high, int | float)
        return f"{low:.3f}-{high:.3f}V" if known else "--"

    def limit(self, names: tuple[str, str, str]) -> tuple[str, str]:
        """Return the current that it contributes to a limit of the bank, and what limits it, in words."""
        label, amperes, words = names
        current = self.value(amperes)
        if not isinstance(current, int | float):
            return "", ""
        return f"{label} {current:.1f}A", str(self.value(words) or "")

    @property
    def limits(self) -> tuple[str, str]:
        """Return the limit in the direction of its current, and what limits it."""
        current = self.value("Current")
        discharging = isinstance(current, int | float) and current < 0
        return self.limit(DISCHARGE if discharging else CHARGE)


def members(bank: Battery) -> list[Member]:
    """Return the packs of a bank in their order, string after string."""
    if bank.gone:
        return []
    return [Member(number=number, bank=bank) for number, _ in bank.numbered(f"{MEMBERS}/#/State")]


def with_members(wanted: frozenset[str] | None, banks: Iterable[Battery]) -> frozenset[str] | None:
    """Add the packs of a bank, which is called ``bank1``, to the addresses to show; ``None``: all."""
    if wanted is None:
        return None
    packs = {member.address for bank in banks if bank.label in wanted for member in members(bank)}
    return wanted | packs


def chosen(batteries: Iterable[Battery], wanted: frozenset[str] | None) -> list[Battery]:
    """Return the banks and packs to show, of :func:`with_members`."""
    return [one for one in batteries if wanted is None or one.label in wanted]
