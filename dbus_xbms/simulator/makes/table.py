"""The other makes that the simulator knows, by the word for them in a scenario. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from dbus_xbms.simulator.makes.daly import DALY
from dbus_xbms.simulator.makes.jikong import JIKONG
from dbus_xbms.simulator.makes.litime import brand
from dbus_xbms.simulator.makes.make import Make
from dbus_xbms.simulator.makes.renogy import RENOGY
from dbus_xbms.simulator.makes.seplos import SEPLOS
from dbus_xbms.simulator.makes.tdt import TDT

JBD = "jbd"  # not in the table: its boards and modules vary
MAKES: Mapping[str, Make] = {
    "litime": brand("L-12100BNNA70-A01152"),
    "redodo": brand("R-12100BNN160-A00643"),
    "power_queen": brand("PQ-12100B-A00292"),
    "jikong": JIKONG,
    "daly": DALY,
    "seplos": SEPLOS,
    "renogy": RENOGY,
    "tdt": TDT,
}
