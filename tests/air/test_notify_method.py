"""A pack's whole task and the socket of AcquireNotify: given up only where it is the socket's fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dbus_xbms.model import Phase
from dbus_xbms.simulator.frame_faults import FaultKind
from tests.air.fakes import HCI0, FakeClient
from tests.air.test_bad_radio import Storm, drop, each
from tests.air.virtual_time import now, virtual_time


def calm(storm: Storm) -> None:
    """Nothing happens."""


async def used(storm: Storm, seconds: float, weather: Callable[[Storm], object] = calm) -> list[bool]:
    """Run for a while; whether each connection that was seen had a socket."""
    seen: list[FakeClient] = []

    def look(storm: Storm) -> None:
        if (client := storm.radio.client) and client.subscribed_to and client not in seen:
            seen.append(client)
        weather(storm)

    await storm.rage(seconds, look)
    return [client.acquired for client in seen]


@virtual_time
async def test_a_healthy_pack_is_read_over_a_socket() -> None:
    storm = Storm(1)
    assert await used(storm, 60) == [True]
    assert storm.settings["AcquireFailed"] == 0
    assert storm.judge.reads > 50


@virtual_time
async def test_a_socket_that_brings_nothing_is_given_up_for_good_within_a_minute() -> None:
    storm = Storm(1)
    storm.radio.socket_deaf = True
    assert await used(storm, 120) == [True, True, True, False]
    assert storm.settings["AcquireFailed"] == 1
    fresh = next(at for at, phase in storm.screen.shown if phase is Phase.FRESH)
    assert fresh - storm.screen.shown[0][0] < 60


@virtual_time
async def test_a_socket_that_is_refused_is_given_up_for_good() -> None:
    storm = Storm(1)
    storm.radio.socket_refused = True
    assert (await used(storm, 60))[-1] is False
    assert storm.settings["AcquireFailed"] == 1


@virtual_time
async def test_a_socket_that_has_failed_before_is_not_tried_again() -> None:
    storm = Storm(1, AcquireFailed=1)
    assert await used(storm, 60, each(20, drop)) == [False, False, False]


@virtual_time
async def test_a_socket_without_safety_is_used_only_by_order() -> None:
    for chosen, acquired in ((0, False), (1, False), (2, True)):
        storm = Storm(1, NotifyMethod=chosen)
        storm.radio.acquires_safely = False
        assert await used(storm, 30) == [acquired]


@virtual_time
async def test_drops_after_each_second_never_give_the_socket_up() -> None:
    storm = Storm(1)
    methods = await used(storm, 600, drop)
    assert methods.count(True) > 4 * methods.count(False) > 0  # signals are tried now and then
    assert storm.settings["AcquireFailed"] == 0


@virtual_time
async def test_a_socket_that_ends_the_link_before_the_first_poll_is_given_up_for_good() -> None:
    storm = Storm(1)
    storm.radio.socket_breaks = 0.1
    methods = await used(storm, 300)
    assert methods[-1] is False
    assert storm.settings["AcquireFailed"] == 1
    assert storm.judge.reads > 50


@virtual_time
async def test_an_adapter_that_is_switched_off_again_and_again_never_gives_the_socket_up() -> None:
    storm = Storm(1)

    def weather(storm: Storm) -> None:
        off = storm.radio.client is not None and storm.radio.client.subscribed_to and now() - began < 300
        storm.stack.set_adapters(replace(HCI0, powered=not off))

    began = now()
    await used(storm, 600, weather)
    assert storm.settings["AcquireFailed"] == 0
    assert storm.judge.reads > 50


@pytest.mark.parametrize("seed", range(3))
@virtual_time
async def test_a_pack_that_is_mute_for_minutes_and_then_well_keeps_its_socket(seed: int) -> None:
    storm = Storm(seed)
    storm.fault(FaultKind.MUTE, count=None, until=now() + 300)
    await used(storm, 600)
    assert storm.judge.reads > 200
    assert storm.settings["AcquireFailed"] == 0


@virtual_time
async def test_a_socket_that_has_worked_and_fails_later_is_never_given_up_for_good() -> None:
    storm = Storm(1)

    def weather(storm: Storm) -> None:
        storm.radio.socket_deaf = now() - began > 30

    began = now()
    methods = await used(storm, 200, weather)
    assert methods[:5] == [True, True, True, True, False]
    assert storm.settings["AcquireFailed"] == 0
