"""Rules for detecting programs on a GX that interfere with Bluetooth, with advice. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field

from dbus_xbms.record import record

INTERNAL = "hci0"  # the built-in adapter is the first one, which vesmart-server uses


@record
class VenusPrograms:
    """Other programs, as seen on the bus."""

    bluetooth: bool = False  # /Settings/Services/Bluetooth: vesmart-server runs
    sensors: bool = False  # /Settings/Services/BleSensors: dbus-ble-sensors runs
    batteries: Mapping[str, str] = field(default_factory=dict)  # services of others -> their descriptions


@record
class RadioUse:
    """The radio that one pack uses."""

    address: str
    hci: str = ""  # the adapter that was last used, or empty
    busy: bool = False  # that adapter, or any if none was used, refuses to scan


@record
class Notice:
    """Interference with one pack."""

    who: str  # the program
    words: str  # what it does and what to do
    address: str  # of the pack


def _vesmart(venus: VenusPrograms, radio: RadioUse) -> tuple[str, str] | None:
    if not venus.bluetooth or radio.hci != INTERNAL:
        return None
    return "vesmart-server", (
        "it ends every link on the built-in adapter once a minute: switch off Bluetooth in the GX's "
        "Settings, Connectivity (sensors keep working), or use a USB adapter"
    )


def _sensors(venus: VenusPrograms, radio: RadioUse) -> tuple[str, str] | None:
    if not venus.sensors or not radio.busy:
        return None
    return "dbus-ble-sensors", (
        "it scans on every adapter, so that no pack can be found: switch off Bluetooth sensors in the GX's "
        "Settings, Integrations, or wait some minutes"
    )


def _driver(venus: VenusPrograms, radio: RadioUse) -> tuple[str, str] | None:
    """Find another battery service that contains the pack's address in any form."""
    digits = _digits(radio.address)
    for name, text in venus.batteries.items():
        if digits in _digits(name) or digits in _digits(text):
            advice = "but a pack accepts only one connection: remove the pack there or here"
            words = f"it reads {radio.address} too, {advice}"
            return name, words
    return None


def _digits(text: str) -> str:
    return re.sub("[^0-9a-f]", "", text.lower())


Symptom = Callable[[VenusPrograms, RadioUse], "tuple[str, str] | None"]
SYMPTOMS: tuple[Symptom, ...] = (_vesmart, _sensors, _driver)


def notices(venus: VenusPrograms, radios: Iterable[RadioUse]) -> list[Notice]:
    """Return the interference with each pack."""
    return [
        Notice(who=found[0], words=found[1], address=radio.address)
        for radio in radios
        for symptom in SYMPTOMS
        if (found := symptom(venus, radio))
    ]


def text_for(address: str, all_notices: Iterable[Notice]) -> str:
    """Return a text about the interference with one pack; empty if there is none."""
    return "; ".join(f"{one.who}: {one.words}" for one in all_notices if one.address == address)
