"""Which packs and banks may control chargers, by their settings. Pure.

Decides who controls by the rules of :mod:`dbus_xbms.policy.authority`, as if there were no other battery on
the bus.
"""

from __future__ import annotations

from dataclasses import field
from math import inf

from dbus_xbms.policy import authority
from dbus_xbms.policy.authority import AuthorityState, Claim, Surroundings
from dbus_xbms.policy.bank import topology
from dbus_xbms.policy.bank.formation import Formation, form
from dbus_xbms.policy.bank.membership import Banks, Packs, title
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.record import record
from dbus_xbms.settings import PackSettings, bank_id, name_of
from dbus_xbms.text import count


@record
class Configuration:
    """The settings of all packs and banks."""

    packs: Packs = field(default_factory=dict)
    banks: Banks = field(default_factory=dict)

    @property
    def enabled(self) -> dict[str, PackSettings]:
        """The packs that are read."""
        return {address: pack for address, pack in self.packs.items() if pack.enabled}

    @property
    def formations(self) -> dict[int, Formation]:
        """The packs of each confirmed bank, or why it is not formed."""
        formations = form(self.banks, self.enabled)
        return {number: one for number, one in formations.items() if self.banks[number].enabled}

    @property
    def member_of(self) -> dict[str, int]:
        """Number of the bank to which each member belongs, by address."""
        formed = ((number, one) for number, one in self.formations.items() if one.formed)
        return {address: number for number, one in formed for address in one.members}

    def title(self, number: int) -> str:
        """Return the name of a bank."""
        return title(number, self.banks[number])


@record
class Controller:
    """A pack or a bank that may control chargers."""

    key: str  # address; of a bank its name on the bus
    name: str
    bank: int | None = None  # number; None: a pack
    strings: tuple[Packs, ...]  # in series, each of packs in parallel
    claim: Claim

    @property
    def packs(self) -> dict[str, PackSettings]:
        """Its packs by address."""
        return {address: pack for string in self.strings for address, pack in string.items()}

    @property
    def cells(self) -> int:
        """Number of cells in series; 0: not known yet."""
        cells = [max(pack.cells for pack in string.values()) for string in self.strings]
        return sum(cells) if all(cells) else 0

    @property
    def full_voltage(self) -> float:
        """Charge voltage in V; 0: not known yet."""
        volts = [min(map(full_voltage, string.values())) for string in self.strings]
        return sum(volts) if all(volts) else 0.0

    @property
    def charged_to(self) -> str:
        """Charge voltage, in words."""
        if not self.full_voltage:
            return f"a voltage not known until {'its packs are' if self.bank else 'the pack is'} read"
        chemistry = preset(next(iter(self.packs.values()))).name
        return f"{self.full_voltage:.2f} V ({count(self.cells, 'cell')}, {chemistry})"


def willing(configuration: Configuration) -> list[Controller]:
    """Return the packs and banks that may control, first the one that does."""
    able = [*_banks(configuration), *_single_packs(configuration)]
    claims = [one.claim for one in able]
    state, _ = authority.judge(AuthorityState(started=-inf), claims, Surroundings(known=True), 0.0)
    return sorted(able, key=lambda one: (one.key != state.holder, one.key))


def control_disabled(number: int, configuration: Configuration) -> str:
    """Return why a confirmed bank may not control, by the settings of its owner; "" if it may."""
    formation = configuration.formations[number]
    if formation.refusal:
        return formation.refusal
    strings = [[*string.values()] for string in _strings(number, configuration)]
    return authority.bank_control_disabled(configuration.banks[number], strings)


def full_voltage(pack: PackSettings) -> float:
    """Charge voltage of a pack in V; 0: not known yet."""
    chosen = preset(pack)
    return 0.0 if chosen.refused else chosen.full * pack.cells


def _banks(configuration: Configuration) -> list[Controller]:
    able = [number for number in configuration.formations if not control_disabled(number, configuration)]
    strings = {number: _strings(number, configuration) for number in able}
    return [_bank(number, configuration, strings[number]) for number in able if all(strings[number])]


def _bank(number: int, configuration: Configuration, strings: tuple[Packs, ...]) -> Controller:
    key, name = bank_id(number), configuration.title(number)
    packs = [[*string.values()] for string in strings]
    return Controller(
        key=key,
        name=name,
        bank=number,
        strings=strings,
        claim=authority.bank_claim(key, name, configuration.banks[number], packs),
    )


def _single_packs(configuration: Configuration) -> list[Controller]:
    members = configuration.member_of
    return [
        Controller(
            key=address,
            name=name_of(pack) or address,
            strings=({address: pack},),
            claim=authority.claim(address, pack),
        )
        for address, pack in configuration.enabled.items()
        if not authority.control_disabled(pack) and address not in members
    ]


def _strings(number: int, configuration: Configuration) -> tuple[Packs, ...]:
    """Return the enabled packs of each string of a formed bank."""
    addresses, enabled = configuration.formations[number].members, configuration.enabled
    wiring = topology.parse(configuration.banks[number].topology, len(addresses))
    return tuple(
        {address: enabled[address] for address in string if address in enabled}
        for string in wiring.split(addresses)
    )
