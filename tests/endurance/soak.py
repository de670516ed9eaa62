"""One soak: the program and the simulator as processes, with injected faults and an outside observer."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from math import inf
from pathlib import Path

from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus
from tests.endurance.bank_judge import OFFLINE
from tests.endurance.clock import WallClock
from tests.endurance.owner import Owner
from tests.endurance.plan import Plan
from tests.endurance.report import Ending, Report, report
from tests.endurance.storm import Disturbance, Harm, Scope, Strike, Weather
from tests.endurance.watch import Finding, Watch
from tests.endurance.world import World


class Storm:
    """Inject the faults of a storm while the program runs."""

    def __init__(
        self, plan: Plan, world: World, program: Program, watch: Watch, owner: Owner, clock: WallClock | None
    ) -> None:
        self.plan = plan
        self.struck: dict[str, int] = {}
        self.trouble = ""  # why the soak itself broke off
        self.calm_lines = 0  # of the log
        self.doubled: list[str] = []  # packs whose notifications come twice, in the calm
        self._world = world
        self._program = program
        self._watch = watch
        self._clock = clock
        self._owner = owner
        self._renamed: dict[str, int] = {}  # adapter -> times it came back under another name

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    async def course(self) -> None:
        """Run a quiet time, the storm, and a quiet time again."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._owner.run(self.plan.before + self.plan.seconds))
            await asyncio.sleep(self.plan.before)
            await self._rage()
        lines = len(self._program.output)  # standard output is the service's log
        await asyncio.sleep(self.plan.calm)
        self.calm_lines = len(self._program.output) - lines
        sessions = {
            address: (await self._world.truth(address))["notify_sessions"]
            for address in self._world.addresses
        }
        self.doubled = [address for address, count in sessions.items() if count > 1]

    async def _rage(self) -> None:
        """Inject the faults as planned; return when all are over."""
        weather = Weather(
            packs=self._world.addresses,
            adapters=[adapter["address"] for adapter in self.plan.adapters],
            seed=self.plan.seed,
            every=self.plan.every,
            table=self.plan.table,
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
        self._watch.weather[str(strike)] = now + strike.seconds
        if fault.harm is not Harm.NOBODY:
            hit, end = await self._hit(strike), now + strike.seconds + fault.after
            for known in (self._watch.packs[address].known for address in hit):
                if fault.disturbs(known):
                    disturbance = Disturbance(begin=now, end=end, hits=fault.silences(known))
                    self._watch.disturbed([known.address], disturbance)
        if fault.scope is Scope.PROGRAM:
            acts = {"stop": self._stop, "full_disk": self._full_disk, "clock": self._clock_jumps}
            with suppress(ProcessLookupError):  # it has ended
                await acts[fault.name](strike)
        else:
            await self._inject(strike)

    async def _hit(self, strike: Strike) -> Sequence[str]:
        """Return the packs that a fault hits; for an adapter, those on it and those without a link."""
        if strike.fault.scope is Scope.PACK:
            return [strike.target]
        if strike.fault.harm is not Harm.TARGET:
            return self._world.addresses
        holders = {address: (await self._world.truth(address))["holder"] for address in self._world.addresses}
        others = {adapter["address"] for adapter in self.plan.adapters} - {strike.target}
        return [address for address, holder in holders.items() if holder not in others]

    async def _inject(self, strike: Strike) -> None:
        name, parameters = strike.fault.name, dict(strike.parameters)
        if name == "unplug":
            parameters["name"] = self._new_name(strike.target)
        if strike.fault.also:
            await self._world.fault(strike.fault.also, strike.target)
        await self._world.fault(name, strike.target, **parameters)
        if strike.end is not None:
            await asyncio.sleep(strike.seconds)
            await self._world.fault(name, strike.target, **strike.end)
        elif strike.fault.scope is not Scope.WORLD:  # those are over when the call returns
            await asyncio.sleep(strike.seconds)

    def _new_name(self, adapter: str) -> str:
        """Return the name under which an adapter returns: another one, never one in use."""
        own = [one["address"] for one in self.plan.adapters].index(adapter)
        self._renamed[adapter] = times = self._renamed.get(adapter, 0) + 1
        return f"hci{own + len(self.plan.adapters) * (times % 3)}"

    async def _stop(self, strike: Strike) -> None:
        """Suspend the whole machine."""
        self._watch.blind()
        os.kill(self._program.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(strike.seconds)
        finally:
            os.kill(self._program.pid, signal.SIGCONT)
            self._watch.awake()

    async def _full_disk(self, strike: Strike) -> None:
        """Let no file of the program grow."""
        old = resource.prlimit(self._program.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        try:
            await asyncio.sleep(strike.seconds)
        finally:
            resource.prlimit(self._program.pid, resource.RLIMIT_FSIZE, old)

    async def _clock_jumps(self, strike: Strike) -> None:
        """Set the wall clock to a wrong time, and correct it."""
        assert self._clock, "this machine has no clock that jumps"
        self._clock.set(str(strike.parameters["offset"]))
        try:
            await asyncio.sleep(strike.seconds)
        finally:
            self._clock.set("+0")


@asynccontextmanager
async def _watching(watch: Watch, venus: Venus) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(watch.run(venus)), group.create_task(watch.weigh(venus))]
        yield
        for task in tasks:
            task.cancel()


async def _unless_ended(program: Program, course: Coroutine[object, object, None]) -> None:
    """Run a course of events until it or the program ends."""
    async with asyncio.TaskGroup() as group:
        ended = group.create_task(program.ended(inf))
        running = group.create_task(course)
        await asyncio.wait([ended, running], return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        running.cancel()


async def _all_shown(venus: Venus, addresses: Sequence[str], limit: float) -> None:
    for address in addresses:
        await venus.until(address, lambda seen: seen["/Dc/0/Voltage"] is not None, timeout=limit)


async def soak(plan: Plan, directory: Path, tell: Callable[[Finding], object] = lambda _: None) -> Report:
    """Soak with the simulator; files go to ``directory``, findings to ``tell`` at once."""
    simulation = Simulation(
        plan.rows(),
        timing={"disconnect": 2.0},
        adapters=list(plan.adapters),
        banks=plan.wiring(),
        seed=plan.seed,
    )
    async with simulation as world:
        return await endure(plan, world, directory, tell, WallClock(directory))


async def endure(
    plan: Plan,
    world: World,
    directory: Path,
    tell: Callable[[Finding], object],
    clock: WallClock | None = None,
) -> Report:
    """Run the program in a world, on the bus of the environment, and judge it."""
    knowns = [plan.known(n) for n in range(plan.count)]
    now = asyncio.get_running_loop().time
    async with AsyncExitStack() as stack:
        allowed = [plan.allowed(n) for n in range(plan.count)]
        watch = Watch(world, knowns, allowed, tell, [knowns[n] for n in plan.members])
        venus = await stack.enter_async_context(Venus(watch.told))
        for n, known in enumerate(knowns):
            await venus.enable(known.address, **plan.owner(n))
        if plan.bank:
            await venus.confirm_bank(Members=" ".join(knowns[n].address for n in plan.members))
        begun = now()
        environment = clock.environment if clock else None
        command = Program("run", "--capture", str(directory / "capture"), environment=environment)
        program = await stack.enter_async_context(command)
        await _all_shown(venus, world.addresses, plan.start_limit)
        if plan.bank:
            await venus.until_bank(lambda seen: seen[OFFLINE] == 0, timeout=plan.start_limit)
        watch.disturbed(world.addresses, Disturbance(begin=begun, end=now()))
        watch.pid = program.pid
        single = {address: book for address, book in watch.books.items() if address not in watch.members}
        owner = Owner(venus, single, watch.ordered, seed=plan.seed, every=plan.order_every)
        storm = Storm(plan, world, program, watch, owner, clock)
        try:
            async with _watching(watch, venus):
                await _unless_ended(program, storm.course())
        except* AssertionError as errors:  # the world has gone; what was found so far counts
            storm.trouble = repr(errors)
        ending = await _ending(program, world, storm)
        return report(plan, watch, storm.struck, ending)


async def _ending(program: Program, world: World, storm: Storm) -> Ending:
    """End the program, and check what it leaves behind."""
    now = asyncio.get_running_loop().time
    begun = now()
    status = await program.stop()
    return Ending(
        status=status,
        exit_seconds=now() - begun,
        log=[*program.output, *program.log],
        calm_lines=storm.calm_lines,
        left_behind=program.left_behind,
        doubled=storm.doubled,
        truths={} if storm.trouble else {address: await world.truth(address) for address in world.addresses},
        trouble=storm.trouble,
    )
