"""Packs on the screen of `watch`, a bus that shows them, and the text on the screen."""

from __future__ import annotations

from dataclasses import replace

from dbus_xbms.commands.batteries import Batteries
from dbus_xbms.commands.screen.frame import frame
from dbus_xbms.commands.screen.scene import Scene, View
from dbus_xbms.commands.screen.style import text_of
from dbus_xbms.commands.table import Battery
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings
from tests.unit.commands.reports import CONTROLLING, REPORT, SAMPLE, shown
from tests.unit.samples import changed

SIZES = [(34, 20), (50, 30), (80, 24), (120, 40), (200, 60)]
LIFEPO4 = PackSettings({"Chemistry": "LiFePO4", "CellFull": 3.45})


def pack(number: int, report: Report = CONTROLLING) -> Battery:
    """Return a pack with its own address and name."""
    return replace(shown(report), service=f"com.victronenergy.battery.xbms_a4c1370000{number:02x}")


def named(number: int, name: str) -> Battery:
    return pack(number, replace(CONTROLLING, custom_name=name, settings=LIFEPO4))


PORT = named(1, "Port")
assert CONTROLLING.decision.limits
LIMITS_OF_SIXTEEN = replace(CONTROLLING.decision.limits, battery_low_voltage=16 * 2.90)
SIXTEEN = pack(
    3,
    changed(
        CONTROLLING,
        custom_name="Stern",
        settings=LIFEPO4,
        limits=LIMITS_OF_SIXTEEN,
        identity=replace(REPORT.identity, cell_count=16),
        sample=replace(SAMPLE, cells=tuple(3.3 + n / 1000 for n in range(16)), balancing=frozenset({16, 2})),
    ),
)
GONE = replace(named(5, "Gone"), gone=True)


def drawn(scene: Scene, size: tuple[int, int], view: View | None = None) -> list[str]:
    return [text_of(one) for one in frame(scene, view or View(), *size).lines]


def all_text(scene: Scene, size: tuple[int, int], view: View) -> str:
    """Return all text shown while the page scrolls from its start to its end."""
    seen: dict[str, None] = {}
    for top in range(200):
        moved = frame(scene, replace(view, top=top), *size)
        seen |= dict.fromkeys(text_of(one) for one in moved.lines)
        if moved.view.top < top:
            break
    return " ".join(" ".join(seen).split())


class Bus(Batteries):
    """The packs on a bus without changes."""

    def __init__(self, *batteries: Battery) -> None:
        self._shown = list(batteries)
        self.running = True

    @property
    def packs(self) -> list[Battery]:
        return [one for one in self._shown if one.address]

    @property
    def banks(self) -> list[Battery]:
        return [one for one in self._shown if one.bank]
