"""What switching makes of time: what waits is given up, what is on the air is not."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from dbus_xbms.model import CommandState, Mosfets, MosfetTarget, PackSample, Switched
from dbus_xbms.pack.commands import WAIT_LIMIT, Commands
from dbus_xbms.protocols.jbd.protocol import JbdSwitching
from dbus_xbms.settings import PackSettings
from tests.air.virtual_time import now, virtual_time
from tests.unit.samples import sample

OWNER = ":1.7"
ON: PackSample = replace(
    sample(),
    mosfets=Mosfets(charge=True, discharge=True),
    commanded=MosfetTarget(charge=True, discharge=True),
    current=0.0,
)


def commands(**chosen: int) -> Commands:
    allowed = {"AllowMosfetControl": 1, "AllowDischargeOff": 1, "AllowParameterWrites": 1, "AllowLending": 1}
    settings = PackSettings({**allowed, **chosen})
    return Commands("A4:C1:37:00:00:01", settings, JbdSwitching())


@virtual_time
async def test_an_order_that_was_sent_at_the_last_moment_is_not_given_up_while_it_is_on_the_air() -> None:
    one = commands()
    one.sampled(ON)
    assert one.switch(MosfetTarget(charge=False), OWNER, "")
    await asyncio.sleep(WAIT_LIMIT - 1)
    order = one.due(ON, now(), controls=False)
    assert order
    await asyncio.sleep(3)
    one.expire()
    assert one.status.state is CommandState.SENDING
    one.succeeded(order, Switched(mosfets=Mosfets(charge=False, discharge=True)))
    assert (one.status.state, one.status.text) == (CommandState.DONE, "charge off: done")


@virtual_time
async def test_an_order_that_waits_is_given_up_in_time_also_while_another_is_on_the_air() -> None:
    one = commands()
    one.sampled(ON)
    assert one.switch(MosfetTarget(charge=False), OWNER, "")
    assert one.due(ON, now(), controls=False)
    assert one.switch(MosfetTarget(discharge=False), OWNER, "")
    await asyncio.sleep(WAIT_LIMIT + 1)
    one.expire()
    assert (
        one.status.text
        == f"charge off: sending; discharge off: failed: could not be sent within {WAIT_LIMIT:g} s"
    )
    assert one.status.requested == MosfetTarget(charge=False)


@virtual_time
async def test_balancing_that_was_sent_at_the_last_moment_is_not_given_up_while_it_is_on_the_air() -> None:
    one = commands()
    assert one.balance(False, OWNER, "")
    await asyncio.sleep(WAIT_LIMIT - 1)
    assert one.due(ON, now(), controls=False)
    await asyncio.sleep(3)
    one.expire()
    one.fail_waiting("connection lost")
    assert one.status.state is CommandState.SENDING


@virtual_time
async def test_balancing_that_waits_is_given_up_in_time() -> None:
    one = commands()
    assert one.balance(False, OWNER, "")
    await asyncio.sleep(WAIT_LIMIT + 1)
    one.expire()
    assert (one.status.state, one.waiting) == (CommandState.FAILED, False)


@virtual_time
async def test_balancing_that_is_forbidden_while_it_waits_is_refused() -> None:
    one = commands()
    assert one.balance(False, OWNER, "")
    one._settings.put("AllowParameterWrites", 0)
    assert one.due(ON, now(), controls=False) is None
    assert one.status.state is CommandState.REFUSED
    assert "no longer allowed" in one.status.text


@virtual_time
async def test_an_order_that_a_protection_hides_is_told_as_not_verified() -> None:
    one = commands()
    one.sampled(ON)
    assert one.switch(MosfetTarget(charge=False, discharge=False), OWNER, "")
    order = one.due(ON, now(), controls=False)
    assert order
    one.succeeded(
        order, Switched(mosfets=Mosfets(charge=False, discharge=False), hidden=frozenset(one.turning_off))
    )
    assert one.status.state is CommandState.FAILED
    assert "not verified: a protection hides whether charge and discharge followed" in one.status.text


@pytest.mark.parametrize(
    ("chosen", "again", "why"),
    [
        ({"AllowLending": 0}, False, "set PACK AllowLending 1"),
        ({}, True, "needs a good poll before it is lent again"),
    ],
)
@virtual_time
async def test_lending_is_refused_in_words(chosen: dict[str, int], again: bool, why: str) -> None:
    one = commands(**chosen)
    assert not one.may_lend(30, OWNER, again=again)
    assert one.status.state is CommandState.REFUSED
    assert why in one.status.text
