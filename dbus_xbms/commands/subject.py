"""What a word on the command line refers to: a pack, a bank or the service, with its settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from dbus_xbms.commands.known import Known, is_program, path_of_bank, row_of
from dbus_xbms.commands.setting_text import assignment, setting_lines
from dbus_xbms.known.naming import PROGRAM, find
from dbus_xbms.known.stored import StoredBank
from dbus_xbms.policy.advice import bank_meaning
from dbus_xbms.policy.advice.controllers import Configuration
from dbus_xbms.policy.advice.meaning import meaning
from dbus_xbms.settings import (
    AnySetting,
    PackSettings,
    ProgramSettings,
    Settings,
    SettingsError,
    pack_path,
    service_path,
)
from dbus_xbms.settings.topics import BANK_TOPICS, TOPICS, Topics


class Subject(Protocol):
    """Something with settings."""

    @property
    def settings(self) -> Settings:
        """The values of its settings."""
        ...

    @property
    def topics(self) -> Topics:
        """Its settings by topic."""
        ...

    def path(self, row: AnySetting) -> str:
        """Return the path of a setting in localsettings."""
        ...

    def meaning(self, row: AnySetting) -> str:
        """Explain the value of a setting; empty if it needs no explanation."""
        ...

    def lines(self, row: AnySetting) -> Iterator[str]:
        """Yield a setting with its value, then notes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The service."""

    settings: ProgramSettings
    topics = TOPICS
    key = PROGRAM

    def path(self, row: AnySetting) -> str:
        """Return the path of a setting in localsettings."""
        return service_path(row.name)

    def meaning(self, row: AnySetting) -> str:
        """No setting of the service needs an explanation."""
        return ""

    def lines(self, row: AnySetting) -> Iterator[str]:
        """Yield a setting with its value."""
        yield assignment(row, self.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack."""

    address: str
    settings: PackSettings
    topics = TOPICS

    @property
    def key(self) -> str:
        """A word that always refers to it: the address."""
        return self.address

    def path(self, row: AnySetting) -> str:
        """Return the path of a setting in localsettings."""
        return pack_path(self.address, row.name)

    def meaning(self, row: AnySetting) -> str:
        """Explain the value of a setting; empty if it needs no explanation."""
        return meaning(row, self.settings)

    def lines(self, row: AnySetting) -> Iterator[str]:
        """Yield a setting with its value, then notes."""
        yield from setting_lines(row, self.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A bank; it explains its settings by those of its packs."""

    number: int
    settings: StoredBank
    configuration: Configuration
    topics = BANK_TOPICS

    @property
    def key(self) -> str:
        """A word that always refers to it."""
        return f"bank{self.number}"

    @property
    def name(self) -> str:
        """Name for messages."""
        return self.configuration.title(self.number)

    def path(self, row: AnySetting) -> str:
        """Return the path of a setting in localsettings."""
        return path_of_bank(self.number, row.name)

    def meaning(self, row: AnySetting) -> str:
        """Explain the value of a setting; empty if it needs no explanation."""
        return bank_meaning.meaning(row, self.number, self.configuration)

    def lines(self, row: AnySetting) -> Iterator[str]:
        """Yield a setting with its value."""
        yield assignment(row, self.settings, self.meaning(row))


async def subject_of(known: Known, word: str) -> Program | Pack | Bank:
    """Return what a word refers to.

    Raises:
        SettingsError: no pack or bank has this name, or several have.
    """
    if is_program(word):
        return Program(settings=await known.program())
    found = find(word, known.named)
    if found.bank:
        number = found.bank
        return Bank(number=number, settings=known.banks[number], configuration=known.configuration)
    return Pack(address=found.address, settings=known.packs[found.address])


def rows_called(word: str, name: str) -> list[AnySetting]:
    """Return the settings of this name that a word may refer to, before any settings are read.

    Raises:
        SettingsError: neither packs nor banks have such a setting, or the service does not.
    """
    if is_program(word):
        return [row_of(ProgramSettings.rows, name)]
    found = [row for row in StoredBank.rows if row.name.lower() == name.strip().lower() and not row.internal]
    try:
        return [row_of(PackSettings.rows, name), *found]
    except SettingsError:
        if not found:
            raise
        return found
