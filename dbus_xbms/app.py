"""The running service: it wires the concrete classes together, and starts and stops packs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from dbus_xbms import supervision
from dbus_xbms.authority.arbiter import Arbiter, ControlCandidate
from dbus_xbms.bank.banks import Banks
from dbus_xbms.bank.members import Packs
from dbus_xbms.ble.central import Central
from dbus_xbms.ble.link import Capture
from dbus_xbms.contact import Contact
from dbus_xbms.dbus import BusError
from dbus_xbms.interference.monitor import InterferenceMonitor
from dbus_xbms.pack.monitor import PackMonitor
from dbus_xbms.pack.pack import Pack
from dbus_xbms.pack.roster import CRASHED, Roster
from dbus_xbms.program.changes import Changes
from dbus_xbms.program.service import ProgramService
from dbus_xbms.program.view import Parts
from dbus_xbms.protocols.registry import FAMILIES, family_named
from dbus_xbms.rpc import RpcService
from dbus_xbms.scans import Scans
from dbus_xbms.settings import (
    DEVICES,
    SERVICE,
    SWITCH_DEVICE,
    SWITCH_INSTANCE,
    AnySetting,
    BankSettings,
    PackSettings,
    ProgramSettings,
    SettingsError,
    Value,
    address_of,
    bank_id,
    bank_path,
    instance_of,
    pack_path,
    service_path,
    switch_path,
)
from dbus_xbms.supervision import Hung, Watched
from dbus_xbms.venus.battery import BatteryService
from dbus_xbms.venus.localsettings import LocalSettings

if TYPE_CHECKING:
    from dbus_xbms.bank.bank import Bank
    from dbus_xbms.venus.bank import BankService

log = logging.getLogger(__name__)

RESTART_AFTER = 5.0  # s before a pack's task that crashed is started again
# Settings by which an owner lets a pack control chargers, and by which a bank
CHOOSE_CONTROL = (PackSettings.control.name, PackSettings.chemistry.name)
CHOOSE_BANK_CONTROL = (BankSettings.enabled.name, BankSettings.control.name)
# Settings that may need a new pack task, or another service of the pack
RENEWING = (PackSettings.separate_switch_device.name, PackSettings.protocol.name)


def rows_of(table: tuple[AnySetting, ...], path: Callable[[str], str]) -> dict[str, AnySetting]:
    """Return a table of settings by their paths in localsettings."""
    return {path(row.name): row for row in table}


class App:
    """The running service: starts enabled packs and stops disabled ones."""

    def __init__(
        self,
        capture: Capture | None = None,
        *,
        given_up: Callable[[Hung], object] = lambda err: None,
        beat: Callable[[], object] = lambda: None,
    ) -> None:
        self._capture = capture
        self._beat = beat  # called every few seconds while the event loop runs
        self._given_up = given_up  # called before supervision ends the program
        self._central = Central([*FAMILIES.values()], alone=True)
        self._local = LocalSettings(self._setting_changed)
        self._packs: dict[str, Pack] = {}
        self._roster = Roster(self._packs)
        self._settings: dict[str, PackSettings] = {}  # of packs that run or are starting
        self._reconsider = asyncio.Event()  # banks may have to be formed anew, and control be decided again
        self._banks = Banks(
            Packs(self._settings, self._packs),
            self._local,
            service=_bank_service,
            supervise=self._watched,
            reconsider=self._reconsider,
        )
        scans = Scans(self._central, self._local, self._packs.keys())
        self._remote = RpcService(
            scans.scan,
            self.health,
            self.contacts,
            scans.heard,
            self._central.found_so_far,
            self._banks.status,
        )
        self._arbiter = Arbiter(self._candidates)
        self._interference = InterferenceMonitor(self._central, self._monitors)
        self._program = ProgramService(self._parts(), scans, Changes(self._local, self._setting_changed))
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._switches: dict[str, int] = {}  # device instances of separate switch devices
        self._changed: asyncio.Queue[str] = asyncio.Queue()  # addresses whose pack may have to start or stop

    def _parts(self) -> Parts:
        """Return what the program shows of itself."""
        return Parts(
            contacts=self.contacts,
            banks=self._banks.status,
            on_bus=self._on_bus,
            adapters=lambda: self._central.adapters,
            busy=lambda: self._central.busy,
            slots=lambda: self._central.max_connections,
            interference=lambda: self._interference.words,
        )

    def _on_bus(self) -> set[str]:
        """Return the names of the packs and banks whose services are on the bus."""
        packs = {pack.device for pack in self._packs.values() if pack.on_bus}
        return packs | {bank.device for bank in self._banks.candidates() if bank.on_bus}

    def _monitors(self) -> list[PackMonitor]:
        return [pack.monitor for pack in self._packs.values()]

    def _candidates(self) -> list[ControlCandidate]:
        return [*self._packs.values(), *self._banks.candidates()]

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
            progress = supervision.watch_progress(self._packs.values, self._beat)
            base.create_task(self._supervised(progress), name="progress")
            await self._load()
            await self._arbiter.ready()
            await self._serve(base)

    async def _serve(self, base: asyncio.TaskGroup) -> None:
        """Start and stop packs as their settings say; banks start once all enabled packs have."""
        async with asyncio.TaskGroup() as packs:  # ends first: packs disconnect and save
            while not self._changed.empty():
                await self._apply(packs, self._changed.get_nowait())
            base.create_task(self._banks.run(), name="banks")
            base.create_task(self._decide_again(), name="banks and control")
            base.create_task(self._program.run(), name="program")
            while True:
                await self._apply(packs, await self._changed.get())

    async def _load(self) -> None:
        try:
            program = await self._local.add_usable(rows_of(ProgramSettings.rows, service_path))
        except SettingsError as err:
            log.error("the program's settings cannot be read; using their defaults: %s", err)
            program = {}
        for path, value in program.items():
            self._setting_changed(path, value)
        stored = await self._local.stored([DEVICES, SERVICE])
        await self._banks.load(stored)
        for path in (path for path, value in stored.items() if value == 1):
            device, _, name = path.removeprefix(f"{DEVICES}/").partition("/")
            if name == PackSettings.enabled.name and (address := address_of(device)):
                self._changed.put_nowait(address)
                await self._load_pack(address)
        if self._changed.empty():
            log.info(
                "no pack is enabled yet: `dbus-xbms scan` lists those in range, "
                "`dbus-xbms add ADDRESS` adds one"
            )

    async def _load_pack(self, address: str) -> None:
        """Load the settings of a pack before any pack starts: they decide who belongs to which bank."""
        try:
            self._settings[address] = await self._stored_settings(address)
        except SettingsError as err:  # reported when the pack starts
            log.debug("%s: %s", address, err)

    async def _stored_settings(self, address: str) -> PackSettings:
        stored = await self._local.add_usable(rows_of(PackSettings.rows, partial(pack_path, address)))
        return PackSettings({path.rpartition("/")[2]: value for path, value in stored.items()})

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
        self._program.settings_changed()
        if number := self._banks.setting_changed(path, value):
            self._reconsider.set()
            if any(path == bank_path(number, name) for name in CHOOSE_BANK_CONTROL):
                self._confirm(bank_id(number))
            return
        if path == service_path(ProgramSettings.max_connections.name):
            self._central.max_connections = int(value)
            return
        device, _, name = path.removeprefix(f"{DEVICES}/").partition("/")
        address = address_of(device.removesuffix(SWITCH_DEVICE))
        if address is None:
            return
        if device.endswith(SWITCH_DEVICE):
            if address in self._switches:
                self._set_switch_instance(address, value)
        elif name == PackSettings.enabled.name:
            if pack := self._packs.get(address):
                pack.monitor.setting_stored(name, value)
            elif settings := self._settings.get(address):  # its pack is about to start
                settings.put(name, value)
            self._confirm(address)
            self._changed.put_nowait(address)
        elif pack := self._packs.get(address):
            pack.monitor.setting_stored(name, value)
            self._reconsider.set()
            if name in CHOOSE_CONTROL:
                self._confirm(address)
            if name in RENEWING:
                self._changed.put_nowait(address)
        elif settings := self._settings.get(address):  # its pack is about to start
            try:
                settings.put(name, value)
            except SettingsError as err:
                log.warning("%s: %s; the old value remains", address, err)

    async def _apply(self, group: asyncio.TaskGroup, address: str) -> None:
        """Start or stop a pack as its settings say; an error does not affect other packs."""
        try:
            await self._start_or_stop(group, address)
        except BusError:
            raise
        except SettingsError as err:
            log.error("%s: its settings cannot be read: %s", address, err)
            self._roster.stopped(address, f"its settings cannot be read: {err}", _now())
        except Exception:
            log.exception("%s: not started or stopped because of an error in this program", address)
            self._roster.stopped(address, CRASHED, _now())

    async def _start_or_stop(self, group: asyncio.TaskGroup, address: str) -> None:
        loaded = self._settings.get(address) if address not in self._tasks else None
        settings = loaded or await self._stored_settings(address)
        enabled = settings.enabled == 1
        if enabled and settings.separate_switch_device == 1:
            await self._assign_switch_instance(address)
        pack = self._packs.get(address)
        if pack and pack.protocol is not family_named(settings.protocol):
            await self._stop(address)
        task = self._tasks.get(address)
        if enabled and task is None:
            log.info("%s: enabled", address)
            self._settings[address] = settings
            self._tasks[address] = group.create_task(
                self._supervise(address, settings), name=f"pack {address}"
            )
        elif not enabled:
            await self._stop(address)

    async def _stop(self, address: str) -> None:
        """Stop a pack if it runs, and forget it."""
        if task := self._tasks.get(address):
            log.info("%s: disabled", address)
            task.cancel()
            await asyncio.wait([task])
        for held in (self._tasks, self._packs, self._settings):
            held.pop(address, None)
        self._roster.removed(address)
        self._judge()

    async def _assign_switch_instance(self, address: str) -> None:
        """Have a device instance assigned to a pack's separate switch device."""
        path = switch_path(address)
        try:
            stored = await self._local.add({path: SWITCH_INSTANCE})
        except SettingsError as err:
            log.error("%s: no separate switch device: %s", address, err)
            return
        self._set_switch_instance(address, stored[path])

    def _set_switch_instance(self, address: str, class_and_instance: Value) -> None:
        """Set the device instance of a pack's separate switch device."""
        self._switches[address] = instance_of(str(class_and_instance))
        if pack := self._packs.get(address):
            pack.monitor.switch_instance = self._switches[address]

    async def _supervise(self, address: str, settings: PackSettings) -> None:
        """Run one pack, again after each error; its errors do not affect other packs."""
        while True:
            pack = Pack(
                address,
                settings,
                central=self._central,
                protocol=family_named(settings.protocol),
                service=BatteryService,
                store=self._local.set,
                identified=self._reconsider,
                reported=self._banks.reported,
                capture=self._capture,
            )
            self._packs[address] = pack
            pack.monitor.switch_instance = self._switches.get(address)
            self._judge()
            await self._watched(pack)
            self._roster.stopped(address, CRASHED, _now(), crashed=pack)
            await asyncio.sleep(RESTART_AFTER)

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
        packs = self._packs.values()
        return bool(packs) and all(pack.at_rest for pack in packs) and any(pack.polling for pack in packs)

    def health(self) -> dict[str, int]:
        """Return the number of packs, banks, links and tasks. One that keeps growing is a leak."""
        return {
            "packs": len(self._packs),
            "banks": len(self._banks.candidates()),
            "links": sum(adapter.links for adapter in self._central.adapters),
            "tasks": len(asyncio.all_tasks()),
        }

    def contacts(self) -> dict[str, Contact]:
        """Return the contact with each enabled pack, by address."""
        return self._roster.contacts(_now())


def _bank_service(number: int, bank: Bank) -> BankService:
    """Make the service of a bank; it is imported with the first one, as in :mod:`dbus_xbms.bank.banks`."""
    from dbus_xbms.venus.bank import BankService

    return BankService(number, bank)


def _now() -> float:
    return asyncio.get_running_loop().time()
