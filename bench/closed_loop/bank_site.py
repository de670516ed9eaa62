"""Banks on their sites, and days of them under each scheme of control. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

from bench.closed_loop.bank_control import Scheme, Service, Watched
from bench.closed_loop.bank_pack import PackSpec, SimulatedPack
from bench.closed_loop.bank_plant import BankPlant
from bench.closed_loop.plant import Charger
from bench.closed_loop.simulation import DAY, FULL, HOUR, OWNER, Setup, load, sun
from dbus_xbms.model import Limits, PackSample
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.settings import PackSettings
from dbus_xbms.settings.bank import BankSettings

FINE, COARSE = 1.0, 60.0  # s between polls: after a change, and otherwise
SETTLED = 8.0  # s without a change until polls are COARSE; chargers need up to 8 s
COUNTS = 0.02  # C; smaller changes of a limit are not followed closely
DOWN = 5.0  # s that a restart takes, in which there are no limits
RECOVERED = 1800.0  # s after a pack has returned; its limits rise again for up to 11 min
TOLERANCE, LEAST_TOLERANCE = 0.05, 1.0  # fraction of a pack's limit and A, by which it may be exceeded
NEARLY = 0.5  # of what is tolerated, above which an excess is followed closely
TOP = FULL - 0.03  # V; above it polls are more frequent
TOP_STEP = 10.0  # s, while a current flows there
DARK_STEP = 180.0  # s, without sun


def tolerance(limit: float) -> float:
    """Return by how many A a current may exceed a limit in A."""
    return max(TOLERANCE * limit, LEAST_TOLERANCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time each day during which a pack is not read."""

    pack: int  # 1-based
    at: float  # hour of the day
    minutes: float
    lent: bool = False  # to a phone app
    apart: bool = False  # its breaker is open, too

    def covers(self, now: float) -> bool:
        """Return whether it lasts at ``now``, in s."""
        return 0 <= now % DAY - self.at * HOUR < self.minutes * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BankSetup:
    """A bank on its site."""

    name: str
    strings: tuple[tuple[PackSpec, ...], ...]
    charger: Charger = field(default_factory=lambda: Charger(current=1000.0))
    sun: float = 300.0  # A at noon
    load: float = 4.0  # times the load of the simulation of one pack
    outages: tuple[Outage, ...] = ()
    restarts: tuple[float, ...] = ()  # hours of the day at which the program is restarted
    compared: bool = False  # with other schemes of control
    least_top: float = 100.0  # %, SoC that every pack must reach on each sunny day
    balanced: bool = True  # balancers have enough time until every pack reaches 100 %

    @property
    def packs(self) -> tuple[PackSpec, ...]:
        """All packs, string after string."""
        return tuple(pack for string in self.strings for pack in string)

    @property
    def bank(self) -> BankSettings:
        """The settings of the bank."""
        topology = "parallel" if len(self.strings) == 1 else "series"
        if len(self.strings) > 1 and len(self.strings[0]) > 1:
            topology = f"{len(self.strings)}s{len(self.strings[0])}p"
        return BankSettings({"Enabled": 1, "Topology": topology})

    def watched(self) -> list[Watched]:
        """All packs as the program knows them at the start."""
        return [
            Watched(
                spec.name,
                spec.cells,
                spec.capacity,
                PackSettings({**OWNER, **spec.owner}),
                PackState(started=0.0),
            )
            for spec in self.packs
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackNow:
    """A pack after one step."""

    name: str
    capacity: float  # Ah
    current: float  # A, positive while charging
    highest: float  # V, of its cells
    lowest: float
    soc: float  # %, as its BMS counts
    celsius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One poll of all packs, and what follows until the next."""

    at: float  # s
    seconds: float
    limits: Limits | None  # on the bus
    own: tuple[Limits | None, ...]  # of each pack, as it decides when it is read
    voltage: float  # V, of the busbar
    current: float  # A into the bank
    dark: bool  # the loads have no power
    packs: tuple[PackNow, ...]


class Site:
    """A bank under one scheme of control, step by step."""

    def __init__(self, setup: BankSetup, scheme: Scheme) -> None:
        self.setup = setup
        self.plant = BankPlant(setup.strings, setup.charger)
        self.service = Service(setup.watched(), setup.bank, scheme)
        # What the packs allow in truth, also while the program cannot read them.
        self._truth = list(self.service.packs)
        self._unread_at = [-inf] * len(self._truth)  # s
        self._weather = Setup(name=setup.name, sun=setup.sun)
        # The substitutes exceed limits for hours.
        self._exceeded_step = FINE if scheme is Scheme.BANK else TOP_STEP
        self._changing: tuple[object, ...] = ()
        self._changed_at = 0.0
        self._lent: set[Outage] = set()
        self._started = self._polled_at = 0.0  # s, when the program starts or has started, and its last poll
        self._seen_at = 0.0  # s, the last step

    def steps(self, days: float) -> Iterator[Step]:
        """Yield each step of so many days, after it."""
        while (now := self.plant.now) < days * DAY:
            limits = self._polled(now)
            self.plant.send(limits)
            own = tuple(pack.limits for pack in self._truth)
            seconds = self._pace(now, limits)
            self.plant.advance(seconds, sun(self._weather, now), self.setup.load * load(now))
            yield Step(
                at=now,
                seconds=seconds,
                limits=limits,
                own=own,
                voltage=self.plant.voltage,
                current=self.plant.current,
                dark=self.plant.dark,
                packs=tuple(_now(pack, now) for pack in self.plant.packs),
            )

    def _polled(self, now: float) -> Limits | None:
        """Poll all packs, and return the limits on the bus; none while the program does not run."""
        midnight = now - now % DAY
        if any(self._seen_at < midnight + hour * HOUR <= now for hour in self.setup.restarts):
            self._started = now + DOWN
        self._seen_at = now
        if now < self._started:
            return None
        samples = [pack.measured(now) for pack in self.plant.packs]
        if self._started > self._polled_at:
            self.service = self.service.restarted(self._started)
            self._truth = list(self.service.packs)
        self._polled_at = now
        limits = self.service.step(self._heard(samples, now), now)
        for pack, known, sample in zip(self._truth, self.service.packs, samples, strict=True):
            if pack is not known:
                pack.step(sample, now, self.service.bank)
        return limits

    def _heard(self, samples: list[PackSample], now: float) -> list[PackSample | None]:
        """Return the samples that reach the program, and move what outages move."""
        heard: list[PackSample | None] = list(samples)
        for pack in self.plant.packs:
            pack.connected = True
        for outage in self.setup.outages:
            if not outage.covers(now):
                self._lent.discard(outage)
                continue
            heard[outage.pack - 1] = None
            self.plant.packs[outage.pack - 1].connected = not outage.apart
            self._unread_at[outage.pack - 1] = now
            if outage.lent and outage not in self._lent:
                self._lent.add(outage)
                self.service.packs[outage.pack - 1].lend(now + 60 * outage.minutes)
        self._keep_truth(now)
        return heard

    def _keep_truth(self, now: float) -> None:
        """Keep a pack as it is in truth from the time that it is not read until it has recovered."""
        for n, known in enumerate(self.service.packs):
            apart = self._truth[n] is not known
            if now - self._unread_at[n] < RECOVERED:
                self._truth[n] = self._truth[n] if apart else known.read_again
            elif apart:
                self._truth[n] = known

    def _pace(self, now: float, limits: Limits | None) -> float:
        """Return the time until the next poll, in s."""
        packs = self.plant.packs
        counts = COUNTS * sum(pack.spec.capacity for pack in self.plant.strings[0])
        shines = bool(sun(self._weather, now))  # without it nothing changes fast
        changing = (
            *((round(limits.cvl, 1), limits.ccl // counts, limits.dcl // counts) if limits else ()),
            load(now) if shines else 0.0,
            shines and now % 900 < 60,  # a cloud
            *(pack.mosfets for pack in packs),
            *(pack.connected for pack in packs),
            *(outage.covers(now) for outage in self.setup.outages),
            limits is None,
        )
        if changing != self._changing:
            self._changing, self._changed_at = changing, now
        if now - self._changed_at < SETTLED:
            return FINE
        excess = self._excess
        if excess > NEARLY:
            return self._exceeded_step
        if not sun(self._weather, now) and self.plant.current < 0:
            return DARK_STEP
        if excess:
            return TOP_STEP
        if abs(self.plant.current) < counts or max(max(pack.cells) for pack in packs) < TOP:
            return COARSE
        return TOP_STEP

    @property
    def _excess(self) -> float:
        """By how much packs are charged with more than they allow, as a fraction of what is tolerated."""
        if self.plant.current <= 0:
            return 0.0
        return max(
            max(0.0, pack.current - known.limits.ccl) / tolerance(known.limits.ccl) if known.limits else 0.0
            for pack, known in zip(self.plant.packs, self._truth, strict=True)
        )


def _now(pack: SimulatedPack, now: float) -> PackNow:
    cells = pack.cells
    return PackNow(
        name=pack.spec.name,
        capacity=pack.spec.capacity,
        current=pack.current,
        highest=max(cells),
        lowest=min(cells),
        soc=100 * pack.remaining / pack.spec.capacity,
        celsius=pack.spec.temperature(now),
    )
