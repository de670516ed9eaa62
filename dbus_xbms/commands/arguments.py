"""Arguments of the command line: types, parser and help."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from textwrap import fill
from typing import Any, NoReturn

from dbus_xbms.commands.saying import folded
from dbus_xbms.known.naming import did_you_mean
from dbus_xbms.text import listed

YEAR = 365 * 86400  # s
DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{0,6})?|\.[0-9]{1,6}")  # without sign and exponent; not nan
WHOLE = re.compile(r"[0-9]{1,12}")
SHOWN = 60  # characters of a wrong argument


def positive(highest: float, what: str) -> Callable[[str], float]:
    """Return the argparse type of a number above 0 and up to ``highest``; ``what``: its unit."""

    def parse(text: str) -> float:
        value = float(text) if DECIMAL.fullmatch(text) else 0.0
        if not 0 < value <= highest:
            raise argparse.ArgumentTypeError(
                f"must be more than 0 and at most {highest:.0f} {what}, not {_cut(text)}"
            )
        return value

    return parse


def seconds_up_to(longest: float) -> Callable[[str], float]:
    """Return the argparse type of a time in s, above 0 and up to ``longest``."""
    return positive(longest, "seconds")


seconds = seconds_up_to(YEAR)


def whole(lowest: int, highest: int, what: str = "") -> Callable[[str], int]:
    """Return the argparse type of a whole number within a range; ``what``: its unit."""

    def parse(text: str) -> int:
        value = int(text) if WHOLE.fullmatch(text) else lowest - 1
        if not lowest <= value <= highest:
            unit = f" {what}" if what else ""
            raise argparse.ArgumentTypeError(f"must be from {lowest} to {highest}{unit}, not {_cut(text)}")
        return value

    return parse


def _cut(text: str) -> str:
    return f"{text!r:.{SHOWN}}"


USAGE = 2  # exit status
WIDEST = 100  # columns; longer lines are hard to read
NARROWEST = 30
LONGEST_CHOICES = 16  # columns; longer lists of choices are in the help text


def help_width() -> int:
    """Return the width of help texts on this terminal, in columns."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns) - 2)


def placeholder(action: argparse.Action) -> str:
    """Return the placeholder of an argument: its metavar, its choices or its name."""
    if isinstance(action.metavar, str):
        return action.metavar
    choices = "|".join(map(str, action.choices or ()))
    return choices if 0 < len(choices) <= LONGEST_CHOICES else action.dest.upper()


class Folded(argparse.HelpFormatter):
    """Formatter for help that fits the terminal."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=help_width())

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = text.split("\n\n")
        return "\n\n".join(super(Folded, self)._fill_text(part, width, indent) for part in paragraphs)

    def _metavar_formatter(
        self, action: argparse.Action, default_metavar: str
    ) -> Callable[[int], tuple[str, ...]]:
        return lambda size: (placeholder(action),) * size

    def _expand_help(self, action: argparse.Action) -> str:
        """Add choices to the help that are too long for the placeholder."""
        text = super()._expand_help(action)
        choices = [*map(str, action.choices or ())]
        complete = not choices or all(choice in placeholder(action) or choice in text for choice in choices)
        return text if complete else f"{text}: {listed(choices, 'or')}"


class Verbatim(Folded):
    """Formatter for help that is already wrapped."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text


SYNOPSES = {"?": "[{}]", "*": "[{} ...]", "+": "{} ..."}  # by nargs, of positional arguments


class Parser(argparse.ArgumentParser):
    """An argument parser that suggests similar options and wraps its help."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": Folded, "allow_abbrev": False, "add_help": False, **options})
        self._positionals.title = "arguments"
        self.add_argument("-h", "--help", action="help", help="show this help")

    @property
    def _rest(self) -> bool:
        """Whether another parser takes the remaining arguments."""
        return any(action.nargs == argparse.REMAINDER for action in self._actions)

    def synopsis(self) -> str:
        """Return the command with its arguments; the help lists the options."""
        positionals = [action for action in self._actions if not action.option_strings]
        shown = [SYNOPSES.get(str(action.nargs), "{}").format(placeholder(action)) for action in positionals]
        return " ".join([self.prog, "[options]", *shown])

    def format_usage(self) -> str:
        """Return the usage, wrapped for the terminal."""
        usage = f"usage: {self.usage or self.synopsis()}"
        return fill(usage, help_width(), subsequent_indent="    ", break_on_hyphens=False) + "\n"

    def format_help(self) -> str:
        """Return usage, description and arguments."""
        return f"{self.format_usage()}\n{self._below_usage()}"

    def _below_usage(self) -> str:
        formatter = self._get_formatter()
        formatter.add_text(self.description)
        for group in self._action_groups:
            formatter.start_section(group.title)
            formatter.add_arguments(group._group_actions)
            formatter.end_section()
        formatter.add_text(self.epilog)
        return formatter.format_help()

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """Parse the arguments; end the program if one is unknown."""
        # Intermixed, for `get PACK --json SETTING`; argparse then allows no groups with positional arguments.
        grouped = [action for group in self._mutually_exclusive_groups for action in group._group_actions]
        plain = self._rest or any(not action.option_strings for action in grouped)
        parse = self.parse_known_args if plain else self.parse_known_intermixed_args
        parsed, unknown = parse(args, namespace)
        if unknown:
            self._refuse(unknown[0])
        return parsed

    def error(self, message: str) -> NoReturn:
        """Print usage and message to standard error, and end the program."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, folded(f"{self.prog}: error: {message}", sys.stderr) + "\n")

    def _refuse(self, argument: str) -> NoReturn:
        name = argument.partition("=")[0]
        if argument.startswith("-"):
            options = [option for action in self._actions for option in action.option_strings]
            self.error(f"there is no option {name!r:.60}{did_you_mean(name, options)}")
        self.error(f"unexpected argument {argument!r:.60}")
