"""Records: immutable values with named fields, which are quick to make and to copy with changes. Pure."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

T = TypeVar("T")

_SAME: Any = object()  # a field that does not change


@dataclass_transform(kw_only_default=True, frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """Make a class a slotted dataclass whose fields are given by name and never change.

    The type checker refuses an assignment to a field. At run time nothing does: ``dataclass(frozen=True)``
    makes a call for each field of each new record, and a poll makes some 50 records with 500 fields.
    """
    made = dataclasses.dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)
    if not hasattr(made, "__post_init__"):
        made.__replace__ = _replacer(made)  # type: ignore[attr-defined]
    return made


def _replacer(cls: type[Any]) -> Any:
    """Return a method that copies a record with changes: written out, as dataclasses write ``__init__``."""
    names = [row.name for row in dataclasses.fields(cls)]
    parameters = ", ".join(f"{name}=_SAME" for name in names)
    lines = "".join(f"  new.{name} = self.{name} if {name} is _SAME else {name}\n" for name in names)
    made: dict[str, Any] = {"_SAME": _SAME, "_new": object.__new__, "_cls": cls}
    exec(f"def replace(self, *, {parameters}):\n  new = _new(_cls)\n{lines}  return new", made)
    return made["replace"]


if TYPE_CHECKING:
    from dataclasses import replace as replace
else:

    def replace(before, /, **changes):
        """Return a copy of a record with some fields changed, like :func:`dataclasses.replace`."""
        if replacer := getattr(before, "__replace__", None):
            return replacer(**changes)
        return dataclasses.replace(before, **changes)
