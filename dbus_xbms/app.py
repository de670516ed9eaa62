"""The running service: it wires the concrete classes together, and passes changed settings on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from dbus_xbms import supervision
from dbus_xbms.authority.arbiter import Arbiter, ControlCandidate
from dbus_xbms.bank.banks import Banks
from dbus_xbms.ble.central import Central
from dbus_xbms.ble.link import Capture
from dbus_xbms.interference.monitor import InterferenceMonitor
from dbus_xbms.pack.packs import Packs
from dbus_xbms.program.changes import Changes
from dbus_xbms.program.service import ProgramService
from dbus_xbms.program.view import Parts
from dbus_xbms.protocols.registry import FAMILIES
from dbus_xbms.rpc import RpcService
from dbus_xbms.scans import Scans
from dbus_xbms.settings import (
    DEVICES,
    SERVICE,
    AnySetting,
    BankSettings,
    ProgramSettings,
    SettingsError,
    Value,
    bank_id,
    bank_path,
    service_path,
)
from dbus_xbms.supervision import Hung, Watched
from dbus_xbms.venus.localsettings import LocalSettings

if TYPE_CHECKING:
    from dbus_xbms.bank.bank import Bank
    from dbus_xbms.venus.bank import BankService

log = logging.getLogger(__name__)

MAX_CONNECTIONS = service_path(ProgramSettings.max_connections.name)
# Settings by which an owner lets a bank control chargers
CHOOSE_BANK_CONTROL = (BankSettings.enabled.name, BankSettings.control.name)


class App:
    """The running service."""

    def __init__(
        self,
        capture: Capture | None = None,
        *,
        given_up: Callable[[Hung], object] = lambda err: None,
        beat: Callable[[], object] = lambda: None,
    ) -> None:
        self._beat = beat  # called every few seconds while the event loop runs
        self._given_up = given_up  # called before supervision ends the program
        self._central = Central([*FAMILIES.values()], alone=True)
        self._local = LocalSettings(self._setting_changed)
        self._reconsider = asyncio.Event()  # banks may have to be formed anew, and control be decided again
        self._packs = Packs(
            self._central,
            self._local,
            supervise=self._watched,
            judge=self._judge,
            reconsider=self._reconsider,
            capture=capture,
        )
        self._banks = Banks(
            self._packs,
            self._local,
            service=_bank_service,
            supervise=self._watched,
            reconsider=self._reconsider,
        )
        scans = Scans(self._central, self._local, self._packs.running.keys())
        self._remote = RpcService(
            scans.scan,
            self.health,
            self._packs.contacts,
            scans.heard,
            self._central.found_so_far,
            self._banks.status,
        )
        self._arbiter = Arbiter(self._candidates)
        self._interference = InterferenceMonitor(self._central, self._packs.monitors)
        self._program = ProgramService(self._parts(), scans, Changes(self._local, self._setting_changed))

    def _parts(self) -> Parts:
        """Return what the program shows of itself."""
        return Parts(
            contacts=self._packs.contacts,
            banks=self._banks.status,
            on_bus=self._on_bus,
            adapters=lambda: self._central.adapters,
            busy=lambda: self._central.busy,
            slots=lambda: self._central.max_connections,
            interference=lambda: self._interference.words,
        )

    def _on_bus(self) -> set[str]:
        """Return the names of the packs and banks whose services are on the bus."""
        packs = {pack.device for pack in self._packs.running.values() if pack.on_bus}
        return packs | {bank.device for bank in self._banks.candidates() if bank.on_bus}

    def _candidates(self) -> list[ControlCandidate]:
        return [*self._packs.running.values(), *self._banks.candidates()]

    async def run(self) -> None:
        """Serve until cancelled.

        Raises:
            Hung: a part of this program hangs.
            BusError: the bus is not there, is lost, or another instance of this program serves it.
        """
        async with self._remote, asyncio.TaskGroup() as base:
            base.create_task(self._remote.watch(), name="remote")
            base.create_task(self._local.run(), name="localsettings")
            base.create_task(self._central.run(), name="air")
            base.create_task(self._interference.run(), name="interference")
            base.create_task(self._arbiter.run(), name="authority")
            progress = supervision.watch_progress(self._packs.running.values, self._beat)
            base.create_task(self._supervised(progress), name="progress")
            await self._load()
            await self._arbiter.ready()
            await self._serve(base)

    async def _serve(self, base: asyncio.TaskGroup) -> None:
        """Start and stop packs as their settings say; banks start once all enabled packs have."""
        async with asyncio.TaskGroup() as packs:  # ends first: packs disconnect and save
            await self._packs.start(packs)
            base.create_task(self._banks.run(), name="banks")
            base.create_task(self._decide_again(), name="banks and control")
            base.create_task(self._program.run(), name="program")
            await self._packs.run(packs)

    async def _load(self) -> None:
        rows: dict[str, AnySetting] = {service_path(row.name): row for row in ProgramSettings.rows}
        try:
            program = await self._local.add_usable(rows)
        except SettingsError as err:
            log.error("the program's settings cannot be read; using their defaults: %s", err)
            program = {}
        for path, value in program.items():
            self._setting_changed(path, value)
        stored = await self._local.stored([DEVICES, SERVICE])
        await self._banks.load(stored)
        await self._packs.load(stored)

    async def _decide_again(self) -> None:
        """Form banks and decide who controls, whenever that may have changed."""
        while True:
            await self._reconsider.wait()
            self._reconsider.clear()
            self._judge()

    def _judge(self) -> None:
        """Form banks, and decide who controls."""
        self._form_banks()
        self._arbiter.judge()

    def _confirm(self, name: str) -> None:
        """Form banks, and decide who controls: the owner has changed the control of a pack or bank."""
        self._form_banks()
        self._arbiter.confirm(name)

    def _form_banks(self) -> None:
        """Form banks; an error in that leaves them as they were."""
        try:
            self._banks.form()
        except Exception:
            log.exception("banks are not formed anew because of an error in this program")

    def _setting_changed(self, path: str, value: Value) -> None:
        """Pass a changed setting on to the part of the program that it belongs to."""
        self._program.settings_changed()
        if path == MAX_CONNECTIONS:
            self._central.max_connections = int(value)
        elif number := self._banks.setting_changed(path, value):
            self._reconsider.set()
            if any(path == bank_path(number, name) for name in CHOOSE_BANK_CONTROL):
                self._confirm(bank_id(number))
        elif address := self._packs.setting_changed(path, value):
            self._confirm(address)

    async def _watched(self, task: Watched) -> None:
        """Run a pack or a bank until it fails or hangs."""
        await self._supervised(supervision.run(task))

    async def _supervised(self, watch: Awaitable[None]) -> None:
        try:
            await watch
        except Hung as err:
            self._given_up(err)
            raise

    def gathers(self) -> bool:
        """Whether nothing but polls of packs at rest is under way, whose replies can wait for one another."""
        packs = self._packs.running.values()
        return bool(packs) and all(pack.at_rest for pack in packs) and any(pack.polling for pack in packs)

    def health(self) -> dict[str, int]:
        """Return the number of packs, banks, links and tasks. One that keeps growing is a leak."""
        return {
            "packs": len(self._packs.running),
            "banks": len(self._banks.candidates()),
            "links": sum(adapter.links for adapter in self._central.adapters),
            "tasks": len(asyncio.all_tasks()),
        }


def _bank_service(number: int, bank: Bank) -> BankService:
    """Make the service of a bank; it is imported with the first one, as in :mod:`dbus_xbms.bank.banks`."""
    from dbus_xbms.venus.bank import BankService

    return BankService(number, bank)
