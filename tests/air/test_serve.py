"""What the log says of failures that nobody has waited for."""

from __future__ import annotations

import asyncio
import gc

import pytest

from dbus_xbms.serve import unclaimed


async def left(err: Exception) -> None:
    """Leave a failed future behind, as dbus-fast does with a message that it could not send."""
    asyncio.get_running_loop().set_exception_handler(unclaimed)
    asyncio.get_running_loop().create_future().set_exception(err)
    gc.collect()


@pytest.mark.parametrize("err", [BrokenPipeError(32, "Broken pipe"), EOFError()])
async def test_what_a_cut_connection_could_not_do_is_not_worth_a_line(
    err: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    await left(err)
    assert caplog.text == ""


async def test_any_other_failure_that_nobody_waited_for_is_told(caplog: pytest.LogCaptureFixture) -> None:
    await left(ValueError("a bug"))
    assert "never retrieved" in caplog.text


async def test_a_task_that_died_unseen_is_told_whatever_it_died_of(caplog: pytest.LogCaptureFixture) -> None:
    async def die() -> None:
        raise BrokenPipeError(32, "Broken pipe")

    asyncio.get_running_loop().set_exception_handler(unclaimed)
    await asyncio.wait([asyncio.ensure_future(die())])
    gc.collect()
    assert "never retrieved" in caplog.text
