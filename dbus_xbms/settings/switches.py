"""The settings of what the owner may switch, and of its place on the switch pane. Pure."""

from __future__ import annotations

from dbus_xbms.settings.row import Setting


def _allowed(name: str, words: str) -> Setting:
    return Setting(name=name, default=0, lowest=0, highest=1, help=words)


SWITCHES = ("Charge", "Discharge", "Release")


def _pane(switch: str) -> tuple[Setting, ...]:
    """Where and how one switch appears on the switch pane."""
    return (
        Setting(name=f"{switch}SwitchName", default="", help="Its name on the switch pane."),
        Setting(name=f"{switch}SwitchGroup", default="", help="The card it is on; empty: the pack's own."),
        Setting(
            name=f"{switch}SwitchShow",
            default=0,
            lowest=0,
            highest=6,
            help="0: hidden. 1: shown. 2: on the GX only. 4: in VRM only.",
        ),
    )


PANE_SETTINGS = tuple(row for switch in SWITCHES for row in _pane(switch))

SWITCH_SETTINGS = (
    _allowed("AllowMosfetControl", "1: charging and discharging may be switched on and off from the bus."),
    _allowed(
        "AllowDischargeOff",
        "1: discharging may be switched off too. The GX loses power too if only this pack feeds it.",
    ),
    _allowed("AllowNewerCommand", "1: a BMS that does not know command 0xE1 may be given 0xFB instead."),
    _allowed("AllowParameterWrites", "1: balancing may be switched off and on, in the BMS's own settings."),
    _allowed(
        "AllowRelease",
        "1: the link may be lent to a phone app from the bus. A pack that controls then charges nothing.",
    ),
    _allowed("CompanionSwitch", "1: a switch device beside the battery, for Venus OS 3.62 to 3.67."),
    *PANE_SETTINGS,
    Setting(name="Balancing", default=-1, internal=True, help="As last switched from here; -1: never."),
)

# Not one of the pack's: dealt out to the device beside it, when there first is one.
SWITCH_INSTANCE = Setting(
    name="ClassAndVrmInstance",
    default="switch:1",
    pattern=r"switch:[0-9]{1,9}",
    form="text like switch:3",
    help="Device class and VRM instance of the switch device; localsettings keeps it unique.",
)
