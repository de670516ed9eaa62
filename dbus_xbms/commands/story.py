"""What a scripted demo consists of: packs, and steps with the values that the bus shows after each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dbus_xbms.commands.table import Value


@dataclass(frozen=True, slots=True)
class Write:
    """A write to a path of the pack; ``switches``: it switches a MOSFET, which takes a few seconds."""

    path: str
    value: int
    switches: bool = False


@dataclass(frozen=True, slots=True)
class SetSetting:
    """A change of a setting of the pack."""

    setting: str
    value: int


@dataclass(frozen=True, slots=True)
class Inject:
    """A fault that the simulator injects; docs/simulator.md lists them. ``bank``: into the bank."""

    fault: str
    parameters: Mapping[str, bool | int | float | str] = field(default_factory=dict)
    bank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; ``seen``: the values that the bus shows after it; of texts, a part."""

    who: str
    words: str
    act: Write | SetSetting | Inject | None = None
    on: int = 1  # number of the pack on which it acts
    seen: Mapping[str, Value]
    pause: float = 5.0  # s after the step


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Packs, as in a scenario file, and the steps with them; several are wired in parallel, as one bank.

    What is seen is that of the pack, or of the bank if there are several.
    """

    packs: tuple[Mapping[str, Any], ...]
    steps: tuple[Step, ...]
    use: Mapping[str, Any] = field(default_factory=dict)  # of the bank, as in a scenario file

    @property
    def scenario(self) -> Mapping[str, Any]:
        """The scenario file."""
        bank = {"packs": list(range(1, len(self.packs) + 1)), **self.use}
        return {"packs": list(self.packs), "banks": [bank] if len(self.packs) > 1 else []}
