"""Records: immutable values with named fields, which are quick to make and to copy with changes. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")

_SAME: Any = object()  # a field that does not change


@overload
def record(cls: type[T], /) -> type[T]: ...


@overload
def record(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(kw_only_default=True, frozen_default=True)
def record(cls: type[T] | None = None, /, *, kw_only: bool = True) -> Any:
    """Make a class a slotted dataclass whose fields never change; they are given by name if ``kw_only``.

    The type checker refuses an assignment to a field. At run time nothing does: ``dataclass(frozen=True)``
    makes a call for each field of each new record, and a poll makes some 50 records with 500 fields.

    Comparing, hashing and copying are compiled for a class when it is first compared, hashed or copied. Most
    records never are, and the methods that ``dataclass`` compiles for all of them take 1.2 MB, and a quarter
    of the time in which the program is imported.
    """
    if cls is None:
        return partial(_made, kw_only=kw_only)
    return _made(cls, kw_only=kw_only)


def _made(cls: type[T], *, kw_only: bool) -> type[T]:
    made = dataclasses.dataclass(slots=True, kw_only=kw_only, eq=False, repr=False)(cls)
    made.__repr__ = _represent  # type: ignore[method-assign]
    made.__eq__ = _compare  # type: ignore[method-assign]
    made.__hash__ = _hash  # type: ignore[method-assign]
    if not hasattr(made, "__post_init__"):
        made.__replace__ = _copy  # type: ignore[attr-defined]
    return made


def _represent(self: Any) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in _names(type(self)))
    return f"{type(self).__qualname__}({fields})"


def _compare(self: Any, other: object) -> Any:
    return _compiled(type(self), "__eq__", _equality)(self, other)


def _hash(self: Any) -> int:
    found: int = _compiled(type(self), "__hash__", _hashing)(self)
    return found


def _copy(self: Any, **changes: Any) -> Any:
    return _compiled(type(self), "__replace__", _replacement)(self, **changes)


def _compiled(cls: type[Any], name: str, source: Callable[[list[str]], str]) -> Any:
    """Compile a method of a class, which from now on is used directly, and return it."""
    made: dict[str, Any] = {"_SAME": _SAME, "_new": object.__new__, "_cls": cls}
    exec(source(_names(cls)), made)
    setattr(cls, name, made[name])
    return made[name]


def _names(cls: type[Any]) -> list[str]:
    return [row.name for row in dataclasses.fields(cls)]


def _equality(names: list[str]) -> str:
    left, right = _tuple("self", names), _tuple("other", names)
    return (
        "def __eq__(self, other):\n"
        f"  return {left} == {right} if other.__class__ is self.__class__ else NotImplemented"
    )


def _hashing(names: list[str]) -> str:
    return f"def __hash__(self):\n  return hash({_tuple('self', names)})"


def _replacement(names: list[str]) -> str:
    parameters = ", ".join(f"{name}=_SAME" for name in names)
    lines = "".join(f"  new.{name} = self.{name} if {name} is _SAME else {name}\n" for name in names)
    return f"def __replace__(self, *, {parameters}):\n  new = _new(_cls)\n{lines}  return new"


def _tuple(owner: str, names: list[str]) -> str:
    return f"({' '.join(f'{owner}.{name},' for name in names)})"


if TYPE_CHECKING:
    from dataclasses import replace as replace
else:

    def replace(before, /, **changes):
        """Return a copy of a record with some fields changed, like :func:`dataclasses.replace`."""
        if replacer := getattr(before, "__replace__", None):
            return replacer(**changes)
        return dataclasses.replace(before, **changes)
