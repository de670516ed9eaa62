"""Settings of a bank: packs that are wired together and act as one battery. Pure.

They are stored under ``/Settings/Services/Xbms/Banks/<n>/``, for up to :data:`MOST_BANKS` banks.
"""

from __future__ import annotations

from dbus_xbms.schema import Setting
from dbus_xbms.settings.charge import NOT_SET
from dbus_xbms.settings.switching import PaneSettings

MOST_BANKS = 4
MOST_MEMBERS = 16
ALL_PACKS = ""  # value of ``Members``
NO_PACK = "00:00:00:00:00:00"  # value of ``Members`` of which no bank can be formed
PARALLEL, SERIES = "parallel", "series"
FIRST_BANK_INSTANCE = 590  # below those of packs, so that Venus chooses the bank as the battery monitor

_ADDRESS = r"([0-9A-F]{2}:){5}[0-9A-F]{2}"


def _current(words: str) -> Setting[float]:
    return Setting(default=NOT_SET, lowest=0.0, highest=5000.0, unset=NOT_SET, unit="A", help=words)


class BankSettings(PaneSettings):
    """Settings of one bank."""

    enabled = Setting(
        default=0,
        lowest=0,
        highest=1,
        help="1: these packs are wired together and act as one battery. 0: they do not, or the owner has not "
        "confirmed it yet.",
    )
    custom_name = Setting(name="Name", default="", longest=60, help="Name shown on the GX.")
    members = Setting(
        default=ALL_PACKS,
        pattern=rf"({_ADDRESS}( {_ADDRESS}){{0,{MOST_MEMBERS - 1}}})?",
        form=f"up to {MOST_MEMBERS} Bluetooth addresses, or nothing",
        fallback=NO_PACK,  # the default would be all packs
        help="Addresses of the packs, string after string. Empty: all packs of one chemistry and cell count "
        "that have JoinBank 1 and belong to no other bank.",
    )
    topology = Setting(
        default=PARALLEL,
        pattern=r"parallel|series|[1-9][0-9]?s[1-9][0-9]?p",
        form="parallel, series, or like 2s2p",
        help="How they are wired: parallel, series, or parallel strings in series, such as 2s2p.",
    )
    control = Setting(
        default=1,
        lowest=0,
        highest=1,
        help="1: chargers and inverters obey the bank's limits; its packs need Chemistry. 0: the bank is "
        "only shown.",
    )
    allow_watch_only_members = Setting(
        default=0,
        lowest=0,
        highest=1,
        help="1: packs that are watch only may be members, within the MaxChargeCurrent and "
        "MaxDischargeCurrent that you set for each of them. 0: a bank with one does not control.",
    )
    max_charge_current = _current("Highest charge current of the bank. -1: what its packs can take.")
    max_discharge_current = _current("Highest discharge current of the bank. -1: what its packs can give.")
    count_charge = Setting(
        default=0,
        lowest=0,
        highest=1,
        help="1: the state of charge is counted from the current and set to 100 % when all packs are full. "
        "0: it is that of the packs.",
    )
    shunt = Setting(
        default="",
        longest=100,
        pattern=r"(com\.victronenergy\.battery\.(?!xbms_)\w+)?",  # no pack or bank of this program
        form="the service of another battery monitor, like com.victronenergy.battery.ttyUSB0, or nothing",
        help="D-Bus service of a battery monitor whose current counts as the bank's. Empty: the sum of the "
        "packs' currents.",
    )
    insecure_connection = Setting(
        default=1,
        lowest=0,
        highest=1,
        help="1: Venus does not share the bank's voltage and current with chargers (best for Bluetooth).",
    )
    controlled = Setting(
        default=0,
        lowest=0,
        highest=1,
        silent=True,
        internal=True,
        help="1: the bank controlled chargers when the program last ran.",
    )
    counted_soc = Setting(
        default=-1.0,
        lowest=0.0,
        highest=100.0,
        unset=-1.0,
        unit="%",
        silent=True,
        internal=True,
        help="State of charge as last counted; -1: not counted.",
    )


# Assigned by localsettings when the bank first appears.
BANK_INSTANCE = Setting(
    name="ClassAndVrmInstance",
    default=f"battery:{FIRST_BANK_INSTANCE}",
    pattern=r"battery:[0-9]{1,9}",
    form="text like battery:590",
    help="Device class and VRM instance of the bank; localsettings keeps it unique.",
)
