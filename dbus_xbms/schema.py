"""Declare settings with their type, default, range, unit and help. Pure.

A table is a class whose attributes are settings. On the class an attribute is the :class:`Setting`, on an
instance it is the value, of the setting's type:

    class PackSettings(Settings):
        hold_time = Setting(default=30.0, lowest=5.0, highest=300.0, unit="s", help="...")

    PackSettings.hold_time.highest  # 300.0
    PackSettings().hold_time  # 30.0
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

Value = int | float | str
T = TypeVar("T", int, float, str)
D = TypeVar("D")

SWITCH_WORDS = {"on": 1, "yes": 1, "true": 1, "off": 0, "no": 0, "false": 0}  # for settings that are 0 or 1
NONE = "none"  # accepted for an empty text

LONGEST_TEXT = 500  # characters; texts are stored, sent over D-Bus, and logged


class SettingsError(Exception):
    """A wrong name or value of a setting; the message tells the owner how to correct it."""


class NotStoredError(SettingsError):
    """A value was not stored, although it may be valid, as on a full disk."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Setting(Generic[T]):
    """One setting. The Python type of the default is the type of the setting."""

    name: str = ""  # in localsettings, e.g. "HoldTime"; by default made from the attribute "hold_time"
    attribute: str = field(init=False, default="")  # of the table
    default: T
    lowest: float | None = None
    highest: float | None = None
    unset: float | None = None  # value outside the range that means "not set"
    fallback: T | None = None  # in place of a stored value that cannot be used; None: the default
    unit: str = ""
    longest: int = LONGEST_TEXT  # characters of a text
    pattern: str = ""  # regular expression for a text, and ...
    form: str = ""  # ... its description for the owner
    choices: Collection[str] = ()  # the allowed texts, besides the empty one
    silent: bool = False  # changes by itself: localsettings must not log every change
    internal: bool = False  # the program's own memory; not offered to the owner
    secret: bool = False  # not shown in the log or in lists of settings
    help: str

    def __set_name__(self, owner: type[Settings], attribute: str) -> None:
        object.__setattr__(self, "attribute", attribute)
        if not self.name:
            object.__setattr__(self, "name", "".join(map(str.capitalize, attribute.split("_"))))

    @overload
    def __get__(self, instance: None, owner: type[Settings]) -> Self: ...

    @overload
    def __get__(self, instance: Settings, owner: type[Settings]) -> T: ...

    def __get__(self, instance: Settings | None, owner: type[Settings]) -> Self | T:
        return self if instance is None else instance.value(self)

    def __str__(self) -> str:
        return self.name

    def parse(self, text: str) -> Value:
        """Parse a value that the owner has typed.

        Raises:
            SettingsError: wrong type, or outside the range.
        """
        if isinstance(self.default, str):
            return self.checked(self._chosen(text))
        if self.is_switch and text.strip().lower() in SWITCH_WORDS:
            return SWITCH_WORDS[text.strip().lower()]
        try:
            if not text.isascii() or "_" in text:  # Python accepts these as numbers
                raise ValueError(text)
            value: Value = int(text) if isinstance(self.default, int) else float(text)
        except ValueError as err:
            kind = "a whole number" if isinstance(self.default, int) else "a number"
            wanted = "0 (off) or 1 (on)" if self.is_switch else f"{kind}{self._range()}"
            raise SettingsError(f"{self.name} must be {wanted}, not {text!r:.60}") from err
        return self.checked(value)

    @property
    def is_switch(self) -> bool:
        """Whether the setting is 0 or 1."""
        return isinstance(self.default, int) and (self.lowest, self.highest) == (0, 1)

    def _chosen(self, text: str) -> str:
        """The choice that a text means; case is ignored."""
        if not self.choices:
            return text
        known = {choice.lower(): choice for choice in self.choices} | {NONE: ""}
        return known.get(text.strip().lower(), text)

    def checked(self, value: object) -> Value:
        """Return ``value`` in this setting's type.

        Raises:
            SettingsError: wrong type, or outside the range.
        """
        if isinstance(self.default, str):
            if not isinstance(value, str) or not self._fits(value):
                shown = "this" if self.secret else f"{value!r:.60}"
                raise SettingsError(f"{self.name} must be {self.form or 'a short text'}, not {shown}")
            return value
        if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
            raise SettingsError(f"{self.name} must be a number{self._range()}, not {value!r:.60}")
        number = type(self.default)(value)
        low, high = self.lowest, self.highest
        in_range = (low is None or number >= low) and (high is None or number <= high)
        in_range = in_range or number == self.unset
        if number != value or not in_range:  # also rejects 1.5 for a whole number
            raise SettingsError(f"{self.name} must be a number{self._range()}, not {value}")
        return number

    def _fits(self, text: str) -> bool:
        """Whether a text is short enough, valid UTF-8, and matches the pattern; digits are ASCII only."""
        if self.choices:
            return text in ("", *self.choices)
        flags = re.DOTALL | re.ASCII
        looks_right = re.fullmatch(self.pattern or ".*", text, flags)
        return len(text) <= self.longest and _sendable(text) and bool(looks_right)

    def _range(self) -> str:
        if self.lowest is None or self.highest is None:
            return ""
        unit = f" {self.unit}" if self.unit else ""
        unset = "" if self.unset is None else f", or {self.unset:g} for not set"
        return f" from {self.lowest:g} to {self.highest:g}{unit}{unset}"


