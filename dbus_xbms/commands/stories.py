"""Scripted demos: steps with a simulated pack, the expected values on the bus, and a player."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dbus_fast import Variant

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import Batteries
from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.table import LAST_COMMAND, Battery, Value
from dbus_xbms.dbus import TrustedBus, call
from dbus_xbms.policy.mosfets import CHANGE_EVERY
from dbus_xbms.settings import pack_path
from dbus_xbms.simulator import control

STEP_LIMIT = 30.0  # s until the bus shows the result of a step
SETTLED = 0.5  # s added to the minimum time between two changes of a MOSFET
CHANGED = ("done", "failed")  # results of a command that was sent to the BMS
KINDS: Mapping[type, str] = {bool: "b", int: "i", float: "d", str: "s"}


@dataclass(frozen=True, slots=True)
class Write:
    """A write to a path of the pack; ``switches``: it switches a MOSFET, which takes a few seconds."""

    path: str
    value: int
    switches: bool = False


@dataclass(frozen=True, slots=True)
class SetSetting:
    """A change of a setting of the pack."""

    setting: str
    value: int


@dataclass(frozen=True, slots=True)
class Inject:
    """A fault that the simulator injects; docs/simulator.md lists them."""

    fault: str
    parameters: Mapping[str, bool | int | float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; ``seen``: the values that the bus shows after it; of texts, a part."""

    who: str
    words: str
    act: Write | SetSetting | Inject | None = None
    seen: Mapping[str, Value]
    pause: float = 5.0  # s after the step


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One pack, as in a scenario file, and the steps with it."""

    pack: Mapping[str, Any]
    steps: tuple[Step, ...]


CHARGE, FORCED, STATUS = "/Io/AllowToCharge", "/Settings/ForceChargingOff", "/SwitchableOutput/charge/Status"
TOGGLE, MODE, LEND = "/SwitchableOutput/charge/State", "/Settings/MosfetMode", "/Settings/LendForMinutes"
CURRENT, CCL, LAST = "/Dc/0/Current", "/Info/MaxChargeCurrent", "/Io/LastCommand"
LINK = "/Bluetooth/State"
LEND_STATUS = "/SwitchableOutput/lend/Status"
OFF, ON, TRIPPED, FAULT = 0x00, 0x09, 0x02, 0x08  # of STATUS

MOSFET = Story(
    pack={"name": "House bank", "capacity": 100.0, "soc": 55.0, "load": "charge", "rate": 0.2},
    steps=(
        Step(
            who="Start",
            words="The pack is charged with 20 A, and both MOSFETs are on.",
            seen={CURRENT: 20.0, CHARGE: 1},
        ),
        Step(
            who="Switch pane of the GX",
            words="Charging off. Switching is not allowed, so the command is refused.",
            act=Write(TOGGLE, 0),
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

STORIES: Mapping[str, Story] = {"mosfet": MOSFET}


class Player:
    """Plays one story once; ``caption`` describes the current step."""

    def __init__(self, story: Story, live: Batteries, bus: TrustedBus, *, quick: bool) -> None:
        self.caption = ""
        self._story = story
        self._live = live
        self._bus = bus
        self._quick = quick
        self._may_switch = _now()  # s

    async def steps(self) -> AsyncIterator[str]:
        """Perform the steps in order; yield each caption once the bus shows the result.

        Raises:
            CommandError: the result of a step did not appear.
        """
        for number, step in enumerate(self._story.steps, 1):
            if isinstance(step.act, Write) and step.act.switches:
                await asyncio.sleep(self._may_switch - _now())
            self.caption = f"[{number}/{len(self._story.steps)}] {step.who}: {step.words}"
            self._live.announce()
            await self._act(step)
            await self._until_seen(step)
            if any(words in str(step.seen.get(LAST_COMMAND)) for words in CHANGED):
                self._may_switch = _now() + CHANGE_EVERY + SETTLED
            yield self.caption
            await asyncio.sleep(0 if self._quick else step.pause)

    @property
    def _pack(self) -> Battery:
        return self._live.packs[0]

    async def _act(self, step: Step) -> None:
        match step.act:
            case Write(path, value):
                await self._live.write(self._pack, path, value)
            case SetSetting(setting, value):
                async with known_packs() as known:
                    await known.set(pack_path(self._pack.address, setting), value)
            case Inject(fault, parameters):
                variants = {name: Variant(KINDS[type(value)], value) for name, value in parameters.items()}
                await self._inject(fault, variants)

    async def _inject(self, fault: str, parameters: Mapping[str, Variant]) -> None:
        body = [self._pack.address, fault, parameters]
        at = (control.NAME, control.PATH, control.INTERFACE)
        await call(self._bus, *at, "Inject", "ssa{sv}", body, limit=STEP_LIMIT)

    async def _until_seen(self, step: Step) -> None:
        try:
            async with asyncio.timeout(STEP_LIMIT):
                while missing := differences(step.seen, self._pack):
                    await self._live.next_change()
        except TimeoutError as err:
            raise CommandError(f"{self.caption}: {missing}") from err


def differences(wanted: Mapping[str, Value], pack: Battery) -> str:
    """Return which values of a pack differ from the expected ones, or empty."""
    return ", ".join(
        f"{path} is {pack.values.get(path)!r}, not {value!r}"
        for path, value in wanted.items()
        if not _is(pack.values.get(path), value)
    )


def _is(shown: Value, wanted: Value) -> bool:
    if isinstance(shown, str) and isinstance(wanted, str):
        return wanted in shown
    return shown == wanted


def _now() -> float:
    return asyncio.get_running_loop().time()
