"""One bank: decide from the newest decisions of its packs, publish, and tell the packs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from math import floor

from dbus_xbms.bank.members import Members
from dbus_xbms.bank.orders import BankPack, Orders
from dbus_xbms.bank.shunt import Shunt
from dbus_xbms.logs import CountedLog
from dbus_xbms.pack.monitor import PackMonitor
from dbus_xbms.pack.packs import Packs
from dbus_xbms.pack.persistence import SAVE_EVERY, SettingsWriter, Store
from dbus_xbms.pack.publisher import Publisher, Service
from dbus_xbms.policy.authority import Claim, Reason, Ruling, bank_claim, bank_control_disabled
from dbus_xbms.policy.bank import engine, feedback, topology
from dbus_xbms.policy.bank.engine import BankState
from dbus_xbms.policy.bank.membership import title
from dbus_xbms.policy.bank.records import BankDecision, Membership
from dbus_xbms.policy.bank.topology import Topology
from dbus_xbms.report import BankReport, ChangeSetting, Request
from dbus_xbms.settings import BankSettings, PackSettings, SettingsError, Value, bank_id, bank_path
from dbus_xbms.venus.tables.control import CVL
from dbus_xbms.venus.tables.device import DEVICE_INSTANCE

log = CountedLog(logging.getLogger(__name__))

GATHER = 0.4  # s that a decision waits for packs that are being polled; a reply takes 0.1 to 0.3 s
BEAT = 1.0  # s between decisions at least; packs are polled at whole seconds


class Bank:
    """One bank from the decisions of its packs to the bus.

    ``changed`` is set when something other than a report of a pack makes a new report worth publishing.
    """

    def __init__(
        self,
        number: int,
        stored: BankSettings,
        *,
        packs: Packs,
        service: Callable[[int, Bank], Service[BankReport]],
        store: Store,
        reconsider: asyncio.Event,
    ) -> None:
        self.number = number
        self.address = self.device = bank_id(number)
        self.settings = stored.frozen  # those with which it was formed
        self.instance = 0  # Venus device instance
        self.members = Members(packs)
        self.ending = ""  # why it is about to end, in words
        self.latest: BankReport | None = None
        self.changed = asyncio.Event()
        self._reported = asyncio.Event()  # a pack has reported; while gathering, all that are awaited have
        self._gathers_from = 0.0  # s; packs that have reported since then are not awaited
        self._awaited: list[PackMonitor] = []
        self._stored = stored
        self._reconsider = reconsider  # set when banks may have to be formed anew
        self._writer = SettingsWriter(self.device, stored, store, partial(bank_path, number))
        self._ruling = Ruling(Reason.UNDECIDED)
        self._shared = False  # Venus passes voltage and current on to chargers
        self._state = BankState(started=_now())
        self._decided_at = _now()  # s
        self._decision_failed = False
        self._save_at = _now() + SAVE_EVERY  # s
        self._orders, self._shunt = Orders(self.name), Shunt(self.name, self.settings.shunt)
        self._service = service(number, self)
        self._publisher = Publisher(self.name, self, self._service)

    @property
    def name(self) -> str:
        """The owner's name, or ``Bank 1``."""
        return title(self.number, self.settings)

    async def run(self) -> None:
        """Serve this bank until cancelled; then leave the bus."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._publish_rounds(), name=f"decide {self.device}")
            group.create_task(self._publisher.run(), name=f"bus {self.device}")
            group.create_task(self._shunt.run(), name=f"shunt {self.device}")
            group.create_task(self._persist(), name=f"save {self.device}")

    # Decisions

    async def _publish_rounds(self) -> None:
        """Decide and publish once all packs that are being polled have reported, or :data:`GATHER` later.

        Decisions follow the polls, so that the machine does not wake for them a second time.
        """
        while True:
            await self._reported.wait()
            await self._until_next_beat()
            await self._gather()
            self._reported.clear()
            self._publisher.publish(self.report(_now()))

    async def _until_next_beat(self) -> None:
        due = (floor(self._decided_at / BEAT) + 1) * BEAT
        if (wait := due - _now()) > 0:
            await asyncio.sleep(wait)

    async def _gather(self) -> None:
        self._gathers_from = _now()
        self._awaited = self.members.polled(self._gathers_from)
        try:
            async with asyncio.timeout(GATHER):
                while self._awaited:
                    self._reported.clear()
                    await self._reported.wait()
        except TimeoutError:
            pass
        finally:
            self._awaited = []

    def notice_report(self) -> None:
        """Consider that a pack has reported. While others are awaited, the last of them counts."""
        self._awaited = [pack for pack in self._awaited if pack.latest_at < self._gathers_from]
        if not self._awaited:
            self._reported.set()

    def report(self, now: float) -> BankReport:
        """Decide what holds now, in s, tell the packs, and report it."""
        managed = self.managed
        controls = self._may_control(managed=managed)
        decision = self._decide(now, controls=controls)
        self._decided_at = now
        turning_on = self.members.turning_on
        self.members.inform(feedback.memberships(decision, self.name, managed=managed, turning_on=turning_on))
        self._save(decision, now)
        packs = self._ordered()
        self._orders.step(packs)
        self.latest = BankReport(
            number=self.number,
            instance=self.instance,
            name=self.name,
            decision=decision,
            reports=self.members.reports(),
            controls=controls,
            no_control=self._ruling.words,
            shared=self._shared,
            switching=self._orders.status(packs),
            outcomes=self._orders.outcomes,
            lent=self._orders.lent,
            settings=self.settings.frozen,
        )
        return self.latest

    def _decide(self, now: float, *, controls: bool) -> BankDecision:
        """Decide; an error in that sets the currents to 0 instead of leaving the last limits standing."""
        try:
            self._state, decision = engine.decide(
                self._state,
                self.members.views(),
                self.settings,
                now,
                managed=controls,
                shunt=self._shunt.current,
            )
        except Exception:
            if not self._decision_failed:
                log.exception("%s: stopped by an error in this program; its currents are 0", self.name)
            self._decision_failed = True
            self._state, decision = engine.stopped(self._state, now)
            return decision
        if self._decision_failed:
            log.info("%s: decisions work again", self.name)
        self._decision_failed = False
        return decision

    # From the program around it

    @property
    def managed(self) -> bool:
        """Whether the owner lets the bank control, so that limits of its packs are decided."""
        return not bank_control_disabled(self.settings, self._strings())

    @property
    def controls(self) -> bool:
        """Whether the bank controls chargers and inverters."""
        return self._may_control(managed=self.managed)

    def _may_control(self, *, managed: bool) -> bool:
        return managed and not self.ending and self._ruling.controls

    @property
    def published_at(self) -> float:
        """When the bank was last published, in s."""
        return self._publisher.published_at

    @property
    def on_bus(self) -> bool:
        """Whether its service is on the bus, comes or goes."""
        return self._service.offers(DEVICE_INSTANCE)

    @property
    def trouble(self) -> str:
        """Why the bank is not on the bus, in words; "" if it is."""
        return self._publisher.trouble.words if self._publisher.trouble else ""

    def form(self, members: tuple[str, ...], instance: int) -> None:
        """Apply the settings as they are stored now, with these packs, string after string."""
        formed = self._stored.frozen, members, instance
        if formed != (self.settings, self.members.addresses, self.instance):
            self.settings, self.members.addresses, self.instance = formed
            self._orders.bank = self._shunt.bank = self.name
            self._shunt.follow(self.settings.shunt)
            self.changed.set()

    def succeeding(self, crashed: Bank) -> Bank:
        """Take over what a bank was formed of whose task has crashed; return this bank."""
        self.settings, self.instance = crashed.settings, crashed.instance
        self.members.addresses = crashed.members.addresses
        return self

    @property
    def membership(self) -> Membership:
        """What a pack is told that has just joined."""
        return Membership(bank=self.name, managed=self.managed)

    def claim(self, *, confirmed: bool) -> Claim:
        """Return the bank's claim to control; ``confirmed``: its owner changed that since the start."""
        return bank_claim(
            self.address,
            self.name,
            self.settings,
            self._strings(),
            ended=self.ending,
            confirmed=confirmed,
            published=self._service.offers(CVL),
        )

    def _strings(self) -> list[list[PackSettings]]:
        """Return the settings of the packs of each string."""
        return self._wiring.split(self.members.settings)

    @property
    def _wiring(self) -> Topology:
        return topology.parse(self.settings.topology, len(self.members.addresses))

    def set_ruling(self, ruling: Ruling) -> None:
        """Set whether this bank controls chargers, and why not."""
        if ruling.reason is not Reason.UNDECIDED and not self.ending:
            self._writer.put({BankSettings.controlled.name: int(ruling.controls)})
        if ruling != self._ruling:
            self._ruling = ruling
            self.changed.set()

    def set_shared(self, shared: bool) -> None:
        """Set whether Venus passes this bank's voltage and current on to chargers."""
        if shared != self._shared:
            self._shared = shared
            self.changed.set()

    def request(self, request: Request, sender: str) -> bool:
        """Accept or refuse (False) what a program requests over the bus."""
        if isinstance(request, ChangeSetting) and request.name in self._stored:
            accepted = self._change_setting(request.name, request.value, sender)
        else:
            accepted = self._orders.request(request, sender, self._ordered())
        self.changed.set()
        return accepted

    def _ordered(self) -> list[BankPack]:
        """Return the packs as orders see them."""
        return [
            BankPack(
                address=address,
                name=settings.custom_name or address,
                string=string,
                watch_only=settings.watch_only,
                pack=monitor,
            )
            for address, settings, string, monitor in zip(
                self.members.addresses,
                self.members.settings,
                self._wiring.strings(len(self.members.addresses)),
                self.members.monitors(),
                strict=True,
            )
        ]

    def _change_setting(self, name: str, value: Value, sender: str) -> bool:
        before = self._stored[name]
        try:
            self._writer.put({name: BankSettings.named(name).checked(value)})
        except SettingsError as err:
            log.warning("%s: %s, written by %s", self.name, err, sender)
            return False
        if self._stored[name] != before:
            self._reconsider.set()
            log.info("%s: %s was changed from %r to %r, by %s", self.name, name, before, value, sender)
        return True

    # Persistence

    def _save(self, decision: BankDecision, now: float) -> None:
        """Store the counted state of charge every :data:`SAVE_EVERY`."""
        if now >= self._save_at:
            self._save_at += SAVE_EVERY
            self._writer.put(self._counted(decision))

    async def _persist(self) -> None:
        """Store what changes, and what is counted at the end of the program."""
        try:
            await self._writer.run()
        finally:
            if self.latest and self._stored.enabled:  # else it may have been deleted, with its settings
                self._writer.put(self._counted(self.latest.decision))
            await self._writer.flush()

    def _counted(self, decision: BankDecision) -> dict[str, Value]:
        soc = decision.values.soc if self.settings.count_charge else None
        return {} if soc is None else {BankSettings.counted_soc.name: round(soc, 2)}


def _now() -> float:
    return asyncio.get_running_loop().time()
