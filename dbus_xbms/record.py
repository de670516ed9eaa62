"""Records: immutable values with named fields. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """Make a class a slotted dataclass whose fields are given by name and never change.

    The type checker refuses an assignment to a field. At run time nothing does: ``dataclass(frozen=True)``
    makes a call for each field of each new record, and a poll makes some 50 records with 500 fields.
    """
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)
