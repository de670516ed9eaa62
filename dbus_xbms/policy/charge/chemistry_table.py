"""Voltages and curves of each chemistry, and the range of the owner's settings. Pure."""

from __future__ import annotations

from dbus_xbms.policy.charge.curves import Curve
from dbus_xbms.record import record


@record
class Chemistry:
    """Defaults of a preset, and the bounds of the owner's settings. V per cell, °C."""

    full: float
    floating: float
    low: float
    cutoff_high: float
    cutoff_low: float
    top_balance: float
    hot_warning: float
    cold_warning: float
    charge_temperature: Curve
    discharge_temperature: Curve
    deep: float
    dead: float
    charge_range: tuple[float, float]
    highest_full: float  # the data sheets' end of charge
    highest_cutoff: float
    lowest_cutoff: float  # the data sheets' end of discharge
    lowest_plausible: Curve | None = None
    highest_plausible: Curve | None = None


LIFEPO4 = Chemistry(
    full=3.45,
    floating=3.375,
    low=2.90,
    cutoff_high=3.60,
    cutoff_low=2.60,
    top_balance=3.50,
    hot_warning=50.0,
    cold_warning=-10.0,
    charge_temperature=Curve(
        ((0.0, 0.0), (5.0, 0.1), (10.0, 0.4), (20.0, 1.0), (45.0, 1.0), (50.0, 0.4), (55.0, 0.0))
    ),
    discharge_temperature=Curve(((-20.0, 0.0), (-10.0, 0.4), (0.0, 1.0), (50.0, 1.0), (60.0, 0.0))),
    deep=2.50,
    dead=1.50,
    charge_range=(0.0, 60.0),
    highest_full=3.65,
    highest_cutoff=3.70,
    lowest_cutoff=2.00,
    lowest_plausible=Curve(((20.0, 0.0), (40.0, 2.5), (70.0, 2.8), (100.0, 2.9))),
    highest_plausible=Curve(((0.0, 3.55), (70.0, 3.55), (90.0, 3.7), (100.0, 3.8))),
)
NMC = Chemistry(
    full=4.15,
    floating=4.05,
    low=3.30,
    cutoff_high=4.20,
    cutoff_low=3.00,
    top_balance=4.17,
    hot_warning=45.0,
    cold_warning=-10.0,
    charge_temperature=Curve(
        ((0.0, 0.0), (5.0, 0.1), (10.0, 0.4), (20.0, 1.0), (40.0, 1.0), (45.0, 0.4), (50.0, 0.0))
    ),
    discharge_temperature=Curve(((-20.0, 0.0), (-10.0, 0.4), (0.0, 1.0), (50.0, 1.0), (60.0, 0.0))),
    deep=2.80,
    dead=2.00,  # copper goes into solution below it
    charge_range=(0.0, 60.0),
    highest_full=4.20,
    highest_cutoff=4.25,
    lowest_cutoff=2.50,
    lowest_plausible=Curve(((5.0, 0.0), (10.0, 2.8), (30.0, 3.35), (60.0, 3.45), (90.0, 3.7))),
    highest_plausible=Curve(((0.0, 4.3),)),
)
LTO = Chemistry(
    full=2.70,
    floating=2.50,
    low=2.00,
    cutoff_high=2.80,
    cutoff_low=1.80,
    top_balance=2.74,
    hot_warning=50.0,
    cold_warning=-25.0,
    charge_temperature=Curve(((-28.0, 0.0), (-20.0, 0.2), (0.0, 1.0), (45.0, 1.0), (50.0, 0.5), (58.0, 0.0))),
    discharge_temperature=Curve(((-29.0, 0.0), (-20.0, 0.5), (-5.0, 1.0), (50.0, 1.0), (60.0, 0.0))),
    deep=1.50,
    dead=1.20,
    charge_range=(-30.0, 60.0),
    highest_full=2.80,
    highest_cutoff=2.85,
    lowest_cutoff=1.50,
    lowest_plausible=Curve(((10.0, 0.0), (30.0, 1.7), (100.0, 1.9))),
    highest_plausible=Curve(((0.0, 2.9),)),
)
CHEMISTRIES = {"LiFePO4": LIFEPO4, "NMC": NMC, "LTO": LTO}
