"""The socket of AcquireNotify in a pack's task: abandoned only when the socket itself fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.model import Phase
from dbus_xbms.simulator.frame_faults import FaultKind
from tests.air.fakes import HCI0, FakeClient
from tests.air.simulated_pack import Disturbance, SimulatedPack, drop, every
from tests.air.virtual_time import now, virtual_time


def undisturbed(simulated: SimulatedPack) -> None:
    """Nothing happens."""


async def sockets_used(
    simulated: SimulatedPack, seconds: float, disturb: Disturbance = undisturbed
) -> list[bool]:
    """Run for ``seconds``; return for each connection whether it used a socket."""
    seen: list[FakeClient] = []

    def record_client(simulated: SimulatedPack) -> None:
        if (client := simulated.radio.client) and client.subscribed_to and client not in seen:
            seen.append(client)
        disturb(simulated)

    await simulated.run(seconds, record_client)
    return [client.acquired for client in seen]


@virtual_time
async def test_a_healthy_pack_is_read_over_a_socket() -> None:
    simulated = SimulatedPack(1)
    assert await sockets_used(simulated, 60) == [True]
    assert simulated.settings["AcquireFailed"] == 0
    assert simulated.board.reads > 50


@virtual_time
async def test_a_socket_that_delivers_nothing_is_abandoned_for_good_within_a_minute() -> None:
    simulated = SimulatedPack(1)
    simulated.radio.socket_silent = True
    assert await sockets_used(simulated, 120) == [True, True, True, False]
    assert simulated.settings["AcquireFailed"] == 1
    fresh = next(at for at, phase in simulated.service.published if phase is Phase.FRESH)
    assert fresh - simulated.service.published[0][0] < 60


@virtual_time
async def test_a_refused_socket_is_abandoned_for_good() -> None:
    simulated = SimulatedPack(1)
    simulated.radio.socket_refused = True
    assert (await sockets_used(simulated, 60))[-1] is False
    assert simulated.settings["AcquireFailed"] == 1


@virtual_time
async def test_a_socket_that_has_failed_before_is_not_tried_again() -> None:
    simulated = SimulatedPack(1, AcquireFailed=1)
    assert await sockets_used(simulated, 60, every(20, drop)) == [False, False, False]


@virtual_time
async def test_without_a_safe_bluez_a_socket_is_used_only_if_set() -> None:
    for chosen, acquired in ((0, False), (1, False), (2, True)):
        simulated = SimulatedPack(1, NotifyMethod=chosen)
        simulated.radio.acquires_safely = False
        assert await sockets_used(simulated, 30) == [acquired]


@virtual_time
async def test_a_drop_every_second_does_not_abandon_the_socket() -> None:
    simulated = SimulatedPack(1)
    methods = await sockets_used(simulated, 600, drop)
    assert methods.count(True) > 4 * methods.count(False) > 0  # signals are tried now and then
    assert simulated.settings["AcquireFailed"] == 0


@virtual_time
async def test_a_socket_that_ends_the_link_before_the_first_poll_is_abandoned_for_good() -> None:
    simulated = SimulatedPack(1)
    simulated.radio.socket_breaks = 0.1
    methods = await sockets_used(simulated, 300)
    assert methods[-1] is False
    assert simulated.settings["AcquireFailed"] == 1
    assert simulated.board.reads > 50


@virtual_time
async def test_an_adapter_that_is_switched_off_repeatedly_does_not_abandon_the_socket() -> None:
    simulated = SimulatedPack(1)

    def disturb(simulated: SimulatedPack) -> None:
        off = (
            simulated.radio.client is not None
            and simulated.radio.client.subscribed_to
            and now() - began < 300
        )
        simulated.stack.set_adapters(replace(HCI0, powered=not off))

    began = now()
    await sockets_used(simulated, 600, disturb)
    assert simulated.settings["AcquireFailed"] == 0
    assert simulated.board.reads > 50


@pytest.mark.parametrize("seed", range(3))
@virtual_time
async def test_a_pack_that_recovers_after_minutes_of_silence_keeps_its_socket(seed: int) -> None:
    simulated = SimulatedPack(seed)
    simulated.fault(FaultKind.MUTE, count=None, until=now() + 300)
    await sockets_used(simulated, 600)
    assert simulated.board.reads > 200
    assert simulated.settings["AcquireFailed"] == 0


@virtual_time
async def test_a_socket_that_fails_after_it_has_worked_is_not_abandoned_for_good() -> None:
    simulated = SimulatedPack(1)

    def disturb(simulated: SimulatedPack) -> None:
        simulated.radio.socket_silent = now() - began > 30

    began = now()
    methods = await sockets_used(simulated, 200, disturb)
    assert methods[:5] == [True, True, True, True, False]
    assert simulated.settings["AcquireFailed"] == 0
