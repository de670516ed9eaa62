"""Plants whose BMS reports wrong values, and owners who chose the wrong chemistry. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bench.closed_loop.attacks import Attack, Bms, household
from bench.closed_loop.plant import FEED_IN, Battery, Charger
from dbus_xbms.model import PackSample

LEADER = {1: 4.0}  # % of charge by which cell 1 is ahead
MIDDLE = 600.0  # s


def lying_from(begin: float, falsify: Callable[[PackSample, PackSample], PackSample]) -> Callable[[], Bms]:
    """Return a maker of BMSes that report ``falsify(then, now)`` from ``begin`` (s) on, of two samples."""

    def bms() -> Bms:
        then: list[PackSample] = []

        def read(now: float, sample: PackSample) -> PackSample:
            if now < begin:
                return sample
            then[:] = then or [sample]
            return falsify(then[0], sample)

        return read

    return bms


def frozen_from(begin: float) -> Callable[[], Bms]:
    """Return a maker of BMSes that repeat the sample of ``begin`` (s) for ever."""
    return lying_from(begin, lambda then, now: then)


def cells_frozen_from(begin: float) -> Callable[[], Bms]:
    """Return a maker of BMSes that repeat the voltages of ``begin`` (s) but keep counting charge."""
    return lying_from(begin, lambda then, now: replace(now, cells=then.cells, voltage=then.voltage))


def stuck_from(begin: float, *, summed: bool) -> Callable[[], Bms]:
    """Return a maker of BMSes whose cell 1 keeps its voltage; ``summed``: the pack's voltage is the sum."""

    def falsify(then: PackSample, now: PackSample) -> PackSample:
        cells = (then.cells[0], *now.cells[1:])
        return replace(now, cells=cells, voltage=round(sum(cells), 2) if summed else now.voltage)

    return lying_from(begin, falsify)


def doubled_from(begin: float) -> Callable[[], Bms]:
    """Return a maker of BMSes that report every cell twice from ``begin`` (s) on."""
    return lying_from(begin, lambda then, now: replace(now, cells=now.cells * 2, voltage=2 * now.voltage))


def tenfold_from(begin: float) -> Callable[[], Bms]:
    """Return a maker of BMSes that count charge in units ten times as large from ``begin`` (s) on."""
    return lying_from(
        begin,
        lambda then, now: replace(
            now, nominal=10 * (now.nominal or 0), remaining=10 * (now.remaining or 0), learned=None
        ),
    )


def soc_of(percent: float) -> Callable[[], Bms]:
    """Return a maker of BMSes that report the same state of charge all the time."""
    return lambda: lambda now, sample: replace(sample, soc=percent)


def odd_every(seconds: float) -> Callable[[], Bms]:
    """Return a maker of BMSes with an impossible sample every ``seconds``."""

    def read(now: float, sample: PackSample) -> PackSample:
        return replace(sample, cells=(6.0, *sample.cells[1:])) if now % seconds < 1.0 else sample

    return lambda: read


STORED = {"Cells": 4, "Nominal": 100.0}
LIES: tuple[Attack, ...] = (
    Attack(name="BMS frozen at 85 %", battery=Battery(soc=85.0), bms=frozen_from(MIDDLE / 10)),
    Attack(
        name="4 cells, BMS frozen while charging, one cell 4 % ahead, feed-in",
        battery=Battery(cells=4, soc=80.0, ahead=LEADER),
        charger=FEED_IN,
        bms=frozen_from(MIDDLE),
    ),
    Attack(
        name="16 cells, voltages frozen while the charge is counted",
        battery=Battery(soc=60.0, ahead=LEADER),
        bms=cells_frozen_from(MIDDLE),
    ),
    Attack(
        name="4 cells, voltages frozen while the charge is counted, feed-in",
        battery=Battery(cells=4, soc=75.0, ahead=LEADER),
        charger=FEED_IN,
        bms=cells_frozen_from(MIDDLE),
    ),
    Attack(
        name="4 cells, the leading one stuck, pack voltage measured separately",
        battery=Battery(cells=4, soc=60.0, ahead=LEADER),
        bms=stuck_from(MIDDLE, summed=False),
    ),
    Attack(
        name="16 cells, the leading one stuck, pack voltage measured separately, feed-in",
        battery=Battery(soc=60.0, ahead=LEADER),
        charger=FEED_IN,
        bms=stuck_from(MIDDLE, summed=False),
    ),
    Attack(
        name="4 cells, the leading one stuck, pack voltage summed by the BMS",
        battery=Battery(cells=4, soc=50.0, ahead=LEADER),
        bms=stuck_from(MIDDLE, summed=True),
    ),
    Attack(
        name="a cell with 10 times the resistance",
        battery=Battery(soc=85.0, resistance={3: 0.005}),
        least_soc=90.0,
    ),
    Attack(
        name="4 cells, then suddenly 8",
        battery=Battery(cells=4, soc=85.0),
        owner=STORED,
        bms=doubled_from(MIDDLE),
        must_show="Refused",
    ),
    Attack(
        name="capacity suddenly ten times as large, 100 A of sun",
        battery=Battery(cells=4, soc=85.0),
        charger=Charger(current=100.0),
        owner=STORED,
        bms=tenfold_from(MIDDLE),
        must_show="Refused",
    ),
    Attack(
        name="LTO set as LiFePO4, counted from 0 %",
        battery=Battery(cells=6, chemistry="LTO", soc=60.0, counted=0.0),
        must_show="Refused",
    ),
    Attack(
        name="LTO set as NMC, counted from 0 %",
        battery=Battery(cells=6, chemistry="LTO", soc=60.0, counted=0.0),
        owner={"Chemistry": "NMC"},
        must_show="Refused",
    ),
    Attack(
        name="LiFePO4 set as NMC, counted from 0 %, actually at 80 %",
        battery=Battery(cells=4, soc=80.0, counted=0.0),
        owner={"Chemistry": "NMC"},
        must_show="Refused",
    ),
    Attack(
        name="the same with household loads",
        battery=Battery(cells=4, soc=80.0, counted=0.0, ahead={1: 2.0}),
        load=household,
        owner={"Chemistry": "NMC"},
        must_show="Refused",
    ),
    Attack(
        name="the same with feed-in",
        battery=Battery(cells=4, soc=80.0, counted=0.0),
        charger=FEED_IN,
        owner={"Chemistry": "NMC"},
        must_show="Refused",
    ),
    Attack(
        name="the same, restarted every 10 min",
        battery=Battery(cells=4, soc=80.0, counted=0.0),
        owner={"Chemistry": "NMC"},
        restarts=600.0,
        must_show="Refused",
    ),
    Attack(
        name="LiFePO4 set as NMC, state of charge stuck at 20 %",
        battery=Battery(cells=4, soc=30.0, ahead={1: 2.0}),
        owner={"Chemistry": "NMC"},
        bms=soc_of(20.0),
        must_show="Refused",
    ),
    Attack(
        name="an impossible cell in every 20th reading: still charged",
        battery=Battery(soc=50.0, ahead={1: 2.0}),
        bms=odd_every(20.0),
        poll=1.0,
        hours=2.5,
        least_soc=95.0,
    ),
)
