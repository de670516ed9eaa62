"""Alarms, history and extremes of a bank, and what its owner should do. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from dbus_xbms.model import Extremes, History, Level
from dbus_xbms.policy.alarms import BMS_CABLE, INTERNAL_FAILURE, worst
from dbus_xbms.policy.bank.currents import Combined
from dbus_xbms.policy.bank.members import TASK_ENDED, Placed, by_string, watched
from dbus_xbms.policy.bank.records import Alarm, BankValues, MemberState
from dbus_xbms.text import listed

SOC_SPREAD = 10.0  # % between packs in parallel that the owner should know of
SOC_AGREES = 8.0  # %, below which that ends


def alarms(members: Iterable[Placed]) -> dict[str, Alarm]:
    """Return each raised alarm with the worst level of the members, and who has it."""
    by_path: dict[str, list[tuple[str, Level]]] = {}  # two packs may have the same name
    for one in members:
        decision = one.view.decision
        levels = dict(decision.alarms) if decision else {}
        if one.state is MemberState.SILENT and one.why == TASK_ENDED:
            levels[BMS_CABLE] = Level.ALARM
        if one.state is MemberState.APART:
            levels[INTERNAL_FAILURE] = worst(Level.WARNING, levels.get(INTERNAL_FAILURE, Level.OK))
        for path, level in levels.items():
            if level is not Level.OK:  # of 16 alarms of 16 packs nearly all are
                by_path.setdefault(path, []).append((one.view.name, level))
    return {path: _alarm(levels) for path, levels in by_path.items()}


def _alarm(levels: Sequence[tuple[str, Level]]) -> Alarm:
    level = worst(*(each for _, each in levels))
    return Alarm(level=level, names=tuple(name for name, each in levels if each is level))


def history(members: Sequence[Placed]) -> History:
    """Add up the histories of packs in parallel; of strings in series the one with the most counts."""
    strings = [
        [one.view.decision.history for one in string if one.view.decision] for string in by_string(members)
    ]
    known = [string for string in strings if string]
    everyone = [one for string in known for one in string]
    if not everyone:
        return History()

    def most(read: Callable[[History], float]) -> float:
        return max(sum(read(one) for one in string) for string in known)

    full = [one.since_full for one in everyone]
    return History(
        deepest_discharge=most(lambda one: one.deepest_discharge),
        last_discharge=most(lambda one: one.last_discharge),
        charge_known=all(one.charge_known for one in everyone),
        total_drawn=most(lambda one: one.total_drawn),
        charged_energy=sum(one.charged_energy for one in everyone),
        discharged_energy=sum(one.discharged_energy for one in everyone),
        since_full=None if None in full else max(since for since in full if since is not None),
        since_top_balance=max(one.since_top_balance for one in everyone),
        discharges=max(one.discharges for one in everyone),
        full_discharges=max(one.full_discharges for one in everyone),
    )


def extremes(members: Sequence[Placed]) -> Extremes:
    """The extremes of all packs; the voltages of packs only if all are in parallel."""
    known = [one.view.extremes for one in members]
    parallel = len(by_string(members)) == 1
    return Extremes(
        pack_min=_least(one.pack_min for one in known) if parallel else None,
        pack_max=_most(one.pack_max for one in known) if parallel else None,
        cell_min=_least(one.cell_min for one in known),
        cell_max=_most(one.cell_max for one in known),
        temperature_min=_least(one.temperature_min for one in known),
        temperature_max=_most(one.temperature_max for one in known),
    )


def _least(values: Iterable[float | None]) -> float | None:
    return min((value for value in values if value is not None), default=None)


def _most(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def for_owner(
    members: Sequence[Placed],
    values: BankValues,
    charge: Combined | None,
    discharge: Combined | None,
    before: str,
) -> str:
    """Return what only the owner can fix, in words; "" if there is nothing."""
    found = [f"{one.view.name}: {one.why}" for one in members if one.state is MemberState.APART]
    for one in members:
        if one.view.decision and one.view.decision.for_owner:
            found.append(f"{one.view.name}: {one.view.decision.for_owner}")
    for combined, verb in ((charge, "charge"), (discharge, "discharge")):
        if combined and combined.blocking and not combined.allowance.current:
            fixed = any(one.view.name == combined.blocking for one in watched(members))
            found.append(_blocking(combined.blocking, verb, switchable=not fixed))
    if charge:  # it controls
        found += _unprotected(members)
    words = f"the packs' states of charge differ by more than {SOC_SPREAD:g} %"
    if (values.soc_spread or 0.0) >= (SOC_AGREES if words in before else SOC_SPREAD):
        found.append(words)
    return "; ".join(found)


def _unprotected(members: Sequence[Placed]) -> Iterable[str]:
    """Yield which watch-only packs report too little to be protected by more than their owner's currents."""
    for one in watched(members):
        if one.sample is None:
            continue
        missing = (
            ("" if one.sample.cells else "no cell voltages"),
            ("" if one.sample.temperatures else "no temperatures"),
            ("" if one.capacity_known else "no capacity (set its Capacity)"),
        )
        if words := listed(filter(None, missing)):
            yield f"{one.view.name} reports {words}: only the currents that you set for it protect it"


def _blocking(name: str, verb: str, *, switchable: bool) -> str:
    if not switchable:
        return f"{name} stops the bank and is watch only: to {verb} the others, disconnect it"
    return f"{name} stops the bank: to {verb} the others, switch its {verb} MOSFET off"
