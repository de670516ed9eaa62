"""Pairing in virtual time: when it happens, how often it is retried, who gets the passkey."""

from __future__ import annotations

import asyncio
import logging
from itertools import pairwise

import pytest
from dbus_fast import Message, MessageType

from dbus_xbms.ble.bluez.pairing import AGENT, AGENT_PATH, REJECTED, Agent
from dbus_xbms.ble.central import Central
from dbus_xbms.model import Phase
from dbus_xbms.pack.pack import Pack
from dbus_xbms.protocols import LinkError, NotPaired
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.settings import PackSettings, Value
from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.board import BatteryBoard, BoardSpec
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.jbd_device import JbdDevice
from tests.air.fakes import ADDRESSES, FakePack, FakeStack, Lines, running
from tests.air.simulated_pack import CheckingService, RecordingBoard, store_setting
from tests.air.virtual_time import virtual_time

ADDRESS = ADDRESSES[1]
PAIR, FORGET, CONNECT = f"pair {ADDRESS}", f"forget {ADDRESS}", f"connect {ADDRESS}"


class PairingPack:
    """One simulated pack that needs a passkey or a password, and the program's task for it."""

    def __init__(self, wire: WireSpec, **chosen: Value) -> None:
        board = BatteryBoard(Battery(BatterySpec()), BoardSpec())
        self.device = JbdDevice(ADDRESS, board, wire, asyncio.get_running_loop())
        self.radio = FakePack(ADDRESS, device=self.device, disconnect_takes=0.2)
        self.stack = FakeStack(self.radio)
        self.service = CheckingService(RecordingBoard())
        central = Central([Jbd()], stack=self.stack)
        settings = PackSettings(chosen)
        self.pack = Pack(
            ADDRESS,
            settings,
            central=central,
            protocol=Jbd(),
            service=self.service.present,
            store=store_setting,
        )
        self._central = central

    async def run(self, seconds: float, *changes: tuple[str, Value]) -> None:
        """Run for ``seconds``, and again after each change of a setting."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._central.run()), group.create_task(self.pack.run())]
            await asyncio.sleep(seconds)
            for name, value in changes:
                self.pack.monitor.setting_stored(name, value)
                await asyncio.sleep(seconds)
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait([task])
        assert not self.stack.violations, self.stack.violations

    @property
    def fresh(self) -> bool:
        return any(phase is Phase.FRESH for _, phase in self.service.published)


def warnings(caplog: pytest.LogCaptureFixture, text: str) -> list[str]:
    """Return the warnings with ``text``, except those about a phase, which repeat the reason."""
    found = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    return [message for message in found if text in message and "no contact" not in message]


@virtual_time
async def test_a_pack_that_echoes_is_paired_before_the_next_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulated = PairingPack(WireSpec(passkey="000007"), Passkey="000007")
    await simulated.run(20)
    assert len(simulated.stack.did(PAIR)) == 1
    assert len(simulated.stack.did(CONNECT)) == 2
    assert simulated.fresh
    assert not warnings(caplog, "pair")


@virtual_time
async def test_a_refused_passkey_is_logged_once_and_retried_rarely(caplog: pytest.LogCaptureFixture) -> None:
    simulated = PairingPack(WireSpec(passkey="123456"), Passkey="111111")
    await simulated.run(3600)
    tried = simulated.stack.did(PAIR)
    assert 10 < len(tried) < 25
    assert min(later - earlier for earlier, later in pairwise(tried)) > 14
    assert len(warnings(caplog, "refuses its passkey")) == 1
    assert not simulated.fresh


@virtual_time
async def test_a_missing_passkey_is_logged_once_and_no_pairing_is_tried(
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulated = PairingPack(WireSpec(passkey="123456"))
    await simulated.run(3600)
    assert not simulated.stack.did(PAIR)
    assert 10 < len(simulated.stack.did(CONNECT)) < 25
    assert len(warnings(caplog, f"dbus-xbms set {ADDRESS} Passkey 123456")) == 1


@virtual_time
async def test_a_changed_passkey_is_tried_at_once() -> None:
    simulated = PairingPack(WireSpec(passkey="123456"), Passkey="111111")
    await simulated.run(30, ("Passkey", "123456"))
    assert simulated.fresh


@virtual_time
async def test_a_refused_password_is_logged_once_and_retried_rarely(caplog: pytest.LogCaptureFixture) -> None:
    simulated = PairingPack(WireSpec(password="123456"), Password="111111")
    await simulated.run(3600)
    assert 10 < simulated.device.counters.requests["m18"] < 25
    assert len(warnings(caplog, "refuses its password")) == 1
    assert not simulated.stack.did(PAIR)


@virtual_time
async def test_a_module_that_lost_its_pairing_is_forgotten_once_and_paired_again() -> None:
    simulated = PairingPack(WireSpec(passkey="123456"), Passkey="123456")

    async def lose_pairing() -> None:
        await asyncio.sleep(60)
        simulated.device.paired = False
        simulated.radio.drop()

    async with asyncio.TaskGroup() as group:
        group.create_task(lose_pairing())
        await simulated.run(120)
    assert len(simulated.stack.did(FORGET)) == 1
    assert len(simulated.stack.did(PAIR)) == 2
    assert simulated.device.paired


@virtual_time
async def test_a_module_that_echoes_although_paired_is_not_paired_repeatedly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulated = PairingPack(WireSpec(passkey="123456"), Passkey="123456")

    async def lose_pairing_repeatedly() -> None:
        while True:
            await asyncio.sleep(0.1)
            simulated.device.paired = False

    async with asyncio.TaskGroup() as group:
        task = group.create_task(lose_pairing_repeatedly())
        await simulated.run(3600)
        task.cancel()
    assert len(simulated.stack.did(FORGET)) == 1
    assert len(simulated.stack.did(PAIR)) == 2
    assert len(warnings(caplog, "please report")) == 1


@virtual_time
async def test_a_subscription_refused_as_not_paired_leads_to_pairing() -> None:
    pack = FakePack(ADDRESS, notify_error="[org.bluez.Error.NotPermitted] Not paired")
    stack = FakeStack(pack)
    stack.remember(pack)
    async with running(stack) as central:
        with pytest.raises(NotPaired, match="Passkey 123456"):
            await central.link(ADDRESS, Lines()).open()
        link = central.link(ADDRESS, Lines(), passkey="123456")
        with pytest.raises(LinkError, match="pairing now"):
            await link.open()
        pack.device = JbdDevice(
            ADDRESS,
            BatteryBoard(Battery(BatterySpec()), BoardSpec()),
            WireSpec(passkey="123456"),
            asyncio.get_running_loop(),
        )
        pack.notify_error = ""
        await link.open()
        assert len(stack.did(PAIR)) == 1
        pack.device = None
        await link.close()


BLUEZ, DEVICE = ":1.7", "/org/bluez/hci0/dev_A4_C1_37_00_00_01"


def ask_agent(
    member: str, *, sender: str = BLUEZ, device: str = DEVICE, path: str = AGENT_PATH
) -> Message | None:
    agent = Agent(DEVICE, "000123")
    agent.bluez = BLUEZ
    request = Message(
        path=path, interface=AGENT, member=member, signature="o", body=[device], sender=sender, serial=1
    )
    return agent.answer(request)


def test_the_agent_gives_bluez_the_passkey_of_its_device() -> None:
    number, text = ask_agent("RequestPasskey"), ask_agent("RequestPinCode")
    assert number
    assert (number.signature, number.body) == ("u", [123])
    assert text
    assert (text.signature, text.body) == ("s", ["000123"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": ":1.99"},
        {"device": "/org/bluez/hci0/dev_A4_C1_37_00_00_02"},
        {"path": "/elsewhere"},
        {"member": "RequestConfirmation"},
        {"member": "RequestAuthorization"},
        {"member": "AuthorizeService"},
    ],
)
def test_the_agent_rejects_other_senders_devices_and_methods(wrong: dict[str, str]) -> None:
    reply = ask_agent(**{"member": "RequestPasskey", **wrong})
    assert reply
    assert (reply.message_type, reply.error_name) == (MessageType.ERROR, REJECTED)
    assert "123" not in str(reply.body)


def test_the_agent_ignores_other_messages() -> None:
    agent = Agent(DEVICE, "000123")
    signal = Message.new_signal(DEVICE, "org.freedesktop.DBus.Properties", "PropertiesChanged")
    assert agent.answer(signal) is None
