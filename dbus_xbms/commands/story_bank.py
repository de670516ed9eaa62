"""The scripted demo of a bank: two unequal packs as one battery, and what can happen to one of them. Pure."""

from __future__ import annotations

from dbus_xbms.commands.story import Inject, SetSetting, Step, Story

ONLINE, BLOCKING = "/System/NrOfModulesOnline", "/System/NrOfModulesBlockingCharge"
CURRENT, MODE, LIMITATION = "/Dc/0/Current", "/Info/ChargeMode", "/Info/ChargeLimitation"
PORT, STARBOARD = 1, 2

BANK = Story(
    packs=(
        {"name": "JBD-SP04S020A", "capacity": 100.0, "soc": 62.0},
        {"name": "JBD-SP04S034", "capacity": 280.0, "soc": 57.0, "sensors": 3},
    ),
    use={"load": "charge", "rate": 0.15},
    steps=(
        Step(
            who="Start",
            words="Two unequal packs in parallel are one battery; each takes its part of the charger's 57 A.",
            seen={ONLINE: 2, BLOCKING: 0, CURRENT: 57.0},
        ),
        Step(
            who="A display",
            words="It switches the charge MOSFET of Port off. The limit is now that of Starboard alone.",
            act=Inject("mask", {"mask": 1}),
            on=PORT,
            seen={ONLINE: 2, BLOCKING: 1, LIMITATION: "Starboard"},
        ),
        Step(
            who="A display",
            words="It switches the charge MOSFET of Port on again.",
            act=Inject("mask", {"mask": 0}),
            on=PORT,
            seen={BLOCKING: 0, CURRENT: 57.0},
        ),
        Step(
            who="A weak cell",
            words="Cell 3 of Port rises to 3.52 V. The voltage limit of the whole bank follows it.",
            act=Inject("cell", {"number": 3, "volts": 3.52}),
            on=PORT,
            seen={"/System/MaxVoltageCellId": "1:C03", MODE: "Port"},
        ),
        Step(
            who="Charger",
            words="It obeys the limits of the bank: the current falls to 6 A.",
            act=Inject("bank_current", {"amperes": 6.0}, bank=True),
            seen={CURRENT: 6.0},
        ),
        Step(
            who="A weak cell",
            words="It is balanced, and its voltage is that of the others.",
            act=Inject("cell", {"number": 3, "volts": ""}),
            on=PORT,
            seen={ONLINE: 2},
        ),
        Step(
            who="Command line",
            words="dbus-xbms set Starboard HoldTime 5",
            act=SetSetting("HoldTime", 5),
            on=STARBOARD,
            seen={ONLINE: 2},
            pause=2.0,
        ),
        Step(
            who="Starboard",
            words="It is out of range. After 5 s the limits are those of Port alone; the bank stays.",
            act=Inject("vanish"),
            on=STARBOARD,
            seen={ONLINE: 1, "/Members/2/State": "no contact"},
        ),
        Step(
            who="Starboard",
            words="It is back in range, and the limits rise again.",
            act=Inject("appear"),
            on=STARBOARD,
            seen={ONLINE: 2, CURRENT: 6.0},
        ),
    ),
)
