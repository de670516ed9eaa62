"""Tells a story on a simulated pack: acts, and waits until the bus shows what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

from dbus_fast import Variant

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import Batteries
from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.session import call
from dbus_xbms.commands.stories import Choose, Step, Story, Strike, Write
from dbus_xbms.commands.table import LAST_COMMAND, Battery, Value
from dbus_xbms.dbus.trusted import TrustedBus
from dbus_xbms.policy.mosfets import CHANGE_EVERY
from dbus_xbms.settings import pack_path
from dbus_xbms.simulator import control

STEP_LIMIT = 30.0  # s for what a step leads to
SETTLED = 0.5  # s more than the least time between two changes of a MOSFET
CHANGED = ("done", "failed")  # outcomes of an order that was given to the BMS
KINDS: Mapping[type, str] = {bool: "b", int: "i", float: "d", str: "s"}


class Teller:
    """One story, told once; ``caption`` says what goes on."""

    def __init__(self, story: Story, live: Batteries, bus: TrustedBus, *, quick: bool) -> None:
        self.caption = ""
        self._story = story
        self._live = live
        self._bus = bus
        self._quick = quick
        self._may_switch = _now()  # s

    async def steps(self) -> AsyncIterator[str]:
        """Take one step after the other; yields its caption when the bus shows what came of it.

        Raises:
            CommandError: nothing came of it.
        """
        for number, step in enumerate(self._story.steps, 1):
            if isinstance(step.act, Write) and step.act.switches:
                await asyncio.sleep(self._may_switch - _now())
            self.caption = f"[{number}/{len(self._story.steps)}] {step.who}: {step.words}"
            self._live.tell()
            await self._act(step)
            await self._seen(step)
            if any(words in str(step.seen.get(LAST_COMMAND)) for words in CHANGED):
                self._may_switch = _now() + CHANGE_EVERY + SETTLED
            yield self.caption
            await asyncio.sleep(0 if self._quick else step.look)

    @property
    def _pack(self) -> Battery:
        return self._live.packs[0]

    async def _act(self, step: Step) -> None:
        match step.act:
            case Write(path, value):
                await self._live.write(self._pack, path, value)
            case Choose(setting, value):
                async with known_packs() as known:
                    await known.set(pack_path(self._pack.address, setting), value)
            case Strike(fault, parameters):
                variants = {name: Variant(KINDS[type(value)], value) for name, value in parameters.items()}
                await self._inject(fault, variants)

    async def _inject(self, fault: str, parameters: Mapping[str, Variant]) -> None:
        body = [self._pack.address, fault, parameters]
        name = control.NAME
        await call(
            self._bus, name, "Inject", "ssa{sv}", body, path=control.PATH, interface=name, limit=STEP_LIMIT
        )

    async def _seen(self, step: Step) -> None:
        try:
            async with asyncio.timeout(STEP_LIMIT):
                while missing := differences(step.seen, self._pack):
                    await self._live.next_change()
        except TimeoutError as err:
            raise CommandError(f"{self.caption}: {missing}") from err


def differences(wanted: Mapping[str, Value], pack: Battery) -> str:
    """What a pack shows otherwise, in words; "" if all is as wanted."""
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
