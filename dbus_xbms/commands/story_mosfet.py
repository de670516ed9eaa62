"""The scripted demo of switching MOSFETs, with every outcome. Pure."""

from __future__ import annotations

from dbus_xbms.commands.story import Inject, SetSetting, Step, Story, Write

CHARGE, FORCED, STATUS = "/Io/AllowToCharge", "/Settings/ForceChargingOff", "/SwitchableOutput/charge/Status"
TOGGLE, MODE, LEND = "/SwitchableOutput/charge/State", "/Settings/MosfetMode", "/Settings/LendForMinutes"
CURRENT, CCL, LAST = "/Dc/0/Current", "/Info/MaxChargeCurrent", "/Io/LastCommand"
LINK = "/Bluetooth/State"
LEND_STATUS = "/SwitchableOutput/lend/Status"
OFF, ON, TRIPPED, FAULT = 0x00, 0x09, 0x02, 0x08  # of STATUS

MOSFET = Story(
    packs=({"name": "House bank", "capacity": 100.0, "soc": 55.0, "load": "charge", "rate": 0.2},),
    steps=(
        Step(
            who="Start",
            words="The pack is charged with 20 A, and both MOSFETs are on.",
            seen={CURRENT: 20.0, CHARGE: 1},
        ),
        Step(
            who="Node-RED",
            words="Charging off. Switching is not allowed, so the command is refused.",
            act=Write(CHARGE, 0),
            seen={LAST: "charge off: refused: switching is off", CHARGE: 1},
        ),
        Step(
            who="Command line",
            words="dbus-xbms set 'House bank' AllowMosfetControl 1",
            act=SetSetting("AllowMosfetControl", 1),
            seen={STATUS: ON},
            pause=4.0,
        ),
        Step(
            who="Switch pane of the GX",
            words="Charging off. CCL is 0 at once; the MOSFET waits for the current to fall.",
            act=Write(TOGGLE, 0, switches=True),
            seen={CCL: 0, FORCED: 1, CHARGE: 1},
            pause=3.0,
        ),
        Step(
            who="Charger",
            words="It obeys the CCL of 0: the current falls.",
            act=Inject("current", {"amperes": 6.0}),
            seen={CURRENT: 6.0, CHARGE: 1},
            pause=1.0,
        ),
        Step(
            who="Charger",
            words="The current is low: the MOSFET is switched off, and the BMS is read back.",
            act=Inject("current", {"amperes": 0.4}),
            seen={CHARGE: 0, FORCED: 1, LAST: "charge off: done"},
        ),
        Step(
            who="Switch pane of VRM",
            words="Charging on. The MOSFET turns on at once; the CCL returns after half a minute.",
            act=Write(TOGGLE, 1, switches=True),
            seen={CHARGE: 1, FORCED: 0, LAST: "charge on: done"},
        ),
        Step(
            who="BMS",
            words="A cell voltage is too high: a protection turns the MOSFET off. This is not reverted.",
            act=Inject("protection", {"bit": 0, "on": True}),
            seen={CHARGE: 0, FORCED: 0, STATUS: TRIPPED},
        ),
        Step(
            who="BMS",
            words="The cell has recovered, and the BMS turns the MOSFET on again.",
            act=Inject("protection", {"bit": 0, "on": False}),
            seen={CHARGE: 1, STATUS: ON},
            pause=4.0,
        ),
        Step(
            who="Fault",
            words="The charge MOSFET is stuck on. Nothing shows this yet.",
            act=Inject("stuck", {"mosfet": "charge", "state": "on"}),
            seen={CHARGE: 1},
            pause=3.0,
        ),
        Step(
            who="Node-RED",
            words="Charging off. The BMS accepts it, but the MOSFET stays on: sent again, then a fault.",
            act=Write(FORCED, 1, switches=True),
            seen={CHARGE: 1, STATUS: FAULT, LAST: "failed: commanded charge off"},
        ),
        Step(
            who="Fault",
            words="The MOSFET is no longer stuck, and follows the command.",
            act=Inject("stuck", {"mosfet": "charge", "state": "free"}),
            seen={CHARGE: 0, FORCED: 1},
            pause=4.0,
        ),
        Step(
            who="Command line",
            words="dbus-xbms switch 'House bank' charge on",
            act=Write(CHARGE, 1, switches=True),
            seen={CHARGE: 1, LAST: "charge on: done"},
        ),
        Step(
            who="Node-RED",
            words="Both off, with /Settings/MosfetMode 3. This may cut the GX's power, so it is refused.",
            act=Write(MODE, 3),
            seen={LAST: "refused: switching discharge off", CHARGE: 1, MODE: 0},
        ),
        Step(
            who="Command line",
            words="dbus-xbms set 'House bank' AllowLending 1",
            act=SetSetting("AllowLending", 1),
            seen={LEND_STATUS: OFF},
            pause=2.0,
        ),
        Step(
            who="Switch pane of the GX",
            words="The link is lent to the phone app. The pack is not charged meanwhile.",
            act=Write(LEND, 1),
            seen={LEND: 1, CCL: 0, CHARGE: None},
            pause=2.0,
        ),
        Step(
            who="Phone",
            words="The app connects to the pack.",
            act=Inject("phone", {"on": True}),
            seen={LINK: "lent"},
        ),
        Step(
            who="Phone",
            words="The app disconnects.",
            act=Inject("phone", {"on": False}),
            seen={LINK: "lent"},
            pause=1.0,
        ),
        Step(
            who="Switch pane of the GX",
            words="Lending ends before the minute is over.",
            act=Write(LEND, 0),
            seen={LEND: 0, LINK: "connected", CHARGE: 1},
        ),
    ),
)