def _sendable(text: str) -> bool:
    """Return whether a text can be encoded in UTF-8; one typed in another encoding cannot."""
    try:
        return bool(text.encode()) or not text
    except UnicodeEncodeError:
        return False


def _finite(value: float) -> bool:
    """Return whether a value is a finite number within the range of a double."""
    try:
        return isfinite(value)
    except OverflowError:  # an int of hundreds of digits
        return False


AnySetting = Setting[Any]


class Settings(Mapping[str, Value]):
    """Values of a table of settings by name; defaults for those that are not stored."""

    rows: ClassVar[tuple[AnySetting, ...]] = ()
    _by_name: ClassVar[dict[str, AnySetting]] = {}

    def __init_subclass__(cls) -> None:
        """Collect the settings of the class, then those of its bases."""
        tables = (vars(table).values() for table in cls.__mro__)
        cls.rows = tuple(row for table in tables for row in table if isinstance(row, Setting))
        cls._by_name = {row.name: row for row in cls.rows}

    def __init__(self, stored: Mapping[str, object] | None = None) -> None:
        self._frozen: Self | None = None
        self._derived: dict[Callable[[Any], Any], Any] = {}
        # The only store: access to an attribute finds the value here, without a call of Setting.__get__.
        self.__dict__.update({row.attribute: row.default for row in self.rows})
        for name, value in (stored or {}).items():
            self.put(name, value)

    @classmethod
    def named(cls, name: str) -> AnySetting:
        """Return the setting with this name.

        Raises:
            SettingsError: there is no such setting.
        """
        if row := cls._by_name.get(name):
            return row
        raise SettingsError(f"there is no setting {name!r}; known: {', '.join(cls._by_name)}")

    def __getitem__(self, name: str) -> Value:
        value: Value = self.__dict__[self._by_name[name].attribute]
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def value(self, setting: Setting[T]) -> T:
        """Return the value of a setting; its default if this table does not have it."""
        value: Any = self.get(setting.name, setting.default)
        return value  # type: ignore[no-any-return]

    def put(self, name: str, value: object) -> None:
        """Set one value.

        Raises:
            SettingsError: unknown name, wrong type or out of range; the value stays unchanged.
        """
        setting = self.named(name)
        self.__dict__[setting.attribute] = setting.checked(value)
        self._frozen = None
        self._derived = {}  # the frozen copy keeps the old one

    @property
    def frozen(self) -> Self:
        """An immutable copy of the values; the same object until the next change."""
        if self._frozen is None:
            self._frozen = copy(self)
        return self._frozen

    def derived(self, make: Callable[[Self], D]) -> D:
        """Return what a function makes of these values; it is called again only after a change."""
        try:
            found: D = self._derived[make]
        except KeyError:
            found = self._derived[make] = make(self)
        return found
