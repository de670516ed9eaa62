"""What is published of a pack or a bank, and what may be requested of it over the bus. Pure."""

from __future__ import annotations

from dataclasses import field
from typing import Protocol

from dbus_xbms.model import (
    NOTHING_TRIPPED,
    Counters,
    Extremes,
    History,
    Limits,
    LinkStatus,
    Mosfets,
    MosfetTarget,
    PackIdentity,
    Phase,
    Protection,
    SwitchStatus,
)
from dbus_xbms.policy.bank.records import BankDecision
from dbus_xbms.policy.decision import Decision
from dbus_xbms.record import record
from dbus_xbms.settings import PackSettings, Settings, Value
from dbus_xbms.settings.bank import BankSettings


class AnyDecision(Protocol):
    """What decisions about packs and banks have in common."""

    @property
    def phase(self) -> Phase:
        """Phase of what is known."""
        ...

    @property
    def valid_for(self) -> float:
        """How long the decision stands, in s."""
        ...

    @property
    def limits(self) -> Limits | None:
        """Limits for chargers and loads."""
        ...

    @property
    def history(self) -> History:
        """Totals."""
        ...


class AnyReport(Protocol):
    """What reports of packs and banks have in common: paths that read nothing else serve both."""

    @property
    def address(self) -> str:
        """Name in the log."""
        ...

    @property
    def decision(self) -> AnyDecision:
        """What the bus may show."""
        ...

    @property
    def instance(self) -> int:
        """Venus device instance."""
        ...

    @property
    def controls(self) -> bool:
        """Its limits control chargers and inverters."""
        ...

    @property
    def no_control(self) -> str:
        """Why they do not."""
        ...

    @property
    def shared(self) -> bool:
        """Venus passes its voltage and current on to chargers."""
        ...

    @property
    def extremes(self) -> Extremes:
        """Lowest and highest values seen."""
        ...

    @property
    def mosfets(self) -> Mosfets | None:
        """The MOSFETs as last reported; ``None``: unknown."""
        ...

    @property
    def protection(self) -> frozenset[Protection]:
        """What has tripped."""
        ...

    @property
    def switching(self) -> SwitchStatus:
        """What was switched."""
        ...

    @property
    def permissions(self) -> tuple[PackSettings, ...]:
        """The settings of each pack that a command would switch."""
        ...

    @property
    def settings(self) -> Settings:
        """Its own settings."""
        ...


@record
class Report:
    """Everything that is published of one pack at one moment."""

    address: str  # AA:BB:CC:DD:EE:FF
    instance: int  # Venus device instance
    custom_name: str = ""
    product: str = ""  # name of the product, by its family
    switchable: bool = True  # the BMS can be switched
    identity: PackIdentity = field(default_factory=PackIdentity)
    decision: Decision
    counters: Counters | None = None
    link: LinkStatus = field(default_factory=LinkStatus)
    extremes: Extremes = field(default_factory=Extremes)
    controls: bool = False  # this pack's limits control chargers and inverters
    no_control: str = ""  # why they do not
    shared: bool = False  # Venus passes this pack's voltage and current on to chargers
    switching: SwitchStatus = field(default_factory=SwitchStatus)
    switch_instance: int | None = None  # of the separate switch device; None: there is none
    bank: str = ""  # name of the bank to which it belongs
    trouble: str = ""  # why the newest attempt to read it failed, in words
    refuses_login: bool = False  # it was reached, and only the owner's password or passkey opens it
    settings: PackSettings = field(default_factory=PackSettings)

    @property
    def mosfets(self) -> Mosfets | None:
        """The MOSFETs as last reported; ``None``: unknown."""
        return self.decision.sample.mosfets if self.decision.sample else None

    @property
    def protection(self) -> frozenset[Protection]:
        """What has tripped, as far as the BMS reports it."""
        return (self.decision.sample and self.decision.sample.protection) or NOTHING_TRIPPED

    @property
    def permissions(self) -> tuple[PackSettings, ...]:
        """Its settings: a command switches this pack alone."""
        return (self.settings,)


@record
class BankReport:
    """Everything that is published of one bank at one moment."""

    number: int  # 1-based
    instance: int  # Venus device instance
    name: str  # the owner's, or "Bank 1"
    decision: BankDecision
    reports: tuple[Report | None, ...] = ()  # the newest one of each member, in their order
    controls: bool = False  # its limits control chargers and inverters
    no_control: str = ""  # why they do not
    shared: bool = False  # Venus passes its voltage and current on to chargers
    switching: SwitchStatus = field(default_factory=SwitchStatus)  # of all members together
    outcomes: tuple[str, ...] = ()  # of the newest command, one per member, in words
    lent: str = ""  # name of the member whose link is lent
    settings: BankSettings = field(default_factory=BankSettings)

    @property
    def address(self) -> str:
        """Name in the log."""
        return self.name

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members."""
        return tuple(member.name for member in self.decision.members)

    @property
    def extremes(self) -> Extremes:
        """Lowest and highest values seen."""
        return self.decision.extremes

    @property
    def mosfets(self) -> Mosfets | None:
        """True: current can flow through at least one member of each string; ``None``: unknown."""
        return self.decision.values.mosfets

    @property
    def protection(self) -> frozenset[Protection]:
        """What has tripped in any member."""
        return NOTHING_TRIPPED.union(
            *(member.sample.protection or () for member in self.decision.members if member.sample)
        )

    @property
    def permissions(self) -> tuple[PackSettings, ...]:
        """The settings of each member that is known."""
        return tuple(report.settings for report in self.reports if report)

    @property
    def online(self) -> str:
        """How many members count, in words: ``3 of 4 packs online``."""
        return f"{self.decision.online} of {len(self.decision.members)} packs online"


# Requests


@record(kw_only=False)
class ForceOn:
    """Turn MOSFETs on even if the pack's voltage differs from that of the packs in parallel with it."""

    target: MosfetTarget  # True for those to turn on, else ``None``


@record(kw_only=False)
class Lend:
    """Lend the link to another client, such as the phone app, for so many minutes; 0: take it back."""

    minutes: int


@record(kw_only=False)
class Balance:
    """Allow the BMS to balance its cells, or stop it."""

    on: bool


@record(kw_only=False)
class ClearHistory:
    """Clear the extremes and the history."""


@record(kw_only=False)
class ChangeSetting:
    """Change a setting of the pack; the value is of its type and range."""

    name: str
    value: Value


Request = MosfetTarget | ForceOn | Lend | Balance | ClearHistory | ChangeSetting
