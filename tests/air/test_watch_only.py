"""A pack of another make in the whole task of a pack: shown as any other, and never obeyed or switched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import pytest

from dbus_xbms.ble.bluez import aiobmsble as library
from dbus_xbms.ble.central import Central
from dbus_xbms.contact import ContactState
from dbus_xbms.model import CommandState, MosfetTarget, Phase
from dbus_xbms.pack.pack import Pack
from dbus_xbms.policy.authority import ONLY_WATCHED, AuthorityState, Reason, Ruling, Surroundings, judge
from dbus_xbms.report import ChangeSetting, Lend, Report
from dbus_xbms.settings import WATCH_ONLY, PackSettings, Value
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from dbus_xbms.venus.services import Controls
from dbus_xbms.venus.tables.battery import devices, values
from tests.air.fakes import ADDRESSES, FakePack, FakeStack
from tests.air.simulated_pack import store_setting
from tests.air.virtual_time import now, virtual_time
from tests.air.watched import family, simulated

pytest.importorskip("aiobmsble", reason="the library needs Python 3.12")

ADDRESS = ADDRESSES[0]
BATTERY = "com.victronenergy.battery"


class Watched:
    """The task of a watched pack, and what it publishes."""

    def __init__(self, **chosen: Value) -> None:
        self.radio: FakePack = simulated()
        self.stack = FakeStack(self.radio)
        self.settings = PackSettings({"Enabled": 1, "Protocol": "redodo", "Chemistry": "LiFePO4", **chosen})
        self.reports: list[tuple[float, Report]] = []
        self._updated = asyncio.Event()
        self.pack = Pack(
            ADDRESS,
            self.settings,
            central=Central([family()], stack=self.stack),
            protocol=family(),
            service=self.present,
            store=store_setting,
        )

    def present(self, _address: str, _controls: Controls[Report]) -> Self:
        """Return itself as the service of the pack."""
        return self

    def update(self, report: Report, at: float) -> bool:
        self.reports.append((at, report))
        self._updated.set()
        return True

    async def show(self, report: Report, at: float) -> None:
        self.update(report, at)

    def offers(self, path: str) -> bool:
        return False

    async def leave(self) -> None:
        """Nothing is on a bus."""

    @property
    def report(self) -> Report:
        """The newest report."""
        return self.reports[-1][1]

    @property
    def paths(self) -> dict[str, Value | None]:
        """The paths of the battery service, and their values."""
        return values(devices(self.report)[BATTERY], self.report)

    def silence(self, seconds: float) -> None:
        """Let the BMS lose every request for a while."""
        assert self.radio.device
        until = now() + seconds
        self.radio.device.faults.active.append(FrameFault(kind=FaultKind.LOSE, count=None, until=until))

    async def until(self, phase: Phase, limit: float = 120.0) -> None:
        """Wait until a report has this phase."""
        async with asyncio.timeout(limit):
            while not self.reports or self.report.decision.phase is not phase:
                self._updated.clear()
                await self._updated.wait()


@asynccontextmanager
async def running(**chosen: Value) -> AsyncIterator[Watched]:
    """A watched pack whose task runs, after its first sample."""
    watched = Watched(**chosen)
    central = watched.pack.monitor._poller._central
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(central.run()), group.create_task(watched.pack.run())]
        await watched.until(Phase.FRESH)
        yield watched
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait([task])
    assert watched.stack.violations == []


@virtual_time
async def test_a_watched_pack_is_published_every_second_with_what_it_reports() -> None:
    async with running(AdvertisedName="L-12100BNNA70-A01152", RestInterval=0.0) as watched:
        begun = len(watched.reports)
        await asyncio.sleep(10.0)
        assert 9 <= len({at for at, _ in watched.reports[begun:]}) <= 12
        paths = watched.paths
        assert paths["/Dc/0/Voltage"]
        assert paths["/Soc"]
        assert paths["/Voltages/Cell4"]
        assert str(paths["/ProductName"]).startswith("LiTime ")
        assert paths["/Alarms/HighVoltage"] is None
        assert paths["/Alarms/HighCellVoltage"] == 0  # by the chemistry
        assert paths["/System/NrOfModulesBlockingCharge"] is None
        assert paths["/ErrorCode"] is None


@virtual_time
async def test_control_that_is_stored_makes_no_claim_and_no_limit_is_on_the_bus() -> None:
    async with running(Control=1, MaxChargeCurrent=50.0, MaxDischargeCurrent=50.0) as watched:
        claim = watched.pack.claim(confirmed=True)
        assert claim.control_disabled == ONLY_WATCHED
        _, rulings = judge(AuthorityState(started=0.0), [claim], Surroundings(known=True), 1000.0)
        assert rulings[ADDRESS].reason is Reason.DISABLED
        watched.pack.set_ruling(Ruling(Reason.NOTHING))  # even if the arbiter were wrong
        await asyncio.sleep(3.0)
        assert not watched.report.controls
        assert watched.report.decision.limits is None
        assert not {path for path in watched.paths if path.startswith("/Info/Max")}


@virtual_time
async def test_control_is_refused_through_its_service_and_through_localsettings() -> None:
    async with running() as watched:
        monitor = watched.pack.monitor
        assert not monitor.request(ChangeSetting("Control", 1), "the GX")
        assert WATCH_ONLY in monitor.refusal(ChangeSetting("Control", 1))
        monitor.setting_stored("Control", 1)
        assert watched.settings.control == 0
        assert monitor.request(ChangeSetting("Control", 0), "the GX")


@virtual_time
async def test_switching_is_refused_with_the_reason_and_nothing_is_written() -> None:
    async with running(AllowMosfetControl=1, AllowDischargeOff=1, AllowParameterWrites=1) as watched:
        monitor = watched.pack.monitor
        assert not monitor.request(MosfetTarget(charge=False), "the GX")
        assert monitor.switching.state is CommandState.REFUSED
        assert WATCH_ONLY in monitor.switching.text
        assert {
            path for path in watched.paths if "/SwitchableOutput/" in path and "lend" not in path
        } == set()
        await asyncio.sleep(5.0)
        assert watched.radio.client
        assert {sent for _, sent, _ in watched.radio.client.written} == {bytes.fromhex("000004011355aa17")}


@virtual_time
async def test_a_silent_pack_is_held_then_lost_and_returns() -> None:
    async with running() as watched:
        watched.silence(90.0)
        await watched.until(Phase.HELD)
        assert watched.paths["/Dc/0/Voltage"]
        await watched.until(Phase.LOST)
        assert watched.paths["/Dc/0/Voltage"] is None
        assert watched.paths["/Alarms/BmsCable"] == 1
        await watched.until(Phase.FRESH, 300.0)
        assert watched.paths["/Dc/0/Voltage"]


@virtual_time
async def test_a_dropped_connection_is_opened_again() -> None:
    async with running() as watched:
        for _ in range(3):
            watched.radio.drop()
            await asyncio.sleep(15.0)
            assert watched.report.decision.phase is Phase.FRESH
        assert watched.report.link.reconnects == 3


@virtual_time
async def test_a_pack_out_of_range_is_withdrawn_and_returns() -> None:
    async with running() as watched:
        watched.radio.go_out_of_range()
        await watched.until(Phase.WITHDRAWN, 1200.0)
        assert watched.report.decision.sample is None
        assert watched.paths["/Dc/0/Voltage"] is None
        watched.radio.come_into_range()
        await watched.until(Phase.FRESH, 300.0)
        assert watched.report.link.reconnects == 1
        assert watched.paths["/Dc/0/Voltage"] is not None


@virtual_time
async def test_in_per_poll_mode_the_connection_is_free_between_polls() -> None:
    async with running(ConnectionMode=1) as watched:
        free, begun = 0, len(watched.reports)
        for _ in range(120):
            await asyncio.sleep(1.0)
            free += watched.radio.client is None
        assert free > 80
        assert {report.decision.phase for _, report in watched.reports[begun:]} == {Phase.FRESH}


@virtual_time
async def test_a_lent_pack_is_left_alone_and_taken_back() -> None:
    async with running(AllowLending=1) as watched:
        monitor = watched.pack.monitor
        assert monitor.request(Lend(2), "the GX")
        await asyncio.sleep(10.0)
        assert watched.radio.client is None
        assert watched.report.decision.phase is Phase.LENT
        await watched.until(Phase.FRESH, 300.0)


@virtual_time
async def test_polling_reports_its_progress_to_supervision_also_while_it_fails() -> None:
    async with running() as watched:
        watched.silence(300.0)
        longest = 0.0
        for _ in range(300):
            await asyncio.sleep(1.0)
            longest = max(longest, now() - watched.pack.progress.ended_at)
        assert longest < 90.0  # supervision restarts the program after 5 min


@virtual_time
async def test_a_password_reaches_the_library_and_a_change_of_it_connects_again() -> None:
    async with running(Password="1234") as watched:
        bms = watched.pack.monitor._poller._link._session._bms  # type: ignore[union-attr]
        assert bms._cfg.secret == "1234"
        watched.pack.monitor.setting_stored("Password", "5678")
        await asyncio.sleep(10.0)
        bms = watched.pack.monitor._poller._link._session._bms  # type: ignore[union-attr]
        assert bms._cfg.secret == "5678"


@virtual_time
async def test_a_machine_without_the_library_says_what_it_lacks_and_leaves_the_radio_alone() -> None:
    lacking = "needs Python 3.12: run dbus-xbms with that"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "missing", lambda: lacking)
        watched = Watched()
        central = watched.pack.monitor._poller._central
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(central.run()), group.create_task(watched.pack.run())]
            await asyncio.sleep(120.0)
            contact = watched.pack.contact(now())
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait([task])
    assert (contact.state, contact.reason) == (ContactState.LIBRARY_MISSING, f"this make {lacking}")
    assert "docs/other-machines.md" in contact.advice
    assert watched.report.link.finding
    assert not [what for _, what in watched.stack.log if what.startswith("connect")]
