"""One setting: its name, type, default, range, unit and help. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite

Value = int | float | str

SWITCH_WORDS = {"on": 1, "yes": 1, "true": 1, "off": 0, "no": 0, "false": 0}  # for settings that are 0 or 1
NONE = "none"  # what an owner may write for an empty text

LONGEST_TEXT = 500  # characters; texts are stored, sent to every consumer, and logged


class SettingsError(Exception):
    """A setting's name or value that the owner has to correct; the message says how."""


class NotStoredError(SettingsError):
    """A value may be right and is not stored, as on a full disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row. The default's Python type is the setting's type for life."""

    name: str
    default: Value
    lowest: float | None = None
    highest: float | None = None
    unset: float | None = None  # outside the range, for a setting whose whole range means what it says
    unit: str = ""
    longest: int = LONGEST_TEXT  # characters of a text
    pattern: str = ""  # what a text must look like, and ...
    form: str = ""  # ... the same in the owner's words
    choices: tuple[str, ...] = ()  # the texts that there are, besides the empty one
    silent: bool = False  # changes by itself: localsettings must not log every change
    internal: bool = False  # the program's own memory; not offered to the owner
    secret: bool = False  # never shown in the log, nor among other settings
    help: str

    def parse(self, text: str) -> Value:
        """Read an owner's text as a value of this setting.

        Raises:
            SettingsError: not of the type, or outside the range.
        """
        if isinstance(self.default, str):
            return self.checked(self._chosen(text))
        if self.is_switch and text.strip().lower() in SWITCH_WORDS:
            return SWITCH_WORDS[text.strip().lower()]
        try:
            if not text.isascii() or "_" in text:  # Python takes these for numbers; an owner mistyped them
                raise ValueError(text)
            value: Value = int(text) if isinstance(self.default, int) else float(text)
        except ValueError as err:
            kind = "a whole number" if isinstance(self.default, int) else "a number"
            wanted = "0 (off) or 1 (on)" if self.is_switch else f"{kind}{self._range()}"
            raise SettingsError(f"{self.name} takes {wanted}, not {text!r:.60}") from err
        return self.checked(value)

    @property
    def is_switch(self) -> bool:
        """Whether the setting is 0 or 1."""
        return isinstance(self.default, int) and (self.lowest, self.highest) == (0, 1)

    def _chosen(self, text: str) -> str:
        """A text as one of the choices, in whatever case it is written."""
        if not self.choices:
            return text
        known = {choice.lower(): choice for choice in self.choices} | {NONE: ""}
        return known.get(text.strip().lower(), text)

    def checked(self, value: object) -> Value:
        """Return ``value`` in this setting's type.

        Raises:
            SettingsError: not of the type, or outside the range.
        """
        if isinstance(self.default, str):
            if not isinstance(value, str) or not self._fits(value):
                shown = "this" if self.secret else f"{value!r:.60}"
                raise SettingsError(f"{self.name} takes {self.form or 'a short text'}, not {shown}")
            return value
        if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
            raise SettingsError(f"{self.name} takes a number{self._range()}, not {value!r:.60}")
        number = type(self.default)(value)
        low, high = self.lowest, self.highest
        in_range = (low is None or number >= low) and (high is None or number <= high)
        in_range = in_range or number == self.unset
        if number != value or not in_range:  # 1.5 for a whole number fails here too
            raise SettingsError(f"{self.name} takes a number{self._range()}, not {value}")
        return number

    def _fits(self, text: str) -> bool:
        """Whether a text is short enough, can be sent, and is of the pattern; digits are those of ASCII."""
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
    """Whether a text is UTF-8, which one that was typed in another encoding is not."""
    try:
        return bool(text.encode()) or not text
    except UnicodeEncodeError:
        return False


def _finite(value: float) -> bool:
    """Whether a value is a number that a double can hold, too."""
    try:
        return isfinite(value)
    except OverflowError:  # an int of hundreds of digits
        return False
