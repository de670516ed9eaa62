"""Packs that need a passkey or a password, from the setting to values on the bus."""

from __future__ import annotations

from typing import Any

import pytest
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from dbus_xbms.ble.bluez.pairing import pair
from dbus_xbms.protocols import NotPaired
from tests.bus.calls import reply_to
from tests.bus.central import connected
from tests.bus.shown_packs import ONE, TWO, valid
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus

pytestmark = pytest.mark.usefixtures("private_bus")

NEEDS_PASSKEY = [{"passkey": "123456"}]
DEVICE = "/org/bluez/hci0/dev_A4_C1_37_00_00_01"


async def pairings(sim: Simulation) -> tuple[int, int]:
    """The numbers of pairings attempted and agents registered."""
    adapter = (await sim.counters())["hci0"]
    return adapter["pairings"], adapter["agents"]


async def bluez(path: str, interface: str, member: str, signature: str = "", *body: Any) -> Message:
    """Call BlueZ as another program would."""
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    try:
        return await reply_to(bus, "org.bluez", path, interface, member, signature, *body)
    finally:
        bus.disconnect()


async def device_property(name: str) -> Any:
    reply = await bluez(DEVICE, "org.freedesktop.DBus.Properties", "Get", "ss", "org.bluez.Device1", name)
    assert reply.message_type is MessageType.METHOD_RETURN, reply.body
    assert isinstance(reply.body[0], Variant)
    return reply.body[0].value


async def test_a_module_that_echoes_is_paired_with_the_stored_passkey() -> None:
    async with Simulation(NEEDS_PASSKEY) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, Passkey="123456")
        await venus.until(ONE, valid)
        assert (await sim.truth(ONE))["paired"]
        assert await device_property("Paired")
        assert await device_property("Trusted")
        assert await pairings(sim) == (1, 1)
        assert len(program.lines(": paired")) == 1
        assert program.lines("WARNING") == []
        assert program.lines("123456") == []
        assert await program.stop() == 0
    assert program.left_behind == []


async def test_a_bond_survives_a_restart_of_the_program_and_of_bluetoothd() -> None:
    async with Simulation(NEEDS_PASSKEY) as sim, Venus() as venus:
        await venus.enable(ONE, Passkey="123456")
        async with Program("run"):
            await venus.until(ONE, valid)
        await sim.fault("restart_bluetoothd", seconds=0.2)
        async with Program("run") as program:
            await venus.until(ONE, valid)
            assert await device_property("Paired")
            assert await pairings(sim) == (1, 1)
            assert program.lines(": paired") == []


async def test_a_wrong_passkey_is_logged_once_and_the_right_one_takes_effect_at_once() -> None:
    async with Simulation(NEEDS_PASSKEY) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, Passkey="654321")
        line = await program.until("refuses its passkey")
        assert f"dbus-xbms set {ONE} Passkey 123456" in line
        assert await pairings(sim) == (1, 1)
        await venus.set(ONE, "Passkey", "123456")
        await venus.until(ONE, valid)
        assert await pairings(sim) == (2, 2)
        assert len(program.lines("refuses its passkey")) == 1


async def test_a_missing_passkey_is_logged_once_and_nothing_is_paired_without_it() -> None:
    async with Simulation(NEEDS_PASSKEY) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE)
        line = await program.until("needs to be paired")
        assert f"dbus-xbms set {ONE} Passkey 123456" in line
        assert await pairings(sim) == (0, 0)
        await venus.set(ONE, "Passkey", "123456")
        await venus.until(ONE, valid)
        assert len(program.lines("needs to be paired")) == 1


async def test_a_pack_that_needs_no_pairing_is_not_paired_even_with_a_passkey() -> None:
    async with Simulation(2) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE)
        await venus.enable(TWO, Passkey="123456")
        for address in (ONE, TWO):
            await venus.until(address, valid)
        assert await pairings(sim) == (0, 0)


async def test_a_module_that_has_forgotten_its_pairing_is_paired_again() -> None:
    async with Simulation(NEEDS_PASSKEY) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, Passkey="123456")
        await venus.until(ONE, valid)
        await sim.fault("pair", ONE, on=False)
        await sim.fault("drop", ONE)
        await sim.truth_when(ONE, lambda truth: truth["paired"])
        assert program.lines("WARNING") == []


async def test_a_refusal_before_the_passkey_was_requested_does_not_blame_the_passkey() -> None:
    async with Simulation(NEEDS_PASSKEY), connected():  # BlueZ requests no passkey on an open link
        with pytest.raises(NotPaired, match="before it asks"):
            await pair(DEVICE, "123456")


async def test_a_wrong_password_is_logged_once_and_the_right_one_takes_effect_at_once() -> None:
    async with Simulation([{"password": "123123"}]) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, Password="000000")
        line = await program.until("refuses its password")
        assert f"dbus-xbms set {ONE} Password 123456" in line
        before = (await sim.truth(ONE))["counters"]["requests"]["m18"]
        assert before == 1
        await venus.set(ONE, "Password", "123123")
        await venus.until(ONE, valid)
        assert len(program.lines("refuses its password")) == 1
        assert await pairings(sim) == (0, 0)
