"""The history of a pack as text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dbus_xbms.commands.screen.reading import number
from dbus_xbms.commands.screen.style import flowed, labelled, line, text_of
from dbus_xbms.commands.table import Battery, Value
from dbus_xbms.text import count, duration, printable

LABEL = 12  # columns
LONGEST_SINCE_FULL = 6_553_500  # s; the highest value on the bus
TRIPS, FULL = "/History/Trips/", "/History/TimeSinceLastFullCharge"

TRIP_WORDS: Mapping[str, str] = {
    "CellOvervoltage": "cell voltage high",
    "CellUndervoltage": "cell voltage low",
    "PackOvervoltage": "pack voltage high",
    "PackUndervoltage": "pack voltage low",
    "ChargeOvercurrent": "charge current high",
    "DischargeOvercurrent": "discharge current high",
    "ShortCircuit": "short circuit",
    "ChargeOvertemperature": "too hot to charge",
    "ChargeUndertemperature": "too cold to charge",
    "DischargeOvertemperature": "too hot to discharge",
    "DischargeUndertemperature": "too cold to discharge",
}
DRAWN = (
    ("in all", "/History/TotalAhDrawn"),
    ("per discharge", "/History/AverageDischarge"),
)
BELOW_FULL = (  # missing charge, including what was drawn before the pack was added
    ("at most", "/History/DeepestDischarge"),
    ("last", "/History/LastDischarge"),
)
CONTROLS = ("/History/Clear", "/History/CanBeCleared")  # for the GX's button; not part of the history
RANGES = (
    ("voltage", "/History/MinimumVoltage", "/History/MaximumVoltage"),
    ("cells", "/History/MinimumCellVoltage", "/History/MaximumCellVoltage"),
    ("temp", "/History/MinimumTemperature", "/History/MaximumTemperature"),
)


def lines(pack: Battery, width: int, *, stored: bool = False) -> list[str]:
    """Return the history in lines of at most ``width`` columns; ``stored`` values do not include trips."""
    parts = [
        ("full", [_full(pack)]),
        ("cycles", _cycles(pack)),
        ("drawn", _amounts(pack, DRAWN)),
        ("below full", _amounts(pack, BELOW_FULL)),
        ("energy", _energy(pack)),
        *((label, [_range(pack, low, high)]) for label, low, high in RANGES),
        ("trips", ["not stored"] if stored else _trips(pack)),
    ]
    rows = [row for label, chunks in parts for row in labelled(label, map(line, chunks), width, LABEL)]
    head = flowed([line(printable(pack.name)), line(pack.address)], width)
    return [text_of(row) for row in (*head, *rows)]


def by_path(pack: Battery) -> dict[str, Value]:
    """Return the history as paths and values, as on the bus."""
    return {
        path: value
        for path, value in sorted(pack.values.items())
        if path.startswith("/History/") and path not in CONTROLS
    }


def _full(pack: Battery) -> str:
    seconds = number(pack, FULL)
    if seconds is None:
        return "not fully charged since the pack was added"
    more = "more than " if seconds >= LONGEST_SINCE_FULL else ""
    return f"fully charged {more}{duration(seconds)} ago, counted while the service ran"


def _cycles(pack: Battery) -> list[str]:
    cycles = number(pack, "/History/ChargeCycles")
    by_bms = [] if cycles is None else [f"{count(int(cycles), 'cycle')} by the BMS"]
    empty = int(number(pack, "/History/FullDischarges") or 0)
    return [*by_bms, f"down to 0 %: {count(empty, 'time')}"]


def _amounts(pack: Battery, words: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"{label} {pack.text(path).removeprefix('-')}"
        for label, path in words
        if number(pack, path) is not None
    ]


def _energy(pack: Battery) -> list[str]:
    return [
        f"charged {pack.text('/History/ChargedEnergy')}",
        f"discharged {pack.text('/History/DischargedEnergy')}",
    ]


def _range(pack: Battery, low: str, high: str) -> str:
    if number(pack, low) is None or number(pack, high) is None:
        return "not known yet"
    return f"{pack.text(low)} to {pack.text(high)}"


def _trips(pack: Battery) -> list[str]:
    """Return how often each protection has tripped, as the BMS counts it."""
    counts = {words: number(pack, TRIPS + name) for name, words in TRIP_WORDS.items()}
    if all(times is None for times in counts.values()):
        return ["not reported by the BMS"]
    shown = [f"{words} {int(times)}" for words, times in counts.items() if times]
    return shown or ["none"]
