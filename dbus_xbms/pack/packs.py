"""The enabled packs: their settings, and the tasks that start, supervise and stop them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn

from dbus_xbms.ble.central import Central
from dbus_xbms.ble.link import Capture
from dbus_xbms.contact import Contact
from dbus_xbms.dbus import BusError
from dbus_xbms.pack.monitor import PackMonitor
from dbus_xbms.pack.pack import Pack
from dbus_xbms.pack.roster import CRASHED, Roster
from dbus_xbms.protocols.registry import family_named
from dbus_xbms.settings import (
    DEVICES,
    SWITCH_DEVICE,
    SWITCH_INSTANCE,
    AnySetting,
    PackSettings,
    SettingsError,
    Value,
    address_of,
    instance_of,
    pack_path,
    switch_path,
)
from dbus_xbms.venus.battery import BatteryService
from dbus_xbms.venus.localsettings import LocalSettings

log = logging.getLogger(__name__)

RESTART_AFTER = 5.0  # s before a pack's task that crashed is started again
ENABLED = PackSettings.enabled.name
# Settings by which an owner lets a pack control chargers
CHOOSE_CONTROL = (PackSettings.control.name, PackSettings.chemistry.name)
# Settings that may need a new pack task, or another service of the pack
RENEWING = (PackSettings.separate_switch_device.name, PackSettings.protocol.name)


class Packs:
    """The enabled packs: ``settings`` of those that run or are starting, and those ``running``.

    Args:
        central: Bluetooth.
        local: localsettings.
        supervise: runs a pack until it fails or hangs.
        judge: forms banks and decides who controls; called before a pack is published, and when one is gone.
        reconsider: set when banks may have to be formed anew, and control be decided again.
        capture: gets every frame sent and received.
    """

    def __init__(
        self,
        central: Central,
        local: LocalSettings,
        *,
        supervise: Callable[[Pack], Awaitable[None]],
        judge: Callable[[], object],
        reconsider: asyncio.Event,
        capture: Capture | None,
    ) -> None:
        self.settings: dict[str, PackSettings] = {}
        self.running: dict[str, Pack] = {}
        self.reported = asyncio.Event()  # set by packs after each report
        self._central = central
        self._local = local
        self._supervise = supervise
        self._judge = judge
        self._reconsider = reconsider
        self._capture = capture
        self._roster = Roster(self.running)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._switches: dict[str, int] = {}  # device instances of separate switch devices
        self._changed: asyncio.Queue[str] = asyncio.Queue()  # addresses whose pack may have to start or stop

    def monitor(self, address: str) -> PackMonitor | None:
        """Return the monitor of a pack, also if its task has just crashed; ``None``: it does not run."""
        pack = self.running.get(address)
        return pack.monitor if pack else None

    def monitors(self) -> list[PackMonitor]:
        """Return the monitors of all packs."""
        return [pack.monitor for pack in self.running.values()]

    def contacts(self) -> dict[str, Contact]:
        """Return the contact with each enabled pack, by address."""
        return self._roster.contacts(_now())

    # Settings

    async def load(self, stored: Mapping[str, object]) -> None:
        """Load the settings of all enabled packs, given all stored settings by path.

        No pack starts before that: the settings decide who belongs to which bank.
        """
        for path in (path for path, value in stored.items() if value == 1):
            device, _, name = path.removeprefix(f"{DEVICES}/").partition("/")
            if name == ENABLED and (address := address_of(device)):
                self._changed.put_nowait(address)
                await self._load(address)
        if self._changed.empty():
            log.info(
                "no pack is enabled yet: `dbus-xbms scan` lists those in range, "
                "`dbus-xbms add ADDRESS` adds one"
            )

    async def _load(self, address: str) -> None:
        try:
            self.settings[address] = await self._stored_settings(address)
        except SettingsError as err:  # reported when the pack starts
            log.debug("%s: %s", address, err)

    async def _stored_settings(self, address: str) -> PackSettings:
        rows: dict[str, AnySetting] = {pack_path(address, row.name): row for row in PackSettings.rows}
        stored = await self._local.add_usable(rows)
        return PackSettings({path.rpartition("/")[2]: value for path, value in stored.items()})

    def setting_changed(self, path: str, value: Value) -> str | None:
        """Apply a change in localsettings; return the address of a pack whose control it may change."""
        device, _, name = path.removeprefix(f"{DEVICES}/").partition("/")
        if address := address_of(device):
            self._put(address, name, value)
            return address if self._follow(address, name) else None
        address = address_of(device.removesuffix(SWITCH_DEVICE))
        if address and address in self._switches:
            self._set_switch_instance(address, value)
        return None

    def _put(self, address: str, name: str, value: Value) -> None:
        if pack := self.running.get(address):
            pack.monitor.setting_stored(name, value)
        elif settings := self.settings.get(address):  # its pack is about to start
            try:
                settings.put(name, value)
            except SettingsError as err:
                log.warning("%s: %s; the old value remains", address, err)

    def _follow(self, address: str, name: str) -> bool:
        """Queue what a changed setting requires; return whether it may change the control of its pack."""
        if name == ENABLED:
            self._changed.put_nowait(address)
            return True
        if address not in self.running:
            return False
        self._reconsider.set()
        if name in RENEWING:
            self._changed.put_nowait(address)
        return name in CHOOSE_CONTROL

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
        if pack := self.running.get(address):
            pack.monitor.switch_instance = self._switches[address]

    # Tasks

    async def start(self, group: asyncio.TaskGroup) -> None:
        """Start the packs that :meth:`load` has found."""
        while not self._changed.empty():
            await self._apply(group, self._changed.get_nowait())

    async def run(self, group: asyncio.TaskGroup) -> NoReturn:
        """Start and stop packs as their settings change, until cancelled."""
        while True:
            await self._apply(group, await self._changed.get())

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
        loaded = self.settings.get(address) if address not in self._tasks else None
        settings = loaded or await self._stored_settings(address)
        enabled = settings.enabled == 1
        if enabled and settings.separate_switch_device == 1:
            await self._assign_switch_instance(address)
        pack = self.running.get(address)
        if pack and pack.protocol is not family_named(settings.protocol):
            await self._stop(address)
        if enabled and address not in self._tasks:
            log.info("%s: enabled", address)
            self.settings[address] = settings
            task = group.create_task(self._serve(address, settings), name=f"pack {address}")
            self._tasks[address] = task
        elif not enabled:
            await self._stop(address)

    async def _stop(self, address: str) -> None:
        """Stop a pack if it runs, and forget it."""
        if task := self._tasks.get(address):
            log.info("%s: disabled", address)
            task.cancel()
            await asyncio.wait([task])
        for held in (self._tasks, self.running, self.settings):
            held.pop(address, None)
        self._roster.removed(address)
        self._judge()

    async def _serve(self, address: str, settings: PackSettings) -> None:
        """Run one pack, again after each error; its errors do not affect other packs."""
        while True:
            pack = self.running[address] = self._new(address, settings)
            self._judge()
            await self._supervise(pack)
            self._roster.stopped(address, CRASHED, _now(), crashed=pack)
            await asyncio.sleep(RESTART_AFTER)

    def _new(self, address: str, settings: PackSettings) -> Pack:
        pack = Pack(
            address,
            settings,
            central=self._central,
            protocol=family_named(settings.protocol),
            service=BatteryService,
            store=self._local.set,
            identified=self._reconsider,
            reported=self.reported,
            capture=self._capture,
        )
        pack.monitor.switch_instance = self._switches.get(address)
        return pack


def _now() -> float:
    return asyncio.get_running_loop().time()
