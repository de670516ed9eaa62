"""The pack of ``add``: check the chosen settings and store them in a safe order."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace

from dbus_xbms.commands import questions
from dbus_xbms.commands.known import Known, title
from dbus_xbms.commands.pack_contact import chemistry_conflicts
from dbus_xbms.commands.questions import confirm, refuse_control_of_member, refuse_second_controller
from dbus_xbms.commands.saying import say
from dbus_xbms.dbus import BusError
from dbus_xbms.known import addition
from dbus_xbms.known.addition import Advertisement
from dbus_xbms.known.naming import name_refusal
from dbus_xbms.policy.advice.consequences import Consequence, in_order, of_change
from dbus_xbms.policy.advice.controllers import Configuration
from dbus_xbms.policy.authority import NO_CHEMISTRY, control_disabled, refusal
from dbus_xbms.protocols import BmsFamily
from dbus_xbms.settings import PackSettings, SettingsError, Value, family_of, make_of, pack_path
from dbus_xbms.text import printable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackToAdd:
    """A pack before it is added or changed."""

    address: str
    advertised: str  # advertised name, or empty
    protocol: str = ""  # by its advertisement; empty: unknown
    before: PackSettings
    known: Known

    @property
    def now(self) -> PackToAdd:
        """The pack with its settings as they are now."""
        return replace(self, before=self.known.packs.get(self.address) or PackSettings())

    @property
    def family(self) -> BmsFamily:
        """The family with which it is read once it is added."""
        return family_of(self.after(to_store(self, {})))

    @property
    def make(self) -> str:
        """Its make, for people."""
        return printable(make_of(self.after(to_store(self, {}))))

    def check_make(self) -> None:
        """Check that a new pack of this make can be read on this machine.

        Raises:
            SettingsError: it cannot; the message says what to do.
        """
        if not self.is_added and (why := self.family.missing()):
            raise SettingsError(f"{self.address} is a {self.make}, which {why}")

    @property
    def is_added(self) -> bool:
        """Whether the pack is already enabled."""
        return bool(self.before.enabled)

    def after(self, chosen: Mapping[str, Value]) -> PackSettings:
        """Return its settings with the chosen values."""
        return PackSettings({**self.before, **chosen})

    def with_it(self, settings: PackSettings) -> Configuration:
        """Return all settings, this pack with these."""
        return Configuration(packs={**self.known.packs, self.address: settings}, banks=self.known.banks)

    def name_refusal(self, name: str) -> str:
        """Return why it cannot have this name, or empty."""
        return name_refusal(name, self.address, self.known.named)


def to_store(target: PackToAdd, given: Mapping[str, Value]) -> dict[str, Value]:
    """Return all values to store; see :func:`dbus_xbms.known.addition.to_store`."""
    advertised = Advertisement(name=target.advertised, protocol=target.protocol)
    return addition.to_store(advertised, target.known.packs.get(target.address), given)


async def confirm_addition(target: PackToAdd, given: Mapping[str, Value], *, yes: bool) -> PackToAdd:
    """Check the chosen values and have the owner confirm their consequences; return the pack as it is now.

    Raises:
        SettingsError: a value is not allowed.
        CommandError: the owner does not confirm, or another pack controls.
        NoAnswer: the service does not answer, so the pack's cells are unknown.
    """

    async def changes() -> list[Consequence]:
        return await _changes(target.now, given)

    name = title(target.address, target.after(to_store(target, given)))
    await confirm(target.known, changes, f"Change {name}", yes=yes)
    return target.now


async def _changes(target: PackToAdd, given: Mapping[str, Value]) -> list[Consequence]:
    chosen = to_store(target, given)
    settings = target.after(chosen)
    target.check_make()
    why = target.name_refusal(str(chosen.get(PackSettings.custom_name.name, "")))
    why = why or refusal(
        target.before, {name: value for name, value in chosen.items() if name != PackSettings.enabled.name}
    )
    if chosen.get(PackSettings.control.name) and control_disabled(settings) == NO_CHEMISTRY:
        why = why or f"a pack needs a chemistry to control: --chemistry {questions.EXAMPLE}"
    if why:
        raise SettingsError(why)
    before, after = target.known.configuration, target.with_it(settings)
    refuse_second_controller(before, after, target.address)
    if chosen.get(PackSettings.control.name):
        refuse_control_of_member(after, target.address)
    found = of_change(before, after, explicit=bool(chosen.get(PackSettings.control.name)))
    # The cells are known only for a pack that is being read.
    return (
        [*found, *await chemistry_conflicts(target.address, settings, chosen)] if target.is_added else found
    )


async def store(target: PackToAdd, chosen: Mapping[str, Value]) -> PackSettings:
    """Store the chosen values; return the pack's settings.

    If storing fails, a new pack is forgotten; for another pack, print what was stored.
    """
    known, address = target.known, target.address
    is_new = address not in known.packs
    stored: list[str] = []
    try:
        settings = await known.add(address)
        for name in in_order(chosen):
            settings.put(name, await known.set(pack_path(address, name), chosen[name]))
            stored.append(name)
    except BaseException:  # a pack must not stay half added
        words = await _forgotten(known, address) if is_new else _unfinished(target, chosen, stored)
        say(words, sys.stderr)
        raise
    return settings


async def _forgotten(known: Known, address: str) -> str:
    """Forget a pack; return what the owner has to do if that fails, or empty."""
    try:
        await known.forget(address)
    except (BusError, SettingsError) as err:
        log.debug("the settings of %s are not erased: %s", address, err)
        return f"Some settings of {address} may be stored: `dbus-xbms remove {address} --forget` erases them."
    return ""


def _unfinished(target: PackToAdd, chosen: Mapping[str, Value], stored: list[str]) -> str:
    """Return which changes are stored and which may not be."""
    changed = [name for name in in_order(chosen) if chosen[name] != target.before[name]]
    done = ", ".join(name for name in changed if name in stored)
    rest = ", ".join(name for name in changed if name not in stored)
    return f"Stored: {done or 'nothing'}. Possibly not stored: {rest or 'nothing'}."
