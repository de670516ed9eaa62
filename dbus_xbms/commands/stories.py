"""The scripted demos, and a player for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

from dbus_fast import Variant

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import Batteries
from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.story import Inject, SetSetting, Step, Story, Write
from dbus_xbms.commands.story_bank import BANK
from dbus_xbms.commands.story_mosfet import MOSFET
from dbus_xbms.commands.table import LAST_COMMAND, Battery, Value
from dbus_xbms.dbus import TrustedBus, call
from dbus_xbms.policy.mosfets import CHANGE_EVERY
from dbus_xbms.settings import pack_path
from dbus_xbms.simulator import control

BANK_NUMBER = "1"  # of the bank in the simulator
STEP_LIMIT = 30.0  # s until the bus shows the result of a step
SETTLED = 0.5  # s added to the minimum time between two changes of a MOSFET
CHANGED = ("done", "failed")  # results of a command that was sent to the BMS
KINDS: Mapping[type, str] = {bool: "b", int: "i", float: "d", str: "s"}

STORIES: Mapping[str, Story] = {"mosfet": MOSFET, "bank": BANK}


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

    def _missing(self, step: Step) -> str:
        """Return what the bank, or the only pack, does not show yet; its service may be being replaced."""
        shown = next(iter(self._live.all), None)
        return differences(step.seen, shown) if shown else "it is not on the bus"

    def _pack(self, number: int) -> Battery:
        """Return a pack by its number in the story: packs are simulated in the order of their addresses."""
        return sorted(self._live.packs, key=lambda pack: pack.address)[number - 1]

    async def _act(self, step: Step) -> None:
        pack = self._pack(step.on)
        match step.act:
            case Write(path, value):
                await self._live.write(pack, path, value)
            case SetSetting(setting, value):
                async with known_packs() as known:
                    await known.set(pack_path(pack.address, setting), value)
            case Inject(fault, parameters, bank):
                variants = {name: Variant(KINDS[type(value)], value) for name, value in parameters.items()}
                await self._inject(BANK_NUMBER if bank else pack.address, fault, variants)

    async def _inject(self, target: str, fault: str, parameters: Mapping[str, Variant]) -> None:
        body = [target, fault, parameters]
        at = (control.NAME, control.PATH, control.INTERFACE)
        await call(self._bus, *at, "Inject", "ssa{sv}", body, limit=STEP_LIMIT)

    async def _until_seen(self, step: Step) -> None:
        try:
            async with asyncio.timeout(STEP_LIMIT):
                while missing := self._missing(step):
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
