"""The services of a boat whose owner adds a pack, for the pictures of the GX touch screen."""

from __future__ import annotations

from dataclasses import replace

from dbus_xbms.model import Limits
from dbus_xbms.policy.bank.records import BankValues, Extreme, Member
from dbus_xbms.program_report import FoundPack
from dbus_xbms.settings import PackSettings
from tests.gx.menu import BOW, NEW, running, stored
from tests.gx.services import Service, Value, bank, pack_settings, settings
from tests.unit import samples


def found(address: str, name: str, rssi: int | None, *, known: bool = False) -> FoundPack:
    """Return a pack that a scan has just found."""
    return FoundPack(
        address=address,
        name=name,
        rssi=rssi,
        protocol="JBD",
        make="JBD",
        watch_only=False,
        known=known,
        age=0.0,
    )


SCANNING = (
    running(
        scan_left=12,
        found=(
            found(NEW, "xiaoxiang BMS", -58),
            found(BOW, "JBD-SP04S020-L4S-200A", None, known=True),
            found("A4:C1:37:00:00:0C", "DP04S007L", -88),
        ),
    ),
    stored(),
)
ANSWERED: dict[str, Value] = {
    "Enabled": 1,
    "CustomName": "Workshop",
    "Chemistry": "LiFePO4",
    "Nominal": 100.0,
    "MaxChargeCurrent": 50.0,
    "MaxDischargeCurrent": 100.0,
}


def added(**changes: Value) -> tuple[Service, ...]:
    """Return the program, and the settings of a pack whose questions are answered, with changes."""
    return running(), settings(pack_settings(NEW, PackSettings(ANSWERED | changes)))


def member(number: int, cells: tuple[float, ...], current: float, limited: float, by: str) -> Member:
    """Return a pack of the bank that carries its part of 42 A, and what limits charging it."""
    return samples.member(
        number,
        sample=samples.sample(cells=cells, current=current),
        share=current / 42.0,
        ccl=limited,
        dcl=140.0,
        charge_limitation=by,
        discharge_limitation="MaxDischargeCurrent 140 A",
    )


def house() -> Service:
    """Return the service of a bank of three packs, of which the second is out of range."""
    bow = member(1, (3.412, 3.408, 3.460, 3.411), 24.0, 35.2, "cell 3 at 3.46 V")
    stern = replace(samples.silent(samples.member(2)), why="not heard")
    port = member(3, (3.422, 3.425, 3.424, 3.420), 18.0, 84.0, "MaxChargeCurrent 84 A")
    values = BankValues(
        voltage=13.69,
        current=42.0,
        soc=72.0,
        lowest_cell=Extreme(member=1, number=2, value=3.408),
        highest_cell=Extreme(member=1, number=3, value=3.460),
    )
    limits = Limits(
        cvl=13.4,
        ccl=61.6,
        dcl=245.0,
        mode="Float",
        charge_limitation="Bow: cell 3 at 3.46 V",
        discharge_limitation="Bow: MaxDischargeCurrent 140 A",
        charge_request=False,
        battery_low_voltage=11.6,
    )
    return bank(
        samples.bank_report(
            3, controls=True, members=(bow, stern, port), values=values, limits=limits, alarms={}
        )
    )
