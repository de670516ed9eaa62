"""What switching makes of time: what waits is given up, what is on the air is not."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from dbus_xbms.model import Mosfets, Orders, OrderState, PackSample, Switched
from dbus_xbms.pack.commands import WAIT_LIMIT, Switches
from dbus_xbms.protocols.jbd.protocol import JbdSwitching
from dbus_xbms.settings import PackSettings
from tests.air.virtual_time import now, virtual_time
from tests.unit.samples import sample

OWNER = ":1.7"
ON: PackSample = replace(sample(), mosfets=Mosfets(charge=True, discharge=True), current=0.0)


def switches(**chosen: int) -> Switches:
    allowed = {"AllowMosfetControl": 1, "AllowDischargeOff": 1, "AllowParameterWrites": 1, "AllowLending": 1}
    settings = PackSettings({**allowed, **chosen})
    return Switches(
        "A4:C1:37:00:00:01",
        settings,
        JbdSwitching(),
        hurry=lambda: None,
        show=lambda: None,
        remember=lambda values: None,
    )


@virtual_time
async def test_an_order_that_was_sent_at_the_last_moment_is_not_given_up_while_it_is_on_the_air() -> None:
    one = switches()
    one.sampled(ON)
    assert one.order(Orders(charge=False), OWNER, "")
    await asyncio.sleep(WAIT_LIMIT - 1)
    order = one.due(ON, now(), controls=False)
    assert order
    await asyncio.sleep(3)
    one.expire()
    assert one.report.state is OrderState.SENDING
    order.done(Switched(mosfets=Mosfets(charge=False, discharge=True)))
    assert (one.report.state, one.report.last) == (OrderState.DONE, "charge off: done")


@virtual_time
async def test_an_order_that_waits_is_given_up_in_time_also_while_another_is_on_the_air() -> None:
    one = switches()
    one.sampled(ON)
    assert one.order(Orders(charge=False), OWNER, "")
    assert one.due(ON, now(), controls=False)
    assert one.order(Orders(discharge=False), OWNER, "")
    await asyncio.sleep(WAIT_LIMIT + 1)
    one.expire()
    assert (
        one.report.last
        == f"charge off: sending; discharge off: failed: could not be sent within {WAIT_LIMIT:g} s"
    )
    assert one.report.wish == Orders(charge=False)


@virtual_time
async def test_balancing_that_was_sent_at_the_last_moment_is_not_given_up_while_it_is_on_the_air() -> None:
    one = switches()
    assert one.balance(False, OWNER, "")
    await asyncio.sleep(WAIT_LIMIT - 1)
    assert one.due(ON, now(), controls=False)
    await asyncio.sleep(3)
    one.expire()
    one.lost("connection lost")
    assert one.report.state is OrderState.SENDING


@virtual_time
async def test_balancing_that_waits_is_given_up_in_time() -> None:
    one = switches()
    assert one.balance(False, OWNER, "")
    await asyncio.sleep(WAIT_LIMIT + 1)
    one.expire()
    assert (one.report.state, one.pending) == (OrderState.FAILED, False)


@virtual_time
async def test_balancing_that_is_forbidden_while_it_waits_is_refused() -> None:
    one = switches()
    assert one.balance(False, OWNER, "")
    one._settings.put("AllowParameterWrites", 0)
    assert one.due(ON, now(), controls=False) is None
    assert one.report.state is OrderState.REFUSED
    assert "no longer allowed" in one.report.last


@virtual_time
async def test_an_order_that_a_protection_hides_is_told_as_not_verified() -> None:
    one = switches()
    one.sampled(ON)
    assert one.order(Orders(charge=False, discharge=False), OWNER, "")
    order = one.due(ON, now(), controls=False)
    assert order
    order.done(Switched(mosfets=Mosfets(charge=False, discharge=False), hidden=frozenset(one.turning_off)))
    assert one.report.state is OrderState.FAILED
    assert "not verified: a protection hides whether charge and discharge followed" in one.report.last


@pytest.mark.parametrize(
    ("chosen", "again", "why"),
    [
        ({"AllowLending": 0}, False, "set PACK AllowLending 1"),
        ({}, True, "needs a good poll before it is lent again"),
    ],
)
@virtual_time
async def test_lending_is_refused_in_words(chosen: dict[str, int], again: bool, why: str) -> None:
    one = switches(**chosen)
    assert not one.lend(30, OWNER, again=again)
    assert one.report.state is OrderState.REFUSED
    assert why in one.report.last
