"""The banks that are simulated. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bench.closed_loop.bank_pack import Odd, PackSpec
from bench.closed_loop.bank_site import BankSetup, Outage
from bench.closed_loop.plant import Charger
from dbus_xbms.settings import Value

# With ESS and DC feed-in systemcalc gives MPPTs their own maximum current at CVL + 0.4 V, whatever the CCL.
FEED_IN = Charger(current=1000.0, error=0.4, obeys_ccl=False)
WEAK = Odd(capacity=0.85, resistance=2.0, leak=0.002)  # full and empty before the others, and drifting away
EVEN = {n: Odd(behind=0.4) for n in (2, 3, 4)}  # cell 1 is 20 mV ahead of the others at the top
AHEAD = {n: Odd(behind=0.8) for n in (2, 3, 4)}  # 40 mV
# The lead of a weak cell, in % of its capacity: cells that were joined without balancing them differ by 2 %.
# A balancer must bleed all of it but about 1 %, until which the packs beside it show 99 % at most. With 0.1 A
# for 7 h of a sunny day, 4 % of 100 Ah take some days. In a cold pack of 200 Ah it works for less than 5 h a
# day, and 4 % take some 12 sunny days: more than the simulation has. Between strings in series no balancer
# works: what one lacks when the other is full, it keeps lacking.
NEAR, FAR = 2.0, 4.0  # 62 and 88 mV at the top
NEAR_AHEAD = {n: Odd(behind=NEAR) for n in (2, 3, 4)}
FAR_AHEAD = {n: Odd(behind=FAR) for n in (2, 3, 4)}
# %; packs in parallel have one voltage, so the others are not full when a cell far ahead is.
BELOW_WEAK = 96.0
TOP_BALANCE_DAYS = 3  # as the owner of one bank sets it
TOP_BALANCE: Mapping[str, Value] = {"TopBalanceDays": TOP_BALANCE_DAYS}

# The small pack has the least resistance for its size, so it carries more than its part.
A = PackSpec(name="A, 280 Ah", capacity=280.0, soc=80.0, odd=EVEN)
B = PackSpec(name="B, 280 Ah", capacity=280.0, soc=65.0, resistance=1.5, odd=AHEAD)
C = PackSpec(name="C, 200 Ah", capacity=200.0, soc=60.0, resistance=0.8, odd=EVEN, celsius=13.0, swing=4.0)
D = PackSpec(name="D, 100 Ah", capacity=100.0, soc=50.0, resistance=0.6, odd=EVEN)

UNEQUAL = BankSetup(name="4 unequal packs", strings=((A, B, C, D),))
LEAVING = (
    Outage(pack=1, at=9.3, minutes=20.0),
    Outage(pack=4, at=11.0, minutes=0.7),
    Outage(pack=3, at=12.0, minutes=15.0, lent=True),
    Outage(pack=2, at=18.5, minutes=180.0, apart=True),
    Outage(pack=4, at=22.0, minutes=90.0),
)
D_FULL_EARLY = replace(D, overvoltage=3.43, release=3.36)
D_WEAK = replace(D, odd={1: WEAK, **FAR_AHEAD})
C_COLD = replace(C, celsius=7.0, swing=10.0)

C_WORST = replace(C_COLD, odd={1: WEAK, **NEAR_AHEAD})
C_BEYOND = replace(C_COLD, odd={1: WEAK, **FAR_AHEAD})
E = replace(D, name="E, 100 Ah", odd={1: WEAK, **NEAR_AHEAD})
ALL = replace(
    UNEQUAL,
    name="all of these together",
    strings=((A, B, C_WORST, D_FULL_EARLY),),
    outages=LEAVING,
    least_top=BELOW_WEAK,
)
SERIES = BankSetup(
    name="2 packs in series, a weak cell",
    strings=((replace(D, soc=60.0, resistance=1.0),), (replace(D_WEAK, name="E, 100 Ah", soc=60.0),)),
    sun=40.0,
    load=0.6,
)


def with_16_cells(pack: PackSpec, behind: float) -> PackSpec:
    """Return a pack for 48 V, with cell 1 ahead of the others by ``behind`` % of their capacity."""
    odd = {n: Odd(behind=behind) for n in range(2, 17)}
    return replace(pack, cells=16, odd=odd | ({1: WEAK} if behind == FAR else {}))


HIGH = BankSetup(
    name="48 V: 3 packs of 16 cells, one weak, feed-in",
    charger=FEED_IN,
    strings=((with_16_cells(A, 0.4), with_16_cells(C, 0.8), with_16_cells(D, FAR)),),
    sun=200.0,
    load=2.5,
    least_top=BELOW_WEAK,
)
STRINGS = BankSetup(
    name="2s2p, a weak cell, feed-in",
    charger=FEED_IN,
    strings=((replace(A, soc=60.0), D), (replace(B, soc=60.0), E)),
    sun=150.0,
    load=2.0,
    least_top=BELOW_WEAK,
)
RESTARTS = (7.3, 9.1, 11.6, 13.05, 14.2, 18.9)  # hours; also at the top, and while packs are away
RESTARTED = replace(
    UNEQUAL, name="4 unequal packs, feed-in, with restarts", charger=FEED_IN, restarts=RESTARTS
)

SETUPS: tuple[BankSetup, ...] = (
    replace(UNEQUAL, compared=True),
    RESTARTED,
    replace(UNEQUAL, name="packs leave and return under load", outages=LEAVING, compared=True),
    replace(UNEQUAL, name="the charge MOSFET of D turns off at full", strings=((A, B, C, D_FULL_EARLY),)),
    replace(
        UNEQUAL, name="a weak cell in D", strings=((A, B, C, D_WEAK),), least_top=BELOW_WEAK, compared=True
    ),
    replace(
        UNEQUAL,
        name="a weak cell in D, feed-in",
        strings=((A, B, C, D_WEAK),),
        charger=FEED_IN,
        least_top=BELOW_WEAK,
    ),
    replace(UNEQUAL, name="C below 0 °C in the morning", strings=((A, B, C_COLD, D),)),
    replace(
        UNEQUAL,
        name=f"a weak cell in D, feed-in, a top balance every {TOP_BALANCE_DAYS} days",
        strings=(tuple(replace(pack, owner=TOP_BALANCE) for pack in (A, B, C, D_WEAK)),),
        charger=FEED_IN,
        least_top=BELOW_WEAK,
    ),
    ALL,
    replace(ALL, name="all of these together, feed-in", charger=FEED_IN),
    replace(
        ALL,
        name="all of these together, the weak cell 4 % ahead",
        strings=((A, B, C_BEYOND, D_FULL_EARLY),),
        balanced=False,
    ),
    SERIES,
    replace(SERIES, name="2 packs in series, a weak cell, feed-in", charger=FEED_IN),
    HIGH,
    STRINGS,
    replace(ALL, name="all of these together, with restarts", restarts=RESTARTS),
)
