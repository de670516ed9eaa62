"""Attacks by bad cells, cold sensors and extreme settings. Pure."""

from __future__ import annotations

from bench.closed_loop.attacks import Attack
from bench.closed_loop.plant import FEED_IN, Battery
from dbus_xbms.policy.charge.chemistry_table import LIFEPO4, LTO, NMC

HIGHEST_CUTOFF = LIFEPO4.highest_cutoff  # V; the highest that the settings allow
SHORTED = frozenset({1})
SENSORS_UNKNOWN = {"TemperatureRoles": ""}

CELL_ATTACKS: tuple[Attack, ...] = (
    Attack(
        name="4 cells, one shorted",
        hours=1.0,
        battery=Battery(cells=4, shorted=SHORTED),
        most_soc=50.5,
    ),
    Attack(
        name="4 cells, one shorted, feed-in",
        hours=1.0,
        battery=Battery(cells=4, shorted=SHORTED),
        charger=FEED_IN,
    ),
    Attack(
        name="16 cells, one shorted",
        hours=1.0,
        battery=Battery(shorted=SHORTED),
        most_soc=50.5,
    ),
    Attack(
        name="16 cells, one shorted, feed-in",
        hours=1.0,
        battery=Battery(shorted=SHORTED),
        charger=FEED_IN,
        most_soc=50.5,
    ),
    Attack(
        name="4 cells, one empty, the others at 60 %, feed-in",
        hours=1.0,
        battery=Battery(cells=4, soc=60.0, ahead={1: -62.0}),
        charger=FEED_IN,
        least_soc=-2.1,
        most_soc=-1.0,
    ),
    Attack(
        name="16 cells below 2.5 V: 0.05 C at first",
        battery=Battery(soc=-3.0, counted=0.0),
        hours=0.3,
        least_soc=-2.0,
        most_soc=0.0,
    ),
    Attack(
        name="first sensor at -10 °C, the others at 12 °C, roles not set",
        hours=1.0,
        battery=Battery(soc=60.0, temperatures=(-10.0, 12.0, 12.0)),
        owner=SENSORS_UNKNOWN,
        most_soc=60.1,
    ),
    Attack(
        name="stored settings of 4.9 and 5.0 V per cell",
        hours=1.0,
        battery=Battery(cells=4, soc=85.0, ahead={1: 4.0}),
        owner={"CellFull": 4.9, "CellHighCutoff": 5.0},
        most_soc=85.1,
    ),
    Attack(
        name="stored settings of 3.70 and 3.79 V per cell, feed-in",
        battery=Battery(soc=85.0, ahead={1: 2.0}),
        charger=FEED_IN,
        owner={"CellFull": 3.70, "CellHighCutoff": 3.79},
        most_soc=86.0,
    ),
    Attack(
        name="4 cells, one 4 % ahead, 14.4 V",
        battery=Battery(cells=4, soc=85.0, ahead={1: 4.0}),
        owner={"CellFull": 3.6},
        least_soc=95.0,
    ),
    Attack(
        name="4 cells, one 4 % ahead, 14.4 V, feed-in",
        battery=Battery(cells=4, soc=85.0, ahead={1: 4.0}),
        charger=FEED_IN,
        owner={"CellFull": 3.6},
        least_soc=90.0,
    ),
    Attack(
        name="4 cells, one 4 % ahead, 14.6 V",
        battery=Battery(cells=4, soc=85.0, ahead={1: 4.0}),
        owner={"CellFull": 3.65},
        ceiling=HIGHEST_CUTOFF,
        least_soc=95.0,
    ),
    Attack(
        name="16 cells, one 2 % ahead, 58.4 V, feed-in",
        battery=Battery(soc=85.0, ahead={1: 2.0}),
        charger=FEED_IN,
        owner={"CellFull": 3.65},
        ceiling=HIGHEST_CUTOFF,
        least_soc=90.0,
    ),
    Attack(
        name="NMC, 14 cells, one 2 % ahead, 4.20 V per cell, feed-in",
        battery=Battery(cells=14, chemistry="NMC", soc=85.0, ahead={1: 2.0}),
        charger=FEED_IN,
        owner={"Chemistry": "NMC", "CellFull": 4.20},
        ceiling=NMC.highest_cutoff,
        least_soc=90.0,
    ),
    Attack(
        name="LTO, 20 cells, one 2 % ahead, 2.80 V per cell, feed-in",
        battery=Battery(cells=20, chemistry="LTO", soc=85.0, ahead={1: 2.0}),
        charger=FEED_IN,
        owner={"Chemistry": "LTO", "CellFull": 2.80},
        ceiling=LTO.highest_cutoff,
        least_soc=90.0,
    ),
)
