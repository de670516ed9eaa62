"""Translate a sample of the library into a reading. Pure.

The library gives a dict with whatever the BMS reports, and derives some values from others. Only voltage and
current are required here; a value that is missing or impossible to use is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dbus_xbms.model import Mosfets, PackIdentity, PackSample, Reading
from dbus_xbms.protocols.errors import ProtocolError
from dbus_xbms.record import replace

# Letters of the setting TemperatureRoles by the library's type of a sensor; "-": of no cell and no MOSFET.
ROLES = {"GENERIC": "c", "CELL": "c", "CELL_MAX": "c", "CELL_MIN": "c", "MOSFET": "m"}
ELSEWHERE, UNTYPED = "-", "GENERIC"
FULL = 100.0  # %
OVERFULL = 105.0  # %, of a full pack with more than its nominal capacity: the library divides the two
LONGEST_TEXT = 60  # characters of a model or version


def reading(sample: Mapping[str, object], described: Mapping[str, str] | None = None) -> Reading:
    """Return the reading; with an identity if the device was ``described``.

    Args:
        sample: V, A (positive while charging), Ah, %, °C, as in the library's ``BMSSample``.
        described: texts as in its ``BMSInfo``, maybe none.

    Raises:
        ProtocolError: no voltage or no current, or a value of another type.
    """
    cells, missing = _cells(sample)
    temperatures, roles = _temperatures(sample)
    balancing, balancer = _balancing(sample, len(cells))
    measured = PackSample(
        voltage=_required(sample, "voltage"),
        current=_required(sample, "current"),
        soc=_soc(sample),
        remaining=_number(sample, "cycle_charge"),
        nominal=_positive(sample, "design_capacity"),
        cycles=None if (cycles := _number(sample, "cycles")) is None else int(cycles),
        protection=None,
        mosfets=_mosfets(sample),
        cells=cells,
        balancing=balancing,
        balancer=balancer,
        temperatures=temperatures,
        sensor_roles=roles,
        health=_health(sample),
        balance_current=_number(sample, "balance_current"),
        problem=_problem(sample, missing),
    )
    return Reading(sample=measured, identity=None if described is None else _identity(measured, described))


def numbered(reading: Reading, cells: int) -> Reading:
    """Return a reading whose cells have their own numbers, or that has none.

    The library leaves out cells that read 0 V, and for many makes it does not tell how many there are.

    Args:
        reading: of a pack.
        cells: how many the pack has; 0: not known.
    """
    sample = reading.sample
    missing = cells - len(sample.cells)
    if not sample.cells or missing <= 0:
        return reading
    problem = sample.problem or _no_voltage(missing)
    unnumbered = replace(sample, cells=(), balancing=None, balancer=sample.is_balancing, problem=problem)
    identity = reading.identity and replace(reading.identity, cell_count=0)
    return replace(reading, sample=unnumbered, identity=identity)


def _number(sample: Mapping[str, object], name: str) -> float | None:
    """Return a number of the sample; ``None`` if the BMS does not report it.

    Raises:
        ProtocolError: it is no number.
    """
    value = sample.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProtocolError(f"{name}: expected a number, got {value!r:.40}")
    return float(value)


def _required(sample: Mapping[str, object], name: str) -> float:
    value = _number(sample, name)
    if value is None:
        raise ProtocolError(f"the BMS reports no {name}")
    return value


def _positive(sample: Mapping[str, object], name: str) -> float | None:
    """Return a number of the sample; 0 is unknown."""
    return _number(sample, name) or None


def _soc(sample: Mapping[str, object]) -> float | None:
    soc = _number(sample, "battery_level")
    return FULL if soc is not None and FULL < soc <= OVERFULL else soc


def _health(sample: Mapping[str, object]) -> float | None:
    health = _number(sample, "battery_health")
    return health if health is not None and 0 < health <= FULL else None


def _list(sample: Mapping[str, object], name: str) -> list[object]:
    values = sample.get(name)
    if values is None:
        return []
    if not isinstance(values, Iterable) or isinstance(values, str | bytes):
        raise ProtocolError(f"{name}: expected a list, got {values!r:.40}")
    return list(values)


def _cells(sample: Mapping[str, object]) -> tuple[tuple[float, ...], int]:
    """Return the cells that add up to the voltage, and how many of them report none.

    The library leaves out cells that read 0 V, so that the numbers of the others are not known. Of packs in
    parallel it lists the cells of all: these are not shown.
    """
    cells = [_celled(value) for value in _list(sample, "cell_voltages")]
    count = _number(sample, "cell_count")
    if len(_list(sample, "packs")) > 1:
        return (), 0
    if cells and count is not None and len(cells) < count:
        return (), int(count) - len(cells)
    return tuple(cells), 0


def _celled(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProtocolError(f"cell_voltages: expected numbers, got {value!r:.40}")
    return float(value)


def _temperatures(sample: Mapping[str, object]) -> tuple[tuple[float, ...], str]:
    """Return the sensors and their roles, those of its packs if it has none; no roles if none has a type."""
    celsius, types = [], []
    packs = (pack for pack in _list(sample, "packs") if isinstance(pack, Mapping))
    own = _list(sample, "temp_values")
    for sensor in own or [one for pack in packs for one in _list(pack, "temp_values")]:
        value = getattr(sensor, "value", sensor)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ProtocolError(f"temp_values: expected numbers, got {sensor!r:.40}")
        celsius.append(float(value))
        types.append(getattr(getattr(sensor, "type", None), "name", UNTYPED))
    typed = any(kind != UNTYPED for kind in types)
    return tuple(celsius), "".join(ROLES.get(kind, ELSEWHERE) for kind in types) if typed else ""


def _balancing(sample: Mapping[str, object], cells: int) -> tuple[frozenset[int] | None, bool | None]:
    """Return the cells that are being balanced, or whether any is.

    A number is a mask with a bit for each cell, but 1 may also mean that the balancer is on.
    """
    balancer = sample.get("balancer")
    if balancer is None:
        return None, None
    if not isinstance(balancer, int):
        raise ProtocolError(f"balancer: expected a number, got {balancer!r:.40}")
    if not balancer:
        return frozenset(), None
    if isinstance(balancer, bool) or balancer == 1 or not 0 < balancer < 1 << cells:
        return None, True
    return frozenset(n for n in range(1, cells + 1) if balancer >> (n - 1) & 1), None


def _mosfets(sample: Mapping[str, object]) -> Mosfets | None:
    charge, discharge = sample.get("chrg_mosfet"), sample.get("dischrg_mosfet")
    if charge is None or discharge is None:
        return None
    return Mosfets(charge=bool(charge), discharge=bool(discharge))


def _problem(sample: Mapping[str, object], missing: int) -> str:
    """Return what else the BMS reports; not ``problem``, which is true for an empty pack, too."""
    code = sample.get("problem_code")
    if isinstance(code, int) and code:
        return f"the BMS reports problem code 0x{code:x}"
    return _no_voltage(missing) if missing else ""


def _no_voltage(missing: int) -> str:
    return f"the BMS reports no voltage of {missing} of its cells"


def _identity(sample: PackSample, described: Mapping[str, str]) -> PackIdentity:
    return PackIdentity(
        hardware=_text(described.get("model")),
        firmware=_text(described.get("fw_version") or described.get("sw_version")),
        cell_count=len(sample.cells),
        ntc_count=len(sample.temperatures),
        nominal=sample.nominal or 0.0,
    )


def _text(text: object) -> str:
    """Return a printable text of the BMS."""
    return "".join(filter(str.isprintable, text)).strip()[:LONGEST_TEXT] if isinstance(text, str) else ""
