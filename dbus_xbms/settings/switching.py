"""Settings of switching: what is allowed, and how it appears on the switch pane. Pure."""

from __future__ import annotations

from dbus_xbms.schema import Setting, Settings


def _allowed(words: str) -> Setting[int]:
    return Setting(default=0, lowest=0, highest=1, help=words)


def _pane_name() -> Setting[str]:
    return Setting(default="", help="Name on the switch pane.")


def _pane_group() -> Setting[str]:
    return Setting(default="", help="Card on the switch pane. Empty: the device's own.")


def _pane_show() -> Setting[int]:
    return Setting(
        default=0, lowest=0, highest=6, help="0: hidden. 1: shown. 2: on the GX only. 4: in VRM only."
    )


class PaneSettings(Settings):
    """Settings of the switches of a pack or bank on the switch pane."""

    charge_switch_name = _pane_name()
    charge_switch_group = _pane_group()
    charge_switch_show = _pane_show()
    discharge_switch_name = _pane_name()
    discharge_switch_group = _pane_group()
    discharge_switch_show = _pane_show()
    lend_switch_name = _pane_name()
    lend_switch_group = _pane_group()
    lend_switch_show = _pane_show()


class SwitchSettings(PaneSettings):
    """Settings of switching on one pack."""

    allow_mosfet_control = _allowed("1: allow switching charging off and on, and discharging on, over D-Bus.")
    allow_discharge_off = _allowed(
        "1: also allow switching discharging off. The GX loses power if only this pack feeds it."
    )
    allow_parameter_writes = _allowed(
        "1: allow switching balancing off and on, which changes a setting of the BMS."
    )
    allow_lending = _allowed(
        "1: allow lending the link to a phone app over D-Bus. A controlling pack is not charged meanwhile."
    )
    separate_switch_device = _allowed(
        "1: publish the switches as a device of their own, for Venus OS 3.62 to 3.67."
    )
    balancing = Setting(default=-1, internal=True, help="Balancing as last commanded; -1: never.")


# Belongs to the switch device beside a pack; assigned by localsettings when that is first created.
SWITCH_INSTANCE = Setting(
    name="ClassAndVrmInstance",
    default="switch:1",
    pattern=r"switch:[0-9]{1,9}",
    form="text like switch:3",
    help="Device class and VRM instance of the switch device; localsettings keeps it unique.",
)
