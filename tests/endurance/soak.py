"""One soak: the real program and the simulator as processes, a storm between them, and a watch outside."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus
from tests.endurance.plan import ADAPTERS, Plan
from tests.endurance.report import Report, report
from tests.endurance.storm import Disturbance, Harm, Scope, Strike, Weather
from tests.endurance.watch import Consumer, Finding, Watch

START_LIMIT = 60.0  # s until all packs are shown


class Soak:
    """The storm at work on a running simulation."""

    def __init__(self, plan: Plan, sim: Simulation, program: Program, watch: Watch) -> None:
        self.plan = plan
        self.struck: dict[str, int] = {}
        self._sim = sim
        self._program = program
        self._watch = watch
        self._renamed: dict[str, int] = {}  # adapter -> times it came back under another name

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    async def rage(self) -> None:
        """Strike as planned; ends when every fault is over."""
        weather = Weather(
            packs=self._sim.addresses,
            adapters=[adapter["address"] for adapter in ADAPTERS],
            seed=self.plan.seed,
            every=self.plan.every,
            longest=self.plan.longest,
        )
        begun = self._now()
        async with asyncio.TaskGroup() as strikes:
            for strike in weather.strikes(self.plan.seconds):
                await asyncio.sleep(max(0.0, begun + strike.at - self._now()))
                strikes.create_task(self._strike(strike))

    async def _strike(self, strike: Strike) -> None:
        fault, now = strike.fault, self._now()
        self.struck[fault.name] = self.struck.get(fault.name, 0) + 1
        words = str(strike)
        self._watch.weather[words] = now + strike.seconds
        if fault.harm is not Harm.NOBODY:
            disturbance = Disturbance(
                begin=now, end=now + strike.seconds + fault.after, hits=fault.harm is not Harm.SEARCHERS
            )
            self._watch.disturbed(await self._hit(strike), disturbance)
        if fault.scope is Scope.PROGRAM:
            await {"stop": self._stop, "full_disk": self._full_disk}[fault.name](strike.seconds)
        else:
            await self._inject(strike)

    async def _hit(self, strike: Strike) -> Sequence[str]:
        """Whom a fault strikes; on an adapter those that it holds, and those that have no link."""
        if strike.fault.scope is Scope.PACK:
            return [strike.target]
        if strike.fault.harm is not Harm.TARGET:
            return self._sim.addresses
        holders = {address: (await self._sim.truth(address))["holder"] for address in self._sim.addresses}
        others = {adapter["address"] for adapter in ADAPTERS} - {strike.target}
        return [address for address, holder in holders.items() if holder not in others]

    async def _inject(self, strike: Strike) -> None:
        name, parameters = strike.fault.name, dict(strike.parameters)
        if name == "unplug":
            parameters["name"] = self._new_name(strike.target)
        if strike.fault.also:
            await self._sim.fault(strike.fault.also, strike.target)
        await self._sim.fault(name, strike.target, **parameters)
        if strike.end is not None:
            await asyncio.sleep(strike.seconds)
            await self._sim.fault(name, strike.target, **strike.end)
        elif strike.fault.scope is Scope.WORLD:
            return  # it was over when the call returned
        else:
            await asyncio.sleep(strike.seconds)

    def _new_name(self, adapter: str) -> str:
        """The name under which an adapter returns: another one, never one that is in use."""
        own = [one["address"] for one in ADAPTERS].index(adapter)
        self._renamed[adapter] = times = self._renamed.get(adapter, 0) + 1
        return f"hci{own + len(ADAPTERS) * (times % 3)}"

    async def _stop(self, seconds: float) -> None:
        """A box that hangs."""
        self._watch.blind()
        os.kill(self._program.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(self._program.pid, signal.SIGCONT)
            self._watch.awake()

    async def _full_disk(self, seconds: float) -> None:
        """No file of the program can grow."""
        old = resource.prlimit(self._program.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        try:
            await asyncio.sleep(seconds)
        finally:
            resource.prlimit(self._program.pid, resource.RLIMIT_FSIZE, old)


@asynccontextmanager
async def _watching(watch: Watch, venus: Venus) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watch.run(venus))
        yield
        task.cancel()


async def _all_shown(venus: Venus, addresses: Sequence[str]) -> None:
    for address in addresses:
        await venus.until(address, lambda seen: seen["/Dc/0/Voltage"] is not None, timeout=START_LIMIT)


async def soak(plan: Plan, directory: Path, tell: Callable[[Finding], object] = lambda _: None) -> Report:
    """Run a soak on the bus of the environment; files go to ``directory``, findings to ``tell`` at once."""
    knowns = [plan.known(n) for n in range(plan.packs)]
    async with AsyncExitStack() as stack:
        simulation = Simulation(plan.rows(), timing={"disconnect": 2.0}, adapters=ADAPTERS, seed=plan.seed)
        sim = await stack.enter_async_context(simulation)
        watch = Watch(sim, knowns, tell)
        venus = await stack.enter_async_context(Consumer(watch.told))
        for n, known in enumerate(knowns):
            await venus.enable(known.address, **plan.owner(n))
        program = Program("run", "--capture", str(directory / "capture"))
        await stack.enter_async_context(program)
        now = asyncio.get_running_loop().time
        begun = now()
        await _all_shown(venus, sim.addresses)
        watch.pid = program.pid
        raging = Soak(plan, sim, program, watch)
        watch.disturbed(sim.addresses, Disturbance(begin=begun, end=now()))
        async with _watching(watch, venus):
            await asyncio.sleep(plan.before)
            await raging.rage()
            storm_lines = len(program.output)  # standard output is the service's log
            await asyncio.sleep(plan.calm)
        calm_lines = len(program.output) - storm_lines
        doubled = [a for a in sim.addresses if (await sim.truth(a))["notify_sessions"] > 1]
        begun_to_end = now()
        status = await program.stop()
        return report(
            plan=plan,
            watch=watch,
            struck=raging.struck,
            log=[*program.output, *program.log],
            calm_lines=calm_lines,
            status=status,
            exit_seconds=now() - begun_to_end,
            left_behind=program.left_behind,
            doubled=doubled,
            held=[a for a in sim.addresses if (await sim.truth(a))["holder"] not in (None, "phone")],
        )
