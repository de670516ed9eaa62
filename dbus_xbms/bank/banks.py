"""All banks: their settings, the packs of which they are formed, and their tasks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from dbus_xbms.bank.proposal import propose
from dbus_xbms.logs import CountedLog
from dbus_xbms.pack.packs import Packs
from dbus_xbms.pack.publisher import Service
from dbus_xbms.policy.bank import formation, watch_only
from dbus_xbms.policy.bank.formation import BankStatus, Formation
from dbus_xbms.policy.bank.membership import named, title
from dbus_xbms.report import BankReport
from dbus_xbms.settings import (
    AnySetting,
    BankSettings,
    SettingsError,
    Value,
    bank_instance_path,
    bank_path,
    bank_setting,
    instance_of,
)
from dbus_xbms.settings.bank import BANK_INSTANCE, MOST_BANKS
from dbus_xbms.text import listed

if TYPE_CHECKING:
    from dbus_xbms.bank.bank import Bank

log = CountedLog(logging.getLogger(__name__))

RESTART_AFTER = 2.0  # s until a bank's task that crashed is started again; until then its limits are gone
REFUSED_FOR = 5.0  # s that a bank stays as it was while its settings contradict each other: they come singly


class Store(Protocol):
    """The part of :class:`dbus_xbms.venus.localsettings.LocalSettings` that banks use."""

    async def add_usable(self, rows: Mapping[str, AnySetting]) -> dict[str, Value]:
        """Add settings that do not exist yet, and return the stored values."""
        ...

    async def set(self, path: str, value: Value) -> Value:
        """Store a value, and return what was stored."""
        ...


class Banks:
    """All banks.

    Args:
        packs: all packs of the program.
        store: localsettings.
        service: makes the D-Bus service of a bank.
        supervise: runs a bank until it fails or hangs.
        reconsider: set when banks may have to be formed anew, and control be decided again.
    """

    def __init__(
        self,
        packs: Packs,
        store: Store,
        *,
        service: Callable[[int, Bank], Service[BankReport]],
        supervise: Callable[[Bank], Awaitable[None]],
        reconsider: asyncio.Event,
    ) -> None:
        self._packs = packs
        self._store = store
        self._service = service
        self._supervise = supervise
        self._reconsider = reconsider
        self._settings: dict[int, BankSettings] = {}
        self._instances: dict[int, int] = {}
        self._to_load: set[int] = set()  # numbers of banks whose settings were added or enabled
        self._to_restore: dict[str, Value] = {}  # values of settings whose change was refused, by path
        self._formations: dict[int, Formation] = {}
        self._refused_at: dict[int, float] = {}  # s, of banks whose settings contradict each other
        self._banks: dict[int, Bank] = {}  # those with a task, or about to get one
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()  # a task is to be started, or settings to be loaded
        self._formed = asyncio.Event()  # there is a bank

    # Settings

    async def load(self, stored: Iterable[str]) -> None:
        """Load all banks that have settings, given the paths of all stored settings.

        The device instance of a bank that was deleted remains stored, and is not enough.
        """
        paths = set(stored)
        for number in range(1, MOST_BANKS + 1):
            if bank_path(number, BankSettings.enabled.name) in paths:
                await self._load(number)

    async def _load(self, number: int) -> None:
        try:
            await self._add(number)
        except SettingsError as err:
            log.error("Bank %s: its settings cannot be read: %s", number, err)

    async def _add(self, number: int) -> None:
        rows: dict[str, AnySetting] = {bank_path(number, row.name): row for row in BankSettings.rows}
        rows[bank_instance_path(number)] = BANK_INSTANCE
        values = await self._store.add_usable(rows)
        settings = self._settings.setdefault(number, BankSettings())
        for path, value in values.items():
            self._put(number, path.rpartition("/")[2], value, settings)

    async def _propose(self, number: int) -> None:
        await self._load(number)
        self._reconsider.set()

    def _put(self, number: int, name: str, value: Value, settings: BankSettings) -> None:
        try:
            if name == BANK_INSTANCE.name:
                self._instances[number] = instance_of(str(value))
            else:
                settings.put(name, value)
        except SettingsError as err:
            log.warning("%s: %s; the old value remains", title(number, settings), err)

    def setting_changed(self, path: str, value: Value) -> int | None:
        """Apply a change in localsettings; return the number of the bank, ``None`` if it is not one's.

        The banks are then formed anew by :meth:`form`.
        """
        if (found := bank_setting(path)) is None:
            return None
        number, name = found
        settings = self._settings.get(number)
        is_enabled = name == BankSettings.enabled.name
        if is_enabled and (value or settings is None):  # it may have been deleted and created again
            self._to_load.add(number)
            self._wake.set()
        elif settings:
            before = settings.get(name)
            if before is not None and (why := self._refusal(number, name, value)):
                log.warning("%s: %s; %s is set back to %r", title(number, settings), why, name, before)
                self._to_restore[path] = before
                self._wake.set()
                return number
            self._put(number, name, value, settings)
            if before is not None and settings[name] != before and not BankSettings.named(name).internal:
                label = title(number, settings)
                log.info(
                    "%s: %s was changed from %r to %r, through localsettings", label, name, before, value
                )
        return number

    def _refusal(self, number: int, name: str, value: Value) -> str:
        """Return why a new member is refused because it is watch only; "" if none is."""
        if name != BankSettings.members.name:
            return ""
        settings, packs = self._settings[number], self._packs.settings
        added = [one for one in str(value).split() if one in packs and one not in named(settings)]
        whys = (watch_only.refusal(settings, packs[one], formation.pack_name(one, packs)) for one in added)
        return next(filter(None, whys), "")

    # Formation

    def form(self) -> None:
        """Form and end banks as the settings of all banks and packs say, and tell the packs."""
        before, self._formations = self._formations, formation.form(self._settings, self._packs.settings)
        for number, found in self._formations.items():
            if found.formed:
                self._refused_at.pop(number, None)
                self._form(number, found)
            elif number in self._banks:
                self._end_unless_brief(number, found.refusal)
            elif self._settings[number].enabled and found.refusal != before.get(number, Formation()).refusal:
                log.warning("%s: not formed: %s", title(number, self._settings[number]), found.refusal)
        self._tell_packs()

    def _form(self, number: int, found: Formation) -> None:
        if number not in self._banks:
            self._banks[number] = self._new(number)
            self._wake.set()
            self._formed.set()
        bank = self._banks[number]
        if bank.ending:  # it is formed anew once it has ended
            return
        if bank.members.addresses != found.members:
            names = listed(formation.pack_name(one, self._packs.settings) for one in found.members)
            log.info("%s: formed of %s", title(number, self._settings[number]), names)
        bank.form(found.members, self._instances[number])

    def _end_unless_brief(self, number: int, why: str) -> None:
        """End a bank; not at once if its settings contradict each other: they may be changed one by one."""
        if self._banks[number].ending:
            return
        label = title(number, self._settings[number])
        if self._settings[number].enabled and number not in self._refused_at:
            self._refused_at[number] = _now()
            asyncio.get_running_loop().call_later(REFUSED_FOR + 0.1, self._reconsider.set)
            log.info("%s: ends in %.0f s unless that is changed: %s", label, REFUSED_FOR, why)
        elif not self._settings[number].enabled or _now() - self._refused_at[number] >= REFUSED_FOR:
            log.warning("%s: ended: %s", label, why)
            self._end(number, why)

    def _end(self, number: int, why: str) -> None:
        """End a bank; it remains a candidate until its service has left the bus."""
        self._refused_at.pop(number, None)
        self._banks[number].ending = why
        if task := self._tasks.get(number):
            task.cancel()
        else:
            del self._banks[number]

    def _new(self, number: int) -> Bank:
        # Imported with the first bank: most boats have none, and what banks need takes 0.8 MB.
        from dbus_xbms.bank.bank import Bank

        return Bank(
            number,
            self._settings[number],
            packs=self._packs,
            service=self._service,
            store=self._store.set,
            reconsider=self._reconsider,
        )

    def _tell_packs(self) -> None:
        of = {
            address: bank
            for bank in self._banks.values()
            if not bank.ending
            for address in bank.members.addresses
        }
        for monitor in self._packs.monitors():
            bank = of.get(monitor.address)
            if bank is None:
                monitor.role.set_membership(None)
            elif not monitor.role.belongs_to(bank.membership):
                monitor.role.set_membership(bank.membership)

    def candidates(self) -> list[Bank]:
        """Return the banks that may control, and those whose service may still be on the bus."""
        return list(self._banks.values())

    def status(self) -> list[BankStatus]:
        """Return what the owner may ask about each bank."""
        return [
            BankStatus(
                number=number,
                name=title(number, settings),
                enabled=bool(settings.enabled),
                formation=self._formations.get(number, Formation(refusal="starting")),
                controls=bool((bank := self._banks.get(number)) and bank.controls),
                trouble=bank.trouble if bank else "",
            )
            for number, settings in sorted(self._settings.items())
        ]

    # Tasks

    async def run(self) -> None:
        """Run the banks that are formed until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._forward_reports(), name="bank reports")
            group.create_task(propose(self._settings, self._packs, self._propose), name="bank proposals")
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._to_load:
                    await self._load(self._to_load.pop())
                    self._reconsider.set()
                while self._to_restore:
                    await self._restore(*self._to_restore.popitem())
                for number in self._banks.keys() - self._tasks.keys():
                    self._tasks[number] = group.create_task(self._serve(number), name=f"bank {number}")

    async def _restore(self, path: str, value: Value) -> None:
        try:
            await self._store.set(path, value)
        except SettingsError as err:
            log.error("%s cannot be set back: %s", path, err)

    async def _forward_reports(self) -> None:
        """Let every bank know of reports."""
        while True:
            await self._formed.wait()
            await self._packs.reported.wait()
            self._packs.reported.clear()
            for bank in self._banks.values():
                bank.notice_report()

    async def _serve(self, number: int) -> None:
        """Run one bank until it is ended, again after each error."""
        try:
            while True:
                await self._supervise(self._banks[number])
                await asyncio.sleep(RESTART_AFTER)
                self._banks[number] = self._new(number).succeeding(self._banks[number])
                self._reconsider.set()
        finally:
            del self._banks[number], self._tasks[number]
            if not self._banks:
                self._formed.clear()
            self._reconsider.set()


def _now() -> float:
    return asyncio.get_running_loop().time()
