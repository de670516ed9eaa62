"""Timeouts of commands: a waiting one fails in time, one that is being sent does not."""

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
async def test_a_command_sent_at_the_last_moment_does_not_time_out_while_it_is_being_sent() -> None:
    queue = commands()
    queue.sampled(ON)
    assert queue.switch(MosfetTarget(charge=False), OWNER, "")
    await asyncio.sleep(WAIT_LIMIT - 1)
    command = queue.due(ON, now(), controls=False)
    assert command
    await asyncio.sleep(3)
    queue.expire()
    assert queue.status.state is CommandState.SENDING
    queue.succeeded(command, Switched(mosfets=Mosfets(charge=False, discharge=True)))
    assert (queue.status.state, queue.status.text) == (CommandState.DONE, "charge off: done")


@virtual_time
async def test_a_waiting_command_times_out_even_while_another_is_being_sent() -> None:
    queue = commands()
    queue.sampled(ON)
    assert queue.switch(MosfetTarget(charge=False), OWNER, "")
    assert queue.due(ON, now(), controls=False)
    assert queue.switch(MosfetTarget(discharge=False), OWNER, "")
    await asyncio.sleep(WAIT_LIMIT + 1)
    queue.expire()
    assert (
        queue.status.text
        == f"charge off: sending; discharge off: failed: could not be sent within {WAIT_LIMIT:g} s"
    )
    assert queue.status.requested == MosfetTarget(charge=False)


@virtual_time
async def test_a_balancing_command_sent_at_the_last_moment_does_not_time_out_while_it_is_being_sent() -> None:
    queue = commands()
    assert queue.balance(False, OWNER, "")
    await asyncio.sleep(WAIT_LIMIT - 1)
    assert queue.due(ON, now(), controls=False)
    await asyncio.sleep(3)
    queue.expire()
    queue.fail_waiting("connection lost")
    assert queue.status.state is CommandState.SENDING


@virtual_time
async def test_a_waiting_balancing_command_times_out() -> None:
    queue = commands()
    assert queue.balance(False, OWNER, "")
    await asyncio.sleep(WAIT_LIMIT + 1)
    queue.expire()
    assert (queue.status.state, queue.waiting) == (CommandState.FAILED, False)


@virtual_time
async def test_a_waiting_balancing_command_is_refused_when_its_permission_is_withdrawn() -> None:
    queue = commands()
    assert queue.balance(False, OWNER, "")
    queue._settings.put("AllowParameterWrites", 0)
    assert queue.due(ON, now(), controls=False) is None
    assert queue.status.state is CommandState.REFUSED
    assert "no longer allowed" in queue.status.text


@virtual_time
async def test_a_command_whose_result_is_hidden_by_a_protection_is_reported_as_not_verified() -> None:
    queue = commands()
    queue.sampled(ON)
    assert queue.switch(MosfetTarget(charge=False, discharge=False), OWNER, "")
    command = queue.due(ON, now(), controls=False)
    assert command
    queue.succeeded(
        command, Switched(mosfets=Mosfets(charge=False, discharge=False), hidden=frozenset(queue.turning_off))
    )
    assert queue.status.state is CommandState.FAILED
    assert "not verified: a protection hides whether charge and discharge followed" in queue.status.text


@pytest.mark.parametrize(
    ("chosen", "again", "reason"),
    [
        ({"AllowLending": 0}, False, "set PACK AllowLending 1"),
        ({}, True, "needs a good poll before it is lent again"),
    ],
)
@virtual_time
async def test_a_refused_loan_has_a_reason(chosen: dict[str, int], again: bool, reason: str) -> None:
    queue = commands(**chosen)
    assert not queue.may_lend(30, OWNER, again=again)
    assert queue.status.state is CommandState.REFUSED
    assert reason in queue.status.text


@virtual_time
async def test_a_refused_loan_is_no_longer_reported_once_the_pack_is_lent() -> None:
    queue = commands()
    assert not queue.may_lend(5, OWNER, again=True)
    assert queue.status.state is CommandState.REFUSED
    assert queue.may_lend(5, OWNER, again=False)
    assert (queue.status.state, queue.status.text) == (CommandState.NONE, "")
